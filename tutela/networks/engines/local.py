"""The graph in this process: each step is one product of a matrix of single precision."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Kind, Vector
from tutela.networks.engines.push import Joined, Pushed, Walk, push
from tutela.networks.graph import Graph

#: What the backward edges of a directed kind are called after.
BACK: Final = "_back"
#: A thread of its own is worth it from so many numbers of a matrix.
_NUMBERS_A_THREAD: Final = 1 << 20
_THREADS_MAX: Final = 8


class LocalEngine:
    """A graph in the memory of this machine.

    A product is shared out by rows among the processors that this process may use. Each row is
    summed by one of them in the same order, so that the answer never depends on how many there are.
    """

    def __init__(self, graph: Graph, *, threads: int | None = None) -> None:
        self._accounts = len(graph.names)
        self._matrices = _both_ways(graph) if graph.directed else dict(graph.adjacency)
        ways = 1 if graph.directed else 2
        self._kinds = tuple(
            Kind(name, matrix.nnz // ways) for name, matrix in sorted(self._matrices.items())
        )
        threads = min(threads or _processors(), _THREADS_MAX)
        self._parts = {name: _parts(each, at_most=threads) for name, each in self._matrices.items()}
        self._degrees: dict[str, Vector] = {}
        self._workers = ThreadPoolExecutor(threads, "spread")

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return self._accounts

    @property
    def kinds(self) -> Sequence[Kind]:
        """The kinds of edges, by name."""
        return self._kinds

    def degrees(self, kind: str) -> Vector:
        """The sum of the weights of each account's edges of the kind."""
        if kind not in self._degrees:
            sums = self._matrices[kind].sum(axis=1, dtype=np.float64)
            self._degrees[kind] = np.asarray(sums, np.float32)
        return self._degrees[kind]

    def spread(self, x: Vector, *, kind: str) -> Vector:
        """`A x` for the adjacency of the kind; `x` is (accounts,) or (accounts, m)."""
        x = np.ascontiguousarray(x, np.float32)
        product = np.empty_like(x)
        parts = self._parts[kind]
        if len(parts) == 1:
            _multiply(parts[0], x=x, into=product)
            return product
        asked = [self._workers.submit(_multiply, part, x=x, into=product) for part in parts]
        for each in asked:
            each.result()
        return product

    def push(self, walk: Walk) -> Pushed:
        """Personalised PageRank near the seeds: `engines/push.py`."""
        kinds = {name: Joined(self._matrices[name], self.degrees(name)) for name in walk.kinds}
        return push(kinds, walk=walk)


@dataclass(frozen=True, slots=True)
class _Part:
    """Successive rows of a matrix, which they share the memory with."""

    rows: slice
    matrix: csr_array


def _processors() -> int:
    """How many of them this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _multiply(part: _Part, *, x: Vector, into: Vector) -> None:
    into[part.rows] = part.matrix @ x


def _parts(matrix: csr_array, *, at_most: int) -> Sequence[_Part]:
    """The matrix by rows, with about as many numbers in each part."""
    count = max(1, min(at_most, matrix.nnz // _NUMBERS_A_THREAD))
    shares = np.linspace(0, matrix.nnz, count + 1)[1:-1]
    ends = [0, *np.searchsorted(matrix.indptr, shares).tolist(), matrix.shape[0]]
    return [_part(matrix, rows=slice(*pair)) for pair in pairwise(ends)]


def _part(matrix: csr_array, *, rows: slice) -> _Part:
    begin, end = matrix.indptr[rows.start], matrix.indptr[rows.stop]
    numbers = matrix.data[begin:end], matrix.indices[begin:end]
    starts = matrix.indptr[rows.start : rows.stop + 1] - begin
    shape = (rows.stop - rows.start, matrix.shape[1])
    return _Part(rows, csr_array((*numbers, starts), shape=shape))


def _both_ways(graph: Graph) -> Mapping[str, csr_array]:
    forward = dict(graph.adjacency)
    return forward | {f"{name}{BACK}": matrix.T.tocsr() for name, matrix in forward.items()}
