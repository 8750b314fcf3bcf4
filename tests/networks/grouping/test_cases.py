"""From a ranking to cases: how far a ring goes, in which groups."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import block_diag, csr_array

from tests.networks.grouping.planted import planted
from tutela.networks.graph import Graph
from tutela.networks.grouping.cases import Asked, find_cases
from tutela.networks.grouping.communities import parts
from tutela.networks.grouping.ties import ties_of


@pytest.mark.parametrize("ring", [20, 60, 200])
def test_a_ring_is_drawn_where_it_ends(ring: int) -> None:
    world = planted(ring=ring)
    asked = Asked(graph=world.graph, seeds=world.seeds, ranked=world.ranked)
    (case,) = find_cases(asked).cases
    found = np.isin(case.places, world.ring)
    assert found.mean() >= 0.95
    assert found.sum() >= 0.95 * ring
    assert case.sure.min() >= 0.5
    assert sorted(np.concatenate([group.places for group in case.groups])) == list(case.places)


def test_a_ranking_that_is_mostly_wrong_still_leads_to_the_ring() -> None:
    world = planted(ring=60)
    right = np.isin(world.ranked[:60], world.ring).mean()
    assert right < 0.9, "the walk alone would do"
    asked = Asked(graph=world.graph, seeds=world.seeds, ranked=world.ranked)
    (case,) = find_cases(asked).cases
    assert np.isin(case.places, world.ring).mean() >= 0.95


def test_seeds_that_nothing_joins_make_no_case() -> None:
    world = planted(ring=60)
    others = np.setdiff1d(np.arange(6_000), world.ring)
    seeds = others[::1_200]
    ranked = np.setdiff1d(np.random.default_rng(6).permutation(6_000), seeds)
    found = find_cases(Asked(graph=world.graph, seeds=seeds, ranked=ranked))
    assert found.cases == ()
    assert sorted(found.alone) == sorted(seeds)


def test_only_the_first_accounts_can_be_members_where_it_was_asked() -> None:
    world = planted(ring=60)
    asked = Asked(graph=world.graph, seeds=world.seeds, ranked=world.ranked, top=100)
    for case in find_cases(asked).cases:
        assert np.isin(case.places, np.concatenate([world.seeds, world.ranked[:100]])).all()


def test_the_same_seed_gives_the_same_cases() -> None:
    world = planted(ring=60)
    asked = Asked(graph=world.graph, seeds=world.seeds, ranked=world.ranked, seed=4)
    one, other = find_cases(asked), find_cases(asked)
    assert [list(g.places) for g in one.cases[0].groups] == [
        list(g.places) for g in other.cases[0].groups
    ]
    assert (one.cases[0].sure == other.cases[0].sure).all()


def test_a_sparse_graph_by_chance_is_one_part_and_two_that_hardly_meet_are_two() -> None:
    chance = np.random.default_rng(0)
    halves = [_by_chance(200, chance=chance) for _ in range(2)]
    assert parts(halves[0], seed=1).max() == 0
    bridge = csr_array((np.ones(2), ([0, 200], [200, 0])), shape=(400, 400))
    both = csr_array(block_diag(halves)) + bridge
    labels = parts(both, seed=1)
    assert len(set(labels[:200])) == len(set(labels[200:])) == 1
    assert labels[0] != labels[-1]


def test_accounts_that_kinds_join_together_have_one_tie() -> None:
    follow = csr_array(([1.0, 1.0, 1.0], ([0, 1, 2], [1, 0, 0])), shape=(3, 3))
    meets = csr_array(([5.0], ([1], [0])), shape=(3, 3))
    names = pa.array(["a", "b", "c"])
    ties = ties_of(Graph(names, {"follow": follow, "meets": meets}, directed=True))
    assert ties.kinds == ("follow", "follow+meets")
    assert ties.degrees.tolist() == [[1, 1], [0, 1], [1, 0]]
    assert ties.within(np.arange(3)).toarray().tolist() == [[0, 2, 1], [2, 0, 0], [1, 0, 0]]
    assert ties.within(np.array([1, 2])).nnz == 0


def _by_chance(size: int, *, chance: np.random.Generator) -> csr_array:
    src, dst = chance.integers(0, size, (2, 4 * size))
    apart = src != dst
    way = csr_array((np.ones(apart.sum()), (src[apart], dst[apart])), shape=(size, size))
    return (way + way.T).tocsr()
