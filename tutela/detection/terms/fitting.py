"""Which keys that were found in one short text may count, by runs and gaps alone: in plain Python.

The rules are those of `tutela.detection.terms.verifying`, of a text at a time; what is left may
still be none for other reasons.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.detection.terms.pairs import Match
from tutela.detection.terms.patterns import Patterns
from tutela.detection.terms.stream import SAME
from tutela.detection.terms.verifying import LETTERS_PER_PIECE

#: Those of the matches that may count among these words, which spaces and points separate.
Fitting = Callable[..., list[Match]]

_BREAK: Final = ord(" ")
_JOINT: Final = ord(".")


@dataclass(frozen=True, slots=True)
class _Runs:
    """The runs of one sign in a text."""

    #: Of each: its signs; the gaps before and in it; whether a break stands before it.
    counts: Sequence[int]
    gaps: Sequence[int]
    breaks: Sequence[bool]


def fitting(patterns: Patterns) -> Fitting:
    """Of these patterns."""
    even, doubled, any_gaps = _even(patterns), _doubled(patterns), bool(patterns.gaps.any())

    def may_fit(match: Match, *, signs: bytes, bounds: Sequence[int] | None) -> bool | None:
        key, start, end = match
        if not even[key]:
            return False if key in doubled and doubled[key] not in signs else None
        if bounds is None:
            return None
        pieces = 1 + sum(start < bound < end for bound in bounds)
        if pieces == 1 or end - start <= pieces * LETTERS_PER_PIECE:
            return True
        return None if any_gaps else False

    def fit(
        matches: Sequence[Match], *, words: bytes, signs: bytes, bounds: Sequence[int] | None
    ) -> list[Match]:
        found, runs = list[Match](), None
        for match in matches:
            fits = may_fit(match, signs=signs, bounds=bounds)
            if fits is None:
                runs = runs or _runs(words)
                fits = _may_count(match, runs=runs, patterns=patterns)
            if fits:
                found.append(match)
        return found

    return fit


def _even(patterns: Patterns) -> bytes:
    """Of each key, 1 where a row of it has no sign twice in a run."""
    is_even = np.logical_and.reduceat(patterns.counts == 1, patterns.first)
    heads = np.concatenate(([0], patterns.row_ends[:-1]))
    return np.logical_or.reduceat(is_even[patterns.rows], heads).tobytes()


def _doubled(patterns: Patterns) -> dict[int, bytes]:
    """Two signs that a text has to have, of the keys of one row with a longer run."""
    found = {}
    heads = np.concatenate(([0], patterns.row_ends[:-1]))
    for key in np.flatnonzero(patterns.row_ends - heads == 1).tolist():
        first = int(patterns.first[patterns.rows[heads[key]]])
        counts = patterns.counts[first : first + int(patterns.lengths[patterns.rows[heads[key]]])]
        at = int(counts.argmax())
        if counts[at] > 1:
            found[key] = bytes([SAME[int(patterns.heads[first + at])]]) * 2
    return found


def _runs(words: bytes) -> _Runs:
    counts, gaps, breaks = list[int](), list[int](), list[bool]()
    last, is_gap, is_break = -1, False, False
    for sign in words:
        if sign in (_BREAK, _JOINT):
            is_gap, is_break = True, is_break or sign == _BREAK
            continue
        if sign == last:
            counts[-1] += 1
            gaps[-1] += is_gap
        else:
            counts.append(1)
            gaps.append(is_gap)
            breaks.append(is_break)
        last, is_gap, is_break = sign, False, False
    return _Runs(counts=counts, gaps=gaps, breaks=breaks)


def _may_count(match: Match, *, runs: _Runs, patterns: Patterns) -> bool:
    key, start, end = match
    counts = runs.counts[start:end]
    pieces = sum(runs.gaps[start:end]) + 1
    is_broken = any(runs.breaks[start + 1 : end])
    for row in patterns.rows_of(key):
        first = int(patterns.first[row])
        taken = slice(first, first + len(counts))
        if any(held < wanted for held, wanted in zip(counts, patterns.counts[taken], strict=True)):
            continue
        is_apart = is_broken and not patterns.gaps[taken].any()
        if not is_apart or int(patterns.signs[row]) <= pieces * LETTERS_PER_PIECE:
            return True
    return False
