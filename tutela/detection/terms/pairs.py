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
#: What one may be hidden behind in a search: its first letter, doubled.
_HIDING: Final = tuple({pair[:1] * 2 for pair in _SPELLED} - set(_SPELLED))
_FIRST: Final = _SPELLED + _HIDING
_DOUBLED: Final = [bytes([sign, sign]) for sign in (*codes.LETTERS, *FOREIGN.encode())]

#: The pairs among signs, none over another; faster than a pattern of `re`.
pairs: Final = ahocorasick_rs.BytesAhoCorasick(
    [*_FIRST, *(pair for pair in _DOUBLED if pair not in _FIRST)]
).find_matches_as_indexes


def are_spelled(signs: bytes, *, found: Sequence[Match]) -> bool:
    """Whether letters that are written by two may be among signs with these pairs."""
    return min(found)[0] < len(_FIRST) and any(pair in signs for pair in _SPELLED)


def squashed(signs: bytes, *, found: Sequence[Match]) -> bytes:
    """Each run of one sign once, of signs with these pairs."""
    if len(found) == 1:
        _, start, end = found[0]
        if signs[start] == signs[end - 1] and signs[end : end + 1] != signs[start : start + 1]:
            return signs[:start] + signs[end - 1 :]
    return REPEATED.sub(b"", signs)
