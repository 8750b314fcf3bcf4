"""The squashed stream of a reading: signs without separators, each run of one sign once.

A search through it finds every plain and every squashed occurrence; which one it is, and whether it
counts, is told by the places that are kept (`tutela.detection.terms.verifying`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.terms import codes
from tutela.detection.terms.reading import Reading
from tutela.detection.terms.table import Codes, Places, table, within


def _same() -> bytes:
    """What is matched: the letter alone; i and l are one, as 1 is read for both."""
    found = bytearray(range(256))
    for code in range(256):
        if letter := codes.letter(code):
            found[code] = ord("l" if letter == "i" else letter)
    return bytes(found)


#: The sign that stands for each in comparing.
SAME: Final = _same()


@dataclass(frozen=True, slots=True)
class Stream:
    """Signs in order; `at` and `runs` are the way back to the reading."""

    reading: Reading
    #: The signs as they were read, with boundaries.
    signs: Codes
    #: The place of each sign in the reading.
    at: Places
    #: Where each run begins among the signs, and one end behind the last.
    runs: Places
    #: What is searched: one element a run.
    squashed: Codes

    def edges_before(self, signs: Places) -> NDArray[np.bool_]:
        """Whether a token may begin with each of these signs, none the first of all."""
        return self._edges(signs - 1)

    def edges_after(self, signs: Places) -> NDArray[np.bool_]:
        """Whether a token may end with each of these signs, none the last of all."""
        return self._edges(signs)

    @property
    def is_native(self) -> bool:
        """Whether its signs are code points, of terms that are not Latin."""
        return self.signs.dtype == np.uint32

    def _edges(self, left: Places) -> NDArray[np.bool_]:
        """Whether a token may end with the sign on the left."""
        before, after = self.signs[left], self.signs[left + 1]
        edges = self.at[left + 1] - self.at[left] > 1
        edges |= (before <= codes.OTHER) | (after <= codes.OTHER)
        if self.is_native:
            unspaced = table().unspaced
            edges |= within(unspaced, values=before) | within(unspaced, values=after)
        return edges


def squashed(reading: Reading) -> Stream:
    """The stream of a reading."""
    at = np.flatnonzero(reading.codes >= codes.SIGNS)
    signs = reading.codes[at]
    if signs.dtype == np.uint8:
        same: Codes = np.frombuffer(signs.tobytes().translate(SAME), np.uint8)
    else:
        same = signs
    is_new = (same[1:] != same[:-1]) | (same[1:] == codes.BOUNDARY)
    runs = np.flatnonzero(np.concatenate(([True], is_new, [True])))
    return Stream(reading=reading, signs=signs, at=at, runs=runs, squashed=same[runs[:-1]])
