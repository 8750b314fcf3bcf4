"""What a search found: query, row and distance, the nearest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Rows have numbers of so many bits at most.
_ROW_BITS: Final = 48
_TO_SORT: Final = 2


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


def sorted_hits(hits: Hits, *, most: int | None) -> Hits:
    """The pairs in order, the nearest `most` of each query."""
    if most is not None and len(hits) > most:
        hits = _nearest(hits, most=most)
    if len(hits) < _TO_SORT:
        return hits
    order = np.lexsort((hits.row, hits.distance, hits.query))
    return Hits(hits.query[order], hits.row[order], hits.distance[order], hits.cut)


def _nearest(hits: Hits, *, most: int) -> Hits:
    order = np.argsort(hits.query, kind="stable")
    near_first = ((hits.distance << _ROW_BITS) | hits.row)[order]
    asked, starts, counts = np.unique(hits.query[order], return_index=True, return_counts=True)
    kept = []
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        own = order[start : start + count]
        if count > most:
            own = own[np.argpartition(near_first[start : start + count], most)[:most]]
        kept.append(own)
    chosen = np.concatenate(kept)
    return Hits(hits.query[chosen], hits.row[chosen], hits.distance[chosen], asked[counts > most])


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
