"""Compares queries with every hash: exact at every radius; serves small lists and what is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes.kinds import Words

#: Hashes that are compared in one go.
_AT_ONCE: Final = 16_384


@dataclass(frozen=True, slots=True)
class Near:
    """What is near: query, position of the hash, and how many bits differ, side by side."""

    query: NDArray[np.int64]
    position: NDArray[np.int64]
    distance: NDArray[np.int64]


NOTHING: Final = Near(*(np.zeros(0, np.int64) for _ in range(3)))


def together(parts: Sequence[Near]) -> Near:
    """All that the parts found."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return NOTHING
    return Near(
        np.concatenate([part.query for part in parts]),
        np.concatenate([part.position for part in parts]),
        np.concatenate([part.distance for part in parts]),
    )


def scan(columns: NDArray[np.uint64], *, queries: Words, radius: int) -> Near:
    """Every hash within the radius of the queries; `columns` is (words, hashes).

    The first half of the words is compared first: few pass.
    """
    half = max(1, len(columns) // 2)
    found = []
    for begin in range(0, columns.shape[1], _AT_ONCE):
        part = columns[:, begin : begin + _AT_ONCE]
        for number in range(len(queries)):
            bits = np.zeros(part.shape[1], np.uint8)
            for column, word in zip(part[:half], queries[number], strict=False):
                bits += np.bitwise_count(column ^ word)
            at = np.flatnonzero(bits <= radius)
            if len(at):
                ones = np.full(len(at), number)
                near = verified(part.T, queries=queries, asked=ones, at=at, radius=radius)
                found.append(Near(near.query, near.position + begin, near.distance))
    return together(found)


def verified(
    words: Words,
    *,
    queries: Words,
    asked: NDArray[np.int64],
    at: NDArray[np.int64],
    radius: int,
) -> Near:
    """Those of the pairs (query `asked`, hash `at`) that are within the radius."""
    differences = words.take(at, axis=0)
    differences ^= queries.take(asked, axis=0)
    counts = np.bitwise_count(differences)
    distance = counts[:, 0].astype(np.int64)
    for column in range(1, counts.shape[1]):
        distance += counts[:, column]
    within = distance <= radius
    return Near(asked[within], at[within], distance[within])
