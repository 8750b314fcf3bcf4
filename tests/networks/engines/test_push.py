"""Personalised PageRank by local push, beside the solution of its equation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.networks.engines.contract import drawn
from tutela.networks.engines.local import LocalEngine
from tutela.networks.engines.push import Pushed, Walk
from tutela.networks.graph import Graph

Numbers = NDArray[np.float64]
KINDS = {"follow": 1.0, "tag": 0.25}


def union(graph: Graph, *, kinds: dict[str, float]) -> Numbers:
    parts = [share * graph.adjacency[name].toarray() for name, share in kinds.items()]
    together: Numbers = np.sum(parts, axis=0, dtype=np.float64)
    return together


def exact(weights: Numbers, *, start: Numbers, restart: float) -> Numbers:
    """The shares `p = restart * start + (1 - restart) * p W`; a walk stays where no edge is."""
    degrees = weights.sum(axis=1)
    steps = np.diag((degrees == 0).astype(float))
    steps[degrees > 0] = weights[degrees > 0] / degrees[degrees > 0, None]
    equation = np.eye(len(start)) - (1 - restart) * steps.T
    shares: Numbers = np.linalg.solve(equation, restart * start).astype(np.float64)
    return shares


def dense(pushed: Pushed, *, accounts: int) -> Numbers:
    shares = np.zeros(accounts)
    shares[pushed.places] = pushed.shares
    return shares


def walk_of(graph: Graph, *, seeds: list[int], restart: float, error: float) -> Walk:
    places = np.unique(np.array(seeds) % len(graph.names))
    shares = np.full(len(places), 1 / len(places))
    return Walk(seeds=places, shares=shares, restart=restart, error=error, kinds=KINDS)


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(4, 40), st.integers(0, 120)),
    seed=st.integers(0, 1_000),
    seeds=st.lists(st.integers(0, 99), min_size=1, max_size=4),
    restart=st.sampled_from([0.05, 0.15, 0.5, 0.9]),
    error=st.sampled_from([1e-1, 1e-3, 1e-6]),
)
def test_no_share_is_too_high_nor_lower_than_the_bound_by_degree(
    size: tuple[int, int], seed: int, seeds: list[int], restart: float, error: float
) -> None:
    accounts, edges = size
    graph = drawn(accounts=accounts, edges=edges, seed=seed)
    walk = walk_of(graph, seeds=seeds, restart=restart, error=error)
    pushed = LocalEngine(graph).push(walk)
    weights = union(graph, kinds=KINDS)
    start = np.zeros(accounts)
    start[walk.seeds] = walk.shares
    lacks = exact(weights, start=start, restart=restart) - dense(pushed, accounts=accounts)
    assert lacks.min() >= -1e-12
    assert (lacks <= error * weights.sum(axis=1) + 1e-7).all()
    assert lacks.sum() == pytest.approx(pushed.lacking, abs=1e-6)


def test_where_edges_lead_one_way_the_sum_is_off_by_no_more_than_is_told() -> None:
    graph = drawn(accounts=30, edges=60, seed=9, directed=True)
    walk = walk_of(graph, seeds=[0, 7], restart=0.15, error=1e-4)
    pushed = LocalEngine(graph).push(walk)
    start = np.zeros(30)
    start[walk.seeds] = walk.shares
    lacks = exact(union(graph, kinds=KINDS), start=start, restart=0.15) - dense(pushed, accounts=30)
    assert lacks.min() >= -1e-12
    assert 0 < lacks.sum() == pytest.approx(pushed.lacking, abs=1e-6)


def test_only_what_is_near_is_looked_at() -> None:
    graph = drawn(accounts=20_000, edges=60_000, seed=10)
    near = LocalEngine(graph).push(walk_of(graph, seeds=[5], restart=0.5, error=1e-3))
    assert 1 < len(near.places) < 200
    assert 5 in near.places
