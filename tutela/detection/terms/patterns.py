"""What is searched for: the terms of a list as runs of signs, and the automaton over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from tutela.detection.terms import codes
from tutela.detection.terms.reading import folded, joined, seen
from tutela.detection.terms.stream import Stream, squashed
from tutela.detection.terms.table import Codes, Fold, Places, ragged, within

#: A pattern of one run would be found wherever its sign is.
_RUNS_MIN: Final = 2

#: Up to so many bytes of keys a full automaton stays in the cache, and is twice as fast.
_DFA_BYTES: Final = 150_000


@dataclass(frozen=True, slots=True)
class Written:
    """Terms as they are written, folded: the runs of term `n` are those in its span."""

    stream: Stream
    #: The first run of each term, and how many it has.
    first: Places
    lengths: Places
    #: How many signs each term has.
    signs: Places

    def runs_of(self, rows: Places) -> Places:
        """The numbers of the runs of these rows, one row after the other."""
        return ragged(self.first[rows], lengths=self.lengths[rows])

    def any_of(self, holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """For each term, whether it holds for one of its signs."""
        counts = np.concatenate(([0], np.cumsum(holds)))
        runs = self.stream.runs
        ends, begins = runs[self.first + self.lengths], runs[self.first]
        is_there: NDArray[np.bool_] = counts[ends] > counts[begins]
        return is_there


@dataclass(frozen=True, slots=True)
class Patterns:
    """Rows to look for: each is a term, or what may be written for it."""

    #: Of each row: the number of its term, and whether it is a guess.
    terms: Places
    guesses: NDArray[np.bool_]
    #: The runs of each row: where they begin in the arrays below, and how many.
    first: Places
    lengths: Places
    #: How many signs each row has.
    signs: Places
    #: Of each run: how many signs; gaps before (1) and inside (2) it; its outer signs.
    counts: Places
    gaps: Places
    heads: Codes
    tails: Codes
    #: The rows of key n are `rows[row_ends[n - 1]:row_ends[n]]`.
    rows: Places
    row_ends: Places
    #: One of them finds keys: among signs of one byte each, or of other scripts.
    of_bytes: ahocorasick_rs.BytesAhoCorasick | None
    of_text: ahocorasick_rs.AhoCorasick | None

    def rows_of(self, key: int) -> list[int]:
        """The rows of a key."""
        begin = int(self.row_ends[key - 1]) if key else 0
        found: list[int] = self.rows[begin : int(self.row_ends[key])].tolist()
        return found

    def candidates(self, stream: Stream) -> tuple[Places, Places]:
        """Rows found in the stream, and the run that each begins with."""
        found = self._found(stream.squashed.tobytes())
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        keys, starts, _ = np.array(found, np.int64).T
        begins = np.where(keys > 0, self.row_ends[keys - 1], 0)
        lengths = self.row_ends[keys] - begins
        return self.rows[ragged(begins, lengths=lengths)], np.repeat(starts, lengths)

    def _found(self, signs: bytes) -> list[tuple[int, int, int]]:
        """Every key among the signs, overlapping ones too: its number, start and end."""
        if self.of_bytes is not None:
            return self.of_bytes.find_matches_as_indexes(signs, overlapping=True)
        text = _text(signs)
        return self.of_text.find_matches_as_indexes(text, overlapping=True) if self.of_text else []


def written(texts: Sequence[str], *, fold: Fold) -> Written:
    """The terms in one stream."""
    posts = joined(texts)
    stream = squashed(seen(folded(posts, fold=fold)))
    ends = np.flatnonzero(stream.squashed == codes.BOUNDARY)
    first, lengths = ends[:-1] + 1, np.diff(ends) - 1
    return Written(
        stream=stream,
        first=first,
        lengths=lengths,
        signs=stream.runs[first + lengths] - stream.runs[first],
    )


def is_foreign(found: Written, *, texts: Sequence[str], foreign: Places) -> NDArray[np.bool_]:
    """For each term, whether the Latin fold says too little of it: it goes by its own script."""
    stream = found.stream
    places = stream.reading.places(stream.at)
    is_sign = stream.signs >= codes.SIGNS + 1
    is_latin = ~within(foreign, values=joined(texts).code_points[places])
    is_letter = is_sign & (stream.signs >= codes.PLAIN) & is_latin
    has_other = found.any_of(stream.signs == codes.OTHER)
    return has_other | ~found.any_of(is_letter) | (found.lengths < _RUNS_MIN)


def compiled(
    found: Written, *, rows: Places, terms: Places, guesses: NDArray[np.bool_]
) -> Patterns:
    """The patterns of these rows; `terms` and `guesses` are theirs."""
    stream, runs = found.stream, found.stream.runs
    at, taken = stream.at, found.runs_of(rows)
    counts = runs[taken + 1] - runs[taken]
    before = at[runs[taken]] - at[runs[taken] - 1] > 1
    lengths = found.lengths[rows]
    first = np.cumsum(lengths) - lengths
    before[first] = False
    inside = at[runs[taken + 1] - 1] - at[runs[taken]] > counts - 1
    keys = _keys(stream.squashed[taken], ends=np.cumsum(lengths))
    order, row_ends = _by_key(keys)
    return Patterns(
        terms=terms,
        guesses=guesses,
        first=first,
        lengths=lengths,
        signs=found.signs[rows],
        counts=counts,
        gaps=before + 2 * inside,
        heads=stream.signs[runs[taken]],
        tails=stream.signs[runs[taken + 1] - 1],
        rows=order,
        row_ends=row_ends,
        of_bytes=None if stream.is_native else _of_bytes(list(dict.fromkeys(keys))),
        of_text=_of_text(list(dict.fromkeys(keys))) if stream.is_native else None,
    )


def _keys(signs: Codes, *, ends: Places) -> list[bytes]:
    held, size = signs.tobytes(), signs.itemsize
    bounds = [0, *(ends * size).tolist()]
    return [held[start:end] for start, end in pairwise(bounds)]


def _by_key(keys: Sequence[bytes]) -> tuple[Places, Places]:
    """The rows in the order of their keys, and where those of each key end."""
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    key_of = np.fromiter((numbers[key] for key in keys), np.int64, len(keys))
    return np.argsort(key_of, kind="stable"), np.cumsum(np.bincount(key_of))


def _of_bytes(keys: list[bytes]) -> ahocorasick_rs.BytesAhoCorasick:
    is_small = sum(map(len, keys)) <= _DFA_BYTES
    how = ahocorasick_rs.Implementation.DFA if is_small else None
    return ahocorasick_rs.BytesAhoCorasick(keys, implementation=how)


def _of_text(keys: list[bytes]) -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick([_text(key) for key in keys], store_patterns=False)


def _text(code_points: bytes) -> str:
    """The text of UTF-32; a lone surrogate, which no fold lets through, would be replaced."""
    return code_points.decode("utf-32-le", "replace")
