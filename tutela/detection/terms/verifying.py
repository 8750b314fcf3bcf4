"""Which candidates count: by runs, gaps, and the edges of tokens.

A candidate has the signs of a term. It counts where its runs are no shorter than the term's, and

- nothing separates its signs but what separates the term's (`plain`): for a substring anywhere, or
- separators stand between single letters, or dots and the like between some (`squashed`), it begins
  and ends on the edges of tokens, and has three letters or more.

What is a guess needs edges too: a sign read as something else, one letter doubled, i for l, digits
alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.terms import codes
from tutela.detection.terms.patterns import Patterns
from tutela.detection.terms.stream import Stream
from tutela.detection.terms.table import Codes, Places, ragged

Flags = NDArray[np.bool_]

#: A run that is longer than the term's, and at least as long as this, is no accident.
_LONG_RUN: Final = 3
#: So many signs of one run are looked at for the edge of its token.
_RUN_MAX: Final = 256
#: A single doubled letter, i for l, or digits alone, in a shorter term may be another word.
_LETTERS_OF_GUESS: Final = 5
_LETTERS_SQUASHED: Final = 3
_LETTERS_JOINED: Final = 4
#: At most half of the pieces are of two letters: most stand alone.
LETTERS_PER_PIECE: Final = 1.5


@dataclass(frozen=True, slots=True)
class Found:
    """What counts: the row of the patterns, its first and last sign in the stream, and how."""

    rows: Places
    first: Places
    last: Places
    is_plain: Flags


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Rows with their runs; arrays with `each` are of all runs of all candidates in turn."""

    stream: Stream
    patterns: Patterns
    rows: Places
    begin: Places
    each: Places
    each_pattern: Places
    heads: Places

    @property
    def tails(self) -> Places:
        return self.heads + self.patterns.lengths[self.rows] - 1

    def taken(self, keep: Flags | Places) -> "_Candidates":
        return _candidates(
            self.stream, patterns=self.patterns, rows=self.rows[keep], begin=self.begin[keep]
        )

    def any_of(self, holds: Flags) -> Flags:
        return np.logical_or.reduceat(holds, self.heads)

    def sum_of(self, counts: NDArray[np.int64] | Flags) -> Places:
        return np.add.reduceat(counts.astype(np.int64), self.heads)


def verified(
    stream: Stream, *, patterns: Patterns, needs_edges: Flags, candidates: tuple[Places, Places]
) -> Found:
    """The candidates that count; `needs_edges` is of each row."""
    rows, begin = candidates
    found = _candidates(stream, patterns=patterns, rows=rows, begin=begin)
    if rows.size:
        counts = _counts(found)
        found = found.taken(~found.any_of(counts < patterns.counts[found.each_pattern]))
    if not found.rows.size:
        empty = np.zeros(0, np.int64)
        return Found(rows=empty, first=empty, last=empty, is_plain=np.zeros(0, bool))
    return _decided(found, needs_edges=needs_edges[found.rows])


def _candidates(stream: Stream, *, patterns: Patterns, rows: Places, begin: Places) -> _Candidates:
    lengths = patterns.lengths[rows]
    return _Candidates(
        stream=stream,
        patterns=patterns,
        rows=rows,
        begin=begin,
        each=ragged(begin, lengths=lengths),
        each_pattern=ragged(patterns.first[rows], lengths=lengths),
        heads=np.cumsum(lengths) - lengths,
    )


def _counts(found: _Candidates) -> Places:
    runs = found.stream.runs
    return runs[found.each + 1] - runs[found.each]


def _decided(found: _Candidates, *, needs_edges: Flags) -> Found:
    first, starts_token = _start(found)
    last, ends_token = _end(found)
    gaps = _gaps(found)
    is_plain = ~found.any_of(gaps != found.patterns.gaps[found.each_pattern])
    has_edges = starts_token & ends_token
    is_sure, is_likely = _likeness(found, first=first, last=last)
    counts = (is_sure & ~needs_edges) | (has_edges & is_likely)
    counts &= is_plain
    spelled = np.flatnonzero(~is_plain & has_edges & is_likely)
    if spelled.size:
        some = found.taken(spelled)
        counts[spelled] = _is_spelled(some, gaps=_gaps(some))
    return Found(
        rows=found.rows[counts], first=first[counts], last=last[counts], is_plain=is_plain[counts]
    )


def _start(found: _Candidates) -> tuple[Places, Flags]:
    """The first sign, and whether it begins a token; a longer run begins where its token does."""
    runs, wanted = found.stream.runs, found.patterns.counts[found.each_pattern[found.heads]]
    whole, tight = runs[found.begin], runs[found.begin + 1] - wanted
    return _to_edge(tight, step=-1, until=whole, is_edge=found.stream.edges_before)


def _end(found: _Candidates) -> tuple[Places, Flags]:
    runs, wanted = found.stream.runs, found.patterns.counts[found.each_pattern[found.tails]]
    final = found.each[found.tails]
    whole, tight = runs[final + 1] - 1, runs[final] + wanted - 1
    return _to_edge(tight, step=1, until=whole, is_edge=found.stream.edges_after)


