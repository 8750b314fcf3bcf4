"""What `make bench-walks` measures, at a small size."""

from pathlib import Path

import numpy as np

from benchmarks.walks_graph import RESTART, exact, made
from tutela.networks.engines.local import LocalEngine
from tutela.networks.engines.page_rank import page_rank
from tutela.networks.engines.push import Walk
from tutela.networks.files.edges import read_edges


def test_the_full_vector_and_the_push_are_as_exact_as_they_say(tmp_path: Path) -> None:
    world = made(tmp_path, accounts=3_000, edges=30_000)
    graph = read_edges(world.numbers)
    strings = read_edges(world.strings)
    assert strings.adjacency["edge"].nnz == graph.adjacency["edge"].nnz
    assert strings.names.to_pylist()[0] == "account-0"
    seeds = np.searchsorted(graph.names.to_numpy(), world.ids)
    share = np.full(len(seeds), 1 / len(seeds))
    walk = Walk(seeds=seeds, shares=share, restart=RESTART, error=1e-5, kinds={"edge": 1.0})
    engine, right = LocalEngine(graph), exact(graph, walk=walk)
    assert np.abs(page_rank(engine, walk=walk, error=1e-4) - right).sum() < 1e-4
    near = engine.push(walk)
    lacks = right.copy()
    lacks[near.places] -= near.shares
    assert lacks.min() > -1e-9
    assert (lacks <= 1e-5 * engine.degrees("edge") + 1e-9).all()
