"""Chance by purpose and place: the same seed gives the same world on every machine.

A number is a function of (seed, purpose, place) alone, by SplitMix64 (Steele, Lea, Flood 2014), so
that no order of work, number of threads or size of chunk changes it. Only whole numbers and the
operations that IEEE 754 rounds in one way (+ - * / and the square root) are used on it.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Words = NDArray[np.uint64]
Shares = NDArray[np.float64]
Choice = NDArray[np.bool_]
Places = int | Whole | Words

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_ONE, _SHIFTS = np.uint64(1), (np.uint64(30), np.uint64(27), np.uint64(31))
_UNIT_BITS, _UNIT = np.uint64(11), 2.0**-53


@dataclass(frozen=True, slots=True)
class Chance:
    """The draws of one purpose."""

    key: int

    @classmethod
    def from_seed(cls, seed: int) -> "Chance":
        """The root of a world's chance."""
        return cls(0).of(f"world {seed}")

    def of(self, purpose: str) -> "Chance":
        """The draws of a narrower purpose, independent of every other."""
        digest = blake2b(purpose.encode(), key=self.key.to_bytes(8, "big"), digest_size=8).digest()
        return Chance(int.from_bytes(digest, "big"))

    def words(self, places: Places) -> Words:
        """64 bits a place."""
        state = np.atleast_1d(np.asarray(places)).astype(np.uint64)
        state += _ONE
        state *= _STEP
        state += np.uint64(self.key)
        state ^= state >> _SHIFTS[0]
        state *= _FIRST
        state ^= state >> _SHIFTS[1]
        state *= _SECOND
        state ^= state >> _SHIFTS[2]
        return state

    def shares(self, places: Places) -> Shares:
        """Evenly in [0, 1), one a place."""
        return (self.words(places) >> _UNIT_BITS).astype(np.float64) * _UNIT

    def below(self, bound: int | Whole, *, places: Places) -> Whole:
        """Whole numbers evenly in [0, bound), one a place."""
        return (self.shares(places) * bound).astype(np.int64)

    def happens(self, probability: float | Shares, *, places: Places) -> Choice:
        """True with the probability, one a place."""
        return self.shares(places) < probability

    def heavy(self, least: float, *, most: int, places: Places) -> Whole:
        """Whole numbers with a heavy tail: P(X >= x) = (least / x)^2 up to `most`.

        The mean before rounding down is 2 `least`.
        """
        u = 1.0 - self.shares(places)
        return np.minimum(least / np.sqrt(u), most).astype(np.int64)

    def order(self, count: int) -> Whole:
        """The numbers from 0 to count - 1, shuffled."""
        return np.argsort(self.words(np.arange(count)), kind="stable").astype(np.int64)


def place_of_pair(one: Whole, *, other: Whole) -> Words:
    """One place for two accounts, whichever is named first; below 2^31 of them."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    return (low.astype(np.uint64) << np.uint64(32)) | high.astype(np.uint64)


def place_in(row: Whole, *, slot: Whole) -> Words:
    """One place for a slot of a row; below 2^32 rows and slots."""
    return (row.astype(np.uint64) << np.uint64(32)) | slot.astype(np.uint64)
