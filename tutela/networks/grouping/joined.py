"""Who is joined to whom, by kind: an edge counts once, whichever way it goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Joined:
    """The accounts that each account is joined to by one kind of edge, both ways."""

    kind: str
    #: Where the neighbours of each account begin among `neighbours`; (accounts + 1,).
    begins: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    #: How many accounts each is joined to.
    degrees: NDArray[np.int64]

    @property
    def volume(self) -> int:
        """The sum of all degrees."""
        return len(self.neighbours)

    def around(self, places: Places) -> NDArray[np.int32]:
        """The neighbours of the places, one after the other."""
        if not len(places):
            return np.empty(0, np.int32)
        counts = self.degrees[places]
        before = np.cumsum(counts) - counts
        at = np.repeat(self.begins[places] - before, counts) + np.arange(counts.sum())
        found: NDArray[np.int32] = self.neighbours[at]
        return found


def joined(graph: Graph) -> tuple[Joined, ...]:
    """Every kind of the graph by name; of a directed one both ways together."""
    return tuple(_both_ways(name, matrix=matrix) for name, matrix in _kinds(graph.adjacency))


def within(kinds: Sequence[Joined], *, places: Places) -> csr_array:
    """How many kinds join each two of the places: a symmetrical matrix by their order there."""
    size = len(places)
    order = np.full(len(kinds[0].degrees), -1, np.int64) if kinds else np.empty(0, np.int64)
    order[places] = np.arange(size)
    rows, columns = [], []
    for kind in kinds:
        to = order[kind.around(places)]
        row = np.repeat(np.arange(size), kind.degrees[places])
        rows.append(row[to >= 0])
        columns.append(to[to >= 0])
    row, column = np.concatenate(rows), np.concatenate(columns)
    return csr_array((np.ones(len(row)), (row, column)), shape=(size, size))


def _kinds(adjacency: Mapping[str, csr_array]) -> Iterator[tuple[str, csr_array]]:
    for name in sorted(adjacency):
        if not (name.endswith("_back") and name.removesuffix("_back") in adjacency):
            yield name, adjacency[name]


def _both_ways(name: str, *, matrix: csr_array) -> Joined:
    pattern = csr_array(
        (np.ones(matrix.nnz, np.int8), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    both = (pattern + pattern.T).tocsr()
    both.sort_indices()
    begins = both.indptr.astype(np.int64)
    return Joined(name, begins, both.indices.astype(np.int32, copy=False), np.diff(begins))
