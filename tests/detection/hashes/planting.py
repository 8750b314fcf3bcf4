"""Seeded random hashes, and hashes at a known distance from them; a search by brute force."""

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Found = set[tuple[int, int, int]]


def random_hashes(chance: np.random.Generator, *, rows: int, size_bytes: int = 32) -> Bytes:
    return chance.integers(0, 256, (rows, size_bytes), dtype=np.uint8)


def flipped(hashes: Bytes, *, distances: NDArray[np.int64], chance: np.random.Generator) -> Bytes:
    """Each hash with so many of its bits flipped, by chance."""
    bits = np.unpackbits(hashes, axis=1)
    ranks = np.argsort(chance.random(bits.shape), axis=1).argsort(axis=1)
    return np.packbits(bits ^ (ranks < distances[:, None]).astype(np.uint8), axis=1)


def clustered(chance: np.random.Generator, *, rows: int, clusters: int, spread: int) -> Bytes:
    """Hashes that lie within `spread` bits around few centres."""
    centres = random_hashes(chance, rows=clusters)
    return flipped(
        centres[chance.integers(0, clusters, rows)],
        distances=chance.integers(0, spread + 1, rows),
        chance=chance,
    )


def by_brute_force(hashes: Bytes, *, queries: Bytes, radius: int) -> Found:
    """Query, row and distance of all that is within the radius."""
    found: Found = set()
    for number, query in enumerate(queries):
        distance = np.bitwise_count(hashes ^ query).sum(axis=1, dtype=np.int64)
        rows = np.flatnonzero(distance <= radius)
        found |= {(number, int(row), int(distance[row])) for row in rows}
    return found
