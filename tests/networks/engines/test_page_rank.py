"""Personalised PageRank of every account, beside the solution of its equation."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.networks.engines.contract import drawn
from tests.networks.engines.test_push import KINDS, exact, union, walk_of
from tutela.networks.engines.local import LocalEngine
from tutela.networks.engines.page_rank import page_rank


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(4, 40), st.integers(0, 120)),
    seed=st.integers(0, 1_000),
    seeds=st.lists(st.integers(0, 99), min_size=1, max_size=4),
    restart=st.sampled_from([0.05, 0.15, 0.5, 0.9]),
    error=st.sampled_from([1e-1, 1e-3, 1e-5]),
)
def test_all_shares_together_are_off_by_no_more_than_was_asked_for(
    size: tuple[int, int], seed: int, seeds: list[int], restart: float, error: float
) -> None:
    graph = drawn(accounts=size[0], edges=size[1], seed=seed)
    walk = walk_of(graph, seeds=seeds, restart=restart, error=1.0)
    shares = page_rank(LocalEngine(graph), walk=walk, error=error)
    start = np.zeros(size[0])
    start[walk.seeds] = walk.shares
    right = exact(union(graph, kinds=KINDS), start=start, restart=restart)
    assert np.abs(shares - right).sum() <= error + 2e-6
