"""Whether the rings of some seeds connect them."""

import numpy as np
import pytest

from tests.networks.grouping.planted import planted
from tutela.networks.grouping.connecting import rings_connect
from tutela.networks.grouping.ties import ties_of


@pytest.mark.parametrize("ring", [20, 200])
def test_three_members_of_a_ring_are_connected_by_it(ring: int) -> None:
    world = planted(ring=ring)
    assert rings_connect(ties_of(world.graph), seeds=world.seeds, seed=0)


def test_accounts_drawn_by_chance_are_connected_in_less_than_one_of_twenty_draws() -> None:
    world = planted(ring=60)
    ties, chance = ties_of(world.graph), np.random.default_rng(8)
    draws = [np.sort(chance.choice(6_000, 3, replace=False)) for _ in range(40)]
    assert sum(rings_connect(ties, seeds=seeds, seed=0) for seeds in draws) <= 2


def test_a_stranger_among_the_seeds_does_not_keep_the_others_apart() -> None:
    world = planted(ring=60)
    stranger = np.setdiff1d(np.arange(6_000), world.ring)[0]
    ties = ties_of(world.graph)
    assert rings_connect(ties, seeds=np.append(world.seeds, stranger), seed=0)
    assert not rings_connect(ties, seeds=np.array([world.seeds[0], stranger]), seed=0)


def test_a_single_seed_never_connects() -> None:
    world = planted(ring=60)
    assert not rings_connect(ties_of(world.graph), seeds=world.seeds[:1], seed=0)


def test_the_same_seed_gives_the_same_answer() -> None:
    world = planted(ring=60, seeds=10)
    ties = ties_of(world.graph)
    answers = {rings_connect(ties, seeds=world.seeds, seed=3) for _ in range(2)}
    assert answers == {True}
