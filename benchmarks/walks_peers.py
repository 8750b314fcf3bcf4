"""scikit-network's and igraph's personalised PageRank, asked to be as exact as ours."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, log

import igraph
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix, triu
from sknetwork.ranking import PageRank

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Done:
    """One side's shares, and what they took; `built` seconds are those of its own form of graph."""

    name: str
    shares: Numbers
    seconds: float
    built: float


def peers(matrix: csr_array, *, start: Numbers, restart: float, error: float) -> Iterator[Done]:
    """Each peer in turn; the power iteration takes the steps that its rate asks for."""
    steps = ceil(log(error) / log(1 - restart))
    for solver, settings in {
        "piteration": {"n_iter": steps, "tol": error},
        "bicgstab": {"tol": error / 10},
    }.items():
        solve = PageRank(1 - restart, solver=solver, **settings)
        weights = {int(place): start[place] for place in np.flatnonzero(start)}
        begun = time.perf_counter()
        shares = solve.fit_predict(csr_matrix(matrix), weights)
        yield Done(f"scikit-network {solver}", shares, time.perf_counter() - begun, 0.0)
    yield _igraph(matrix, start=start, restart=restart)


def _igraph(matrix: csr_array, *, start: Numbers, restart: float) -> Done:
    """PRPACK, which solves to 1e-10 and takes no other tolerance."""
    begun = time.perf_counter()
    once = triu(matrix, format="coo")
    graph = igraph.Graph(n=matrix.shape[0], edges=np.stack([once.row, once.col], axis=1))
    built = time.perf_counter() - begun
    begun = time.perf_counter()
    shares = graph.personalized_pagerank(damping=1 - restart, reset=start, directed=False)
    return Done("igraph prpack", np.array(shares), time.perf_counter() - begun, built)
