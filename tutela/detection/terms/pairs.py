"""Runs of one sign, and letters that are written by two: what a short text is squashed by."""

import re
from collections.abc import Sequence
from typing import Final

import ahocorasick_rs

from tutela.detection.terms import codes
from tutela.detection.terms.search import PAIRS
from tutela.detection.terms.shapes import FOREIGN

#: The number of what was found, where it begins and where it ends.
Match = tuple[int, int, int]

REPEATED: Final = re.compile(rb"(.)(?=\1)", re.DOTALL)
_SPELLED: Final = tuple("".join(pair).encode() for pair in PAIRS.values())
_RN, _VV = _SPELLED
_DOUBLED: Final = [bytes([sign, sign]) for sign in (*codes.LETTERS, *FOREIGN.encode())]
#: What one of those may be hidden behind in a search: its first letter, doubled.
_CAREFUL: Final = {*_SPELLED, *(pair[:1] * 2 for pair in _SPELLED)}
#: Each pair, and what is written once for it; nothing where two may stand for one letter.
ONCE: Final = [(pair, pair[:1]) for pair in _DOUBLED if pair not in _CAREFUL] + [
    (pair, b"") for pair in sorted(_CAREFUL)
]
#: The pairs among signs, none over another; faster than a pattern of `re`.
pairs: Final = ahocorasick_rs.BytesAhoCorasick([pair for pair, _ in ONCE]).find_matches_as_indexes


def are_spelled(signs: bytes) -> bool:
    """Whether letters that are written by two may be among signs."""
    return _RN in signs or _VV in signs


def squashed(signs: bytes, *, found: Sequence[Match]) -> bytes:
    """Each run of one sign once, of signs with these pairs."""
    for number, _, _ in found:
        doubled, once = ONCE[number]
        if not once:
            return REPEATED.sub(b"", signs)
        while doubled in signs:
            signs = signs.replace(doubled, once)
    return signs


def without_runs(signs: bytes) -> bytes:
    """Each run of one letter once."""
    found = pairs(signs)
    return squashed(signs, found=found) if found else signs
