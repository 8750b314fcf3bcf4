"""How 256 bits are cut into chunks, and how far each may differ: the proof that nothing is missed.

With m chunks whose differences are d and thresholds t that sum to radius - m + 1, a hash within the
radius has a chunk i from which on, around the ring, every run of l chunks differs by no more than
the sum of its thresholds plus l - 1. For y = d - t - 1 sums to less than 0, so some rotation has
negative partial sums throughout (the cycle lemma). With l = 1 this is multi-index hashing (Norouzi,
Punjani, Fleet 2012); with l = 2 it also bounds the next chunk (pigeonring: Qin, Xiao 2018), which
is what lies beside each entry of a posting list as its signature.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes.kinds import Words

HASH_BITS: Final = 256
#: So many bits of the next chunk lie beside each entry.
SIGNATURE_BITS: Final = 16
_WORD_BITS: Final = 64
_ONE: Final = np.uint64(1)
#: Up to so many hashes a scan is as quick as looking up.
SCANNED_UP_TO: Final = 8_192
#: Positions have 32 bits, over all chunks.
HASHES_AT_MOST: Final = 100_000_000
#: Number of chunks up to so many hashes, as measured: wider ones pay where lists grow very long.
COUNTS: Final = ((15_000_000, 16), (HASHES_AT_MOST, 13))
#: Wider flips than this are never looked up: a scan is quicker.
_FLIPS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of bits of the hash."""

    first_bit: int
    width_bits: int

    def codes(self, words: Words) -> NDArray[np.int64]:
        """What the chunk reads in each row, as a number."""
        word, shift = divmod(self.first_bit, _WORD_BITS)
        value = words[:, word] >> np.uint64(shift)
        if shift + self.width_bits > _WORD_BITS:
            value |= words[:, word + 1] << np.uint64(_WORD_BITS - shift)
        return (value & np.uint64((1 << self.width_bits) - 1)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the chunks of a hash lie, side by side for all chunks."""

    words: NDArray[np.int64]
    next_words: NDArray[np.int64]
    shifts: NDArray[np.uint64]
    #: By how much the next word is shifted back, after one bit.
    shifts_back: NDArray[np.uint64]
    masks: NDArray[np.uint64]
    #: Where the values of each chunk begin, where every chunk has one more than it has values.
    value_at: NDArray[np.int64]

    def codes(self, words: Words) -> NDArray[np.int64]:
        """What each chunk reads in each row, as (chunks, rows)."""
        columns = words.T
        value = columns.take(self.words, axis=0) >> self.shifts
        value |= (columns.take(self.next_words, axis=0) << _ONE) << self.shifts_back
        value &= self.masks
        return value.view(np.int64)


@dataclass(frozen=True, slots=True)
class Layer:
    """Flips of one number of bits: how many of them, and what the next chunk may still differ."""

    flips: int
    left_bits: int


@dataclass(frozen=True, slots=True)
class Group:
    """Chunks that are looked up alike, with flips in layers by how many bits they flip."""

    chunks: NDArray[np.int64]
    #: The chunk after each, around the ring.
    following: NDArray[np.int64]
    #: Where the values of each begin, as a column.
    value_at: NDArray[np.int64]
    #: Masks to flip bits by, over chunks and queries.
    flips: NDArray[np.int64]
    layers: tuple[Layer, ...]

    def parts(self, size: int) -> Iterator["Group"]:
        """The group in parts of so many chunks."""
        if size >= len(self.chunks):
            yield self
            return
        for at in range(0, len(self.chunks), size):
            some = slice(at, at + size)
            yield replace(
                self,
                chunks=self.chunks[some],
                following=self.following[some],
                value_at=self.value_at[some],
            )


def count_for(hashes: int) -> int:
    """How many chunks serve so many hashes best; 0: none, they are scanned."""
    if hashes <= SCANNED_UP_TO:
        return 0
    return next((count for most, count in COUNTS if hashes <= most), COUNTS[-1][1])


@lru_cache
def cut(count: int) -> tuple[Chunk, ...]:
    """So many chunks of widths that differ by one bit at most, the narrower ones first."""
    narrow, wider = divmod(HASH_BITS, count)
    widths = [narrow] * (count - wider) + [narrow + 1] * wider
    starts = itertools.accumulate(widths, initial=0)
    return tuple(Chunk(start, width) for start, width in zip(starts, widths, strict=False))


@lru_cache
def placed(count: int) -> Cut:
    """The same chunks, as arrays."""
    chunks = cut(count)
    first_bits = np.array([chunk.first_bit for chunk in chunks])
    values = np.array([1 << chunk.width_bits for chunk in chunks], np.uint64)
    words = first_bits // _WORD_BITS
    return Cut(
        words,
        np.minimum(words + 1, HASH_BITS // _WORD_BITS - 1),
        (first_bits % _WORD_BITS).astype(np.uint64)[:, None],
        (_WORD_BITS - 1 - first_bits % _WORD_BITS).astype(np.uint64)[:, None],
        (values - _ONE)[:, None],
        np.append(0, np.cumsum(values.astype(np.int64) + 1)),
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be looked up, and how many lists that are for one query."""

    groups: tuple[Group, ...]
    lookups: int


@lru_cache
def plan(count: int, *, radius: int) -> Plan | None:
    """What is to be looked up so that nothing within the radius is missed; None: too much."""
    thresholds = _thresholds(count, radius=radius)
    if max(thresholds) > _FLIPS_MAX:
        return None
    chunks = cut(count)
    alike: dict[tuple[int, int], list[int]] = {}
    for index, chunk in enumerate(chunks):
        if thresholds[index] >= 0:
            alike.setdefault((chunk.width_bits, thresholds[index]), []).append(index)
    found = tuple(
        Group(
            chunks=np.array(members),
            following=(np.array(members) + 1) % count,
            value_at=placed(count).value_at[members][:, None],
            flips=_flips(width, most=most)[:, None, None],
            layers=_layers(members, thresholds=thresholds, width=width),
        )
        for (width, most), members in alike.items()
    )
    return Plan(found, sum(len(group.chunks) * len(group.flips) for group in found))


def _thresholds(count: int, *, radius: int) -> list[int]:
    least, over = divmod(radius - count + 1, count)
    return [least + 1] * over + [least] * (count - over)


def _flips(width: int, *, most: int) -> NDArray[np.int64]:
    masks = [
        sum(1 << bit for bit in bits)
        for flipped in range(most + 1)
        for bits in itertools.combinations(range(width), flipped)
    ]
    return np.array(masks, np.int64)


def _layers(members: list[int], *, thresholds: list[int], width: int) -> tuple[Layer, ...]:
    most = thresholds[members[0]]
    following = max(thresholds[(index + 1) % len(thresholds)] for index in members)
    counts = np.bincount(np.bitwise_count(_flips(width, most=most)))
    return tuple(
        Layer(int(flips), most + following + 1 - flipped) for flipped, flips in enumerate(counts)
    )