def _to_edge(
    tight: Places, *, step: int, until: Places, is_edge: Callable[[Places], Flags]
) -> tuple[Places, Flags]:
    """The nearest sign of the run that is an edge, or the tight one, and whether it is an edge."""
    signs = tight.copy()
    is_open = ~is_edge(signs) & (signs != until)
    for _ in range(_RUN_MAX):
        if not is_open.any():
            break
        signs[is_open] += step
        is_open &= ~is_edge(signs) & (signs != until)
    has_edge = is_edge(signs)
    return np.where(has_edge, signs, tight), has_edge


def _gaps(found: _Candidates) -> Places:
    """Of each run, as in the patterns: 1 separators before it, 2 within it."""
    at, runs = found.stream.at, found.stream.runs
    begin, end = runs[found.each], runs[found.each + 1] - 1
    before = at[begin] - at[begin - 1] > 1
    before[found.heads] = False
    wanted = found.patterns.counts[found.each_pattern]
    begin[found.heads] = end[found.heads] - wanted[found.heads] + 1
    end[found.tails] = begin[found.tails] + wanted[found.tails] - 1
    return before + 2 * (at[end] - at[begin] > end - begin)


def _likeness(found: _Candidates, *, first: Places, last: Places) -> tuple[Flags, Flags]:
    """Whether it is the term beyond doubt, and whether it is with the edges of a token."""
    counts, wanted = _counts(found), found.patterns.counts[found.each_pattern]
    counts[found.heads], counts[found.tails] = wanted[found.heads], wanted[found.tails]
    doubled, has_long = _repeats(found, counts=counts)
    is_other_letter = found.any_of(_swapped(found))
    is_guess = found.stream.reading.is_guess | found.patterns.guesses[found.rows]
    has_letter = _have_letters(found)
    is_sure = ((doubled == 0) | has_long) & ~is_other_letter & has_letter & ~is_guess
    runs = found.stream.runs
    counts[found.heads] = runs[found.begin + 1] - first
    counts[found.tails] = last - runs[found.each[found.tails]] + 1
    doubled, has_long = _repeats(found, counts=counts)
    is_short = found.patterns.signs[found.rows] < _LETTERS_OF_GUESS
    is_doubtful = ((doubled == 1) & ~has_long) | ~has_letter | is_other_letter
    return is_sure, ~(is_short & is_doubtful)


def _repeats(found: _Candidates, *, counts: Places) -> tuple[Places, Flags]:
    """How many runs are longer than the term's, and whether one of them is long."""
    is_more = counts > found.patterns.counts[found.each_pattern]
    return found.sum_of(is_more), found.any_of(is_more & (counts >= _LONG_RUN))


def _have_letters(found: _Candidates) -> Flags:
    """Whether a sign is a letter as it is, none that stands for one."""
    if found.stream.is_native:
        return np.ones(len(found.rows), bool)
    return found.any_of(found.stream.signs[found.stream.runs[found.each]] >= codes.PLAIN)


def _swapped(found: _Candidates) -> Flags:
    """Of each run: whether i stands for l, or l for i, as plain letters."""
    runs, signs, patterns = found.stream.runs, found.stream.signs, found.patterns
    heads = _are_swapped(signs[runs[found.each]], other=patterns.heads[found.each_pattern])
    tails = _are_swapped(signs[runs[found.each + 1] - 1], other=patterns.tails[found.each_pattern])
    heads[found.heads] = False
    tails[found.tails] = False
    return heads | tails


def _are_swapped(signs: Codes, *, other: Codes) -> Flags:
    one, two = codes.coded("i"), codes.coded("l")
    swapped: Flags = ((signs == one) & (other == two)) | ((signs == two) & (other == one))
    return swapped


def _is_spelled(found: _Candidates, *, gaps: Places) -> Flags:
    """Whether separators are between single letters, or those the term has not only join."""
    letters = found.patterns.signs[found.rows]
    pieces = found.sum_of((gaps & 1) + (gaps >> 1)) + 1
    is_single = letters <= pieces * LETTERS_PER_PIECE
    more = gaps & ~found.patterns.gaps[found.each_pattern]
    is_partial = ~found.any_of(_breaks(found, more=more)) & (letters >= _LETTERS_JOINED)
    return (is_single & (letters >= _LETTERS_SQUASHED)) | is_partial


def _breaks(found: _Candidates, *, more: Places) -> Flags:
    """Of each run: whether one of these gaps holds what separates words."""
    runs, at = found.stream.runs, found.stream.at
    breaks = np.zeros(len(more), bool)
    before, inside = np.flatnonzero(more & 1), np.flatnonzero(more & 2)
    begin, end = runs[found.each], runs[found.each + 1] - 1
    for which, left, right in ((before, begin - 1, begin), (inside, begin, end)):
        if which.size:
            starts, lengths = at[left[which]], at[right[which]] - at[left[which]]
            held = found.stream.reading.codes[ragged(starts, lengths=lengths)] == codes.BREAK
            breaks[which] |= np.logical_or.reduceat(held, np.cumsum(lengths) - lengths)
    return breaks
