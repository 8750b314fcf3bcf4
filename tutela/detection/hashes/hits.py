"""What a search found: query, row and distance, the nearest first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Hits:
    """Pairs of a query and a row, by query, then distance, then row."""

    #: Which query, from 0 in the order in which they were given.
    query: NDArray[np.int64]
    #: Which row, by its number in the index.
    row: NDArray[np.int64]
    #: Bits that differ.
    distance: NDArray[np.int64]
    #: Queries that had more rows than were wanted.
    cut: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.query)


def sorted_hits(
    query: NDArray[np.int64],
    *,
    row: NDArray[np.int64],
    distance: NDArray[np.int64],
    most: int | None,
) -> Hits:
    """The pairs in order, at most so many of each query."""
    if len(query) > 1:
        order = np.lexsort((row, distance, query))
        query, row, distance = query[order], row[order], distance[order]
    if most is None:
        return Hits(query, row, distance, query[:0])
    rank = np.arange(len(query)) - np.searchsorted(query, query)
    kept = rank < most
    return Hits(query[kept], row[kept], distance[kept], np.unique(query[~kept]))


def gathered(parts: Sequence[Hits]) -> Hits:
    """The hits of successive queries as one."""
    if len(parts) == 1:
        return parts[0]
    none = np.zeros(0, np.int64)
    return Hits(
        *(
            np.concatenate([none, *(getattr(part, name) for part in parts)])
            for name in Hits.__slots__
        )
    )
