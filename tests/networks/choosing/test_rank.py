"""A ring is found from some of its accounts, and random accounts are said not to connect."""

import numpy as np
import pytest

from tests.networks.choosing.worlds import ACCOUNTS, RING, crowd, engine, joined, ring
from tutela.networks.choosing.connecting import MOST_BY_CHANCE
from tutela.networks.choosing.evidence import log_evidence
from tutela.networks.choosing.rank import Asked, rank


def test_a_ring_is_found_from_five_of_its_accounts() -> None:
    chance = np.random.default_rng(1)
    members, inner = ring(chance)
    found = rank(engine(follow=joined(np.hstack([crowd(chance), inner]))), asked=_of(members[:5]))
    assert np.isin(found.places[: RING - 5], members).mean() > 0.7
    assert found.connects
    assert found.held_out is not None
    assert found.held_out.recall >= 0.8


def test_random_accounts_are_said_not_to_connect() -> None:
    chance = np.random.default_rng(2)
    crowded = engine(follow=joined(crowd(chance)))
    draws = [chance.choice(ACCOUNTS, 5, replace=False) for _ in range(8)]
    assert sum(rank(crowded, asked=_of(seeds)).connects for seeds in draws) <= 1


def test_what_the_features_alone_tell_is_found() -> None:
    chance = np.random.default_rng(3)
    members = chance.choice(ACCOUNTS, RING, replace=False)
    features = chance.standard_normal((ACCOUNTS, 12)).astype(np.float32)
    features[members, :3] += 2.5
    features[chance.random(features.shape) < 0.05] = np.nan
    crowded = engine(follow=joined(crowd(chance)))
    found = rank(crowded, asked=Asked(seeds=members[:10], features=features))
    assert np.isin(found.places[: RING - 10], members).mean() > 0.5
    assert found.connects


def test_a_rare_kind_of_edge_speaks_although_it_is_rare() -> None:
    chance = np.random.default_rng(4)
    members, inner = ring(chance, edges=120)
    kinds = {"follow": joined(crowd(chance)), "shared_device": joined(inner)}
    found = rank(engine(**kinds), asked=_of(members[:4]))
    assert np.isin(found.places[: RING // 2], members).mean() > 0.9


def test_what_is_not_of_the_seeds_sort_stands_last() -> None:
    chance = np.random.default_rng(5)
    accounts, tags = chance.integers(0, 1_200, 6_000), chance.integers(1_200, ACCOUNTS, 6_000)
    found = rank(engine(used=joined(np.stack([accounts, tags]))), asked=_of(np.arange(6)))
    others = found.places >= 1_200
    assert others[-others.sum() :].all()
    assert (found.scores[others] == 0).all()
    assert any("two sides" in remark for remark in found.remarks)


def test_every_account_that_is_no_seed_is_ranked_once_and_scores_fall() -> None:
    chance = np.random.default_rng(6)
    seeds = np.array([3, 70, 900])
    found = rank(engine(follow=joined(crowd(chance, edges=700))), asked=_of(seeds))
    assert sorted(found.places) == sorted(set(range(ACCOUNTS)) - set(seeds.tolist()))
    assert (np.diff(found.scores) <= 0).all()
    assert found.scores[0] == 1
    assert sum(found.scorers.values()) == pytest.approx(1)


def test_the_same_seed_gives_the_same_ranking() -> None:
    chance = np.random.default_rng(7)
    members, inner = ring(chance)
    crowded = engine(follow=joined(np.hstack([crowd(chance), inner])))
    features = chance.standard_normal((ACCOUNTS, 4)).astype(np.float32)
    asked = Asked(seeds=members[:8], features=features, seed=9)
    first, second = (rank(crowded, asked=asked) for _ in range(2))
    assert (first.places == second.places).all()
    assert first.scorers == second.scorers


@pytest.mark.parametrize("accounts", [1, 2, 3])
def test_a_tiny_graph_is_ranked_and_connects_nobody(accounts: int) -> None:
    pairs = np.stack([np.arange(accounts - 1), np.arange(1, accounts)])
    found = rank(engine(follow=joined(pairs, accounts=accounts)), asked=_of(np.array([0])))
    assert len(found.places) == accounts - 1
    assert not found.connects
    assert found.held_out is None


def test_a_graph_without_edges_connects_nobody() -> None:
    found = rank(engine(follow=joined(np.zeros((2, 0), np.int64))), asked=_of(np.array([1, 5, 9])))
    assert len(found.places) == ACCOUNTS - 3
    assert not found.connects


@pytest.mark.parametrize("floor", [1e-3, 0.03, 0.3])
def test_evidence_is_one_on_average_where_ranks_are_even(floor: float) -> None:
    shares = (np.arange(200_000) + 0.5) / 200_000
    evidence = np.exp(log_evidence(shares[:, None], floor=floor))
    assert evidence.mean() == pytest.approx(1, abs=0.01)
    assert MOST_BY_CHANCE < 1


def _of(seeds: np.ndarray) -> Asked:
    return Asked(seeds=np.asarray(seeds, dtype=np.int64))
