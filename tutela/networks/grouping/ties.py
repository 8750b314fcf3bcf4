"""Who is joined to whom: each two accounts once, by all kinds of edges that join them together.

Two accounts where one follows the other and also meets it have one tie, of the kind
`follow+interaction`: kinds that come along with each other are no two pieces of evidence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]

#: A combination of kinds that makes up less than this part of all ties counts as its rarest kind.
_RARE_PART: Final = 0.001
_MOST_KINDS: Final = 15
_BETWEEN: Final = "+"


@dataclass(frozen=True, slots=True)
class Around:
    """Ties of some places, one after the other."""

    #: Which of the places each is of, by its order among them.
    row: Wholes
    #: The account at its other end.
    other: Wholes
    #: Its kind, by number.
    kind: Wholes


@dataclass(frozen=True, slots=True)
class Ties:
    """Every tie of a graph, from both ends."""

    #: Kinds and combinations of them, such as `follow+interaction`.
    kinds: tuple[str, ...]
    #: Where the ties of each account begin; (accounts + 1,).
    begins: Wholes
    #: At the other end, and of which kind.
    others: NDArray[np.int32]
    kind: NDArray[np.uint8]
    #: How many ties each account has of each kind; (accounts, kinds).
    degrees: NDArray[np.int32]

    @property
    def accounts(self) -> int:
        """How many accounts there are, those without a tie among them."""
        return len(self.degrees)

    @property
    def volumes(self) -> Floats:
        """How many ends of ties there are of each kind."""
        return np.asarray(self.degrees.sum(axis=0), np.float64)

    def around(self, places: Places) -> Around:
        """The ties of the places."""
        counts = np.diff(self.begins)[places]
        row = np.repeat(np.arange(len(places)), counts)
        at = np.repeat(self.begins[:-1][places] - (np.cumsum(counts) - counts), counts)
        at += np.arange(len(row))
        return Around(row, self.others[at].astype(np.int64), self.kind[at].astype(np.int64))

    def within(self, places: Places) -> csr_array:
        """How many kinds of edges join each two of the places, which rise: by their order there."""
        around = self.around(places)
        at = np.searchsorted(places, around.other)
        at[at == len(places)] = 0
        inside = places[at] == around.other if len(places) else np.zeros(0, bool)
        weights = np.array([name.count(_BETWEEN) + 1 for name in self.kinds], np.float64)
        size = (len(places), len(places))
        entries = weights[around.kind[inside]], (around.row[inside], at[inside])
        return csr_array(entries, shape=size)

    def matrix(self) -> csr_array:
        """One for each two accounts that are joined: (accounts, accounts), symmetrical."""
        ones = np.ones(len(self.others), np.float32)
        return csr_array((ones, self.others, self.begins), shape=(self.accounts, self.accounts))


def ties_of(graph: Graph) -> Ties:
    """The ties of a graph; those of a directed one whichever way they lead."""
    kinds = dict(_kinds(graph.adjacency))
    size = (len(graph.names), len(graph.names))
    codes = csr_array(size, dtype=np.int16)
    for number, matrix in enumerate(kinds.values()):
        codes = codes + _both_ways(matrix, code=1 << number)
    codes.sort_indices()
    names, kind = _combined(tuple(kinds), codes=codes.data)
    degrees = np.zeros((size[0], len(names)), np.int32)
    row = np.repeat(np.arange(size[0]), np.diff(codes.indptr))
    for number in range(len(names)):
        degrees[:, number] = np.bincount(row[kind == number], minlength=size[0])
    begins = codes.indptr.astype(np.int64)
    return Ties(names, begins, codes.indices.astype(np.int32, copy=False), kind, degrees)


def _kinds(adjacency: Mapping[str, csr_array]) -> Iterator[tuple[str, csr_array]]:
    """The kinds of edges, each once; kinds beyond the fifteenth are taken as one with it."""
    names = [
        name
        for name in sorted(adjacency)
        if not (name.endswith("_back") and name.removesuffix("_back") in adjacency)
    ]
    for name in names[: _MOST_KINDS - 1]:
        yield name, adjacency[name]
    rest = names[_MOST_KINDS - 1 :]
    if rest:
        yield rest[0], sum((adjacency[name] for name in rest[1:]), adjacency[rest[0]])


def _both_ways(matrix: csr_array, *, code: int) -> csr_array:
    """`code` for each two accounts that the matrix joins, either way."""
    ones = np.ones(matrix.nnz, np.int16)
    way = csr_array((ones, matrix.indices, matrix.indptr), shape=matrix.shape)
    both = (way + way.T).tocsr()
    both.data[:] = code
    return both


def _combined(
    names: tuple[str, ...], *, codes: NDArray[np.int16]
) -> tuple[tuple[str, ...], NDArray[np.uint8]]:
    """The combinations that there are, and the number of each tie's; rare ones as a single kind."""
    counts = np.bincount(codes, minlength=1 << len(names))
    single = [
        int(counts[np.arange(len(counts)) >> bit & 1 == 1].sum()) for bit in range(len(names))
    ]
    taken_as = np.arange(len(counts))
    for code in np.flatnonzero(counts):
        bits = [bit for bit in range(len(names)) if code >> bit & 1]
        if counts[code] < _RARE_PART * len(codes):
            taken_as[code] = 1 << min(bits, key=single.__getitem__)
    there = np.unique(taken_as[np.flatnonzero(counts)])
    number = np.zeros(len(counts), np.uint8)
    number[there] = np.arange(len(there))
    called = tuple(
        _BETWEEN.join(names[bit] for bit in range(len(names)) if code >> bit & 1) for code in there
    )
    return called, number[taken_as][codes]
