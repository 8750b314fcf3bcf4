"""The Latin terms that may stand in one short text, told from its squashed signs."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np

from tutela.detection.terms import ascii_signs
from tutela.detection.terms.pairs import REPEATED, Match, are_spelled, pairs, squashed
from tutela.detection.terms.search import Side, Wanted
from tutela.detection.terms.shapes import shapes
from tutela.detection.terms.term import Term, TermKind

_NOTHING: Final[tuple[Term, ...]] = ()
_WORD: Final = re.compile(b"\x01|[^\x01 ]+")
#: A key whose term is told at a glance: that term, and how it stands among words.
Listed = tuple[str, Term] | None
#: Where each word begins, and where each ends, in a squashed stream; two may share one run.
Edges = tuple[list[int], list[int]]


class Candidates:
    """The terms that go by the Latin fold."""

    def __init__(self, side: Side | None, *, terms: Sequence[Term]) -> None:
        """Of the side that searches letters, if there is one."""
        #: Whether a term of these may allow others.
        self.has_allow = any(term.kind is TermKind.ALLOW for term in terms)
        #: The keys in a squashed stream, none over another; empty where there is none.
        self.find = _finder(side.wanted if side else None)
        self._find_all = _finder(side.wanted if side else None, overlapping=True)
        self._find_respelled = _finder(side.respelled) if side and side.respelled else None
        self._only_edges, self._has_gaps = _of_keys(side.wanted) if side else (b"", b"")
        self._has_loose = 0 in self._only_edges
        self._listed = _listed(side.wanted, terms=terms) if side else []

    def are_respelled(self, signs: bytes) -> bool:
        """Whether terms may be among the signs by what is written for their letters."""
        find = self._find_respelled
        return find is not None and bool(find(REPEATED.sub(b"", signs)))

    def told(self, squashed: bytes, *, raw: bytes) -> Sequence[Term] | None:
        """What is known of a text of ASCII letters in which keys were found."""
        words = raw.translate(ascii_signs.SPACED)
        if pairs(words):
            words = REPEATED.sub(b"", words)
        found = self._open(self._find_all(squashed), edges=_edges(words.split()))
        if not found:
            return _NOTHING
        return self._sure(found, words=raw.translate(ascii_signs.WORDS).decode())

    def among(self, readings: Sequence[bytes], *, text: str) -> Sequence[Term] | None:
        """What is known of a text, by the words of its readings."""
        for at, words in enumerate(readings):
            signs = words.translate(None, b" ")
            found = pairs(signs)
            if found:
                if are_spelled(signs, found=found) and self.are_respelled(signs):
                    return None
                signs = squashed(signs, found=found)
            if not self.find(signs):
                continue
            matches, edges = self._find_all(signs), _edges(_WORD.findall(REPEATED.sub(b"", words)))
            if at and _between(matches, edges=edges):
                return None
            open_ = [] if at else self._open(matches, edges=edges)
            if open_ and (self.has_allow and len(readings) > 1):
                return None
            if open_:
                return self._sure(open_, words=text.translate(shapes().words))
        return _NOTHING

    def _open(self, matches: Sequence[Match], *, edges: Edges) -> list[int]:
        """The keys that may be hits in the first reading, by where words begin and end."""
        found = _between(matches, edges=edges)
        if self._has_loose:
            only_edges, has_gaps = self._only_edges, self._has_gaps
            found += [
                key
                for key, start, end in matches
                if not only_edges[key]
                and (has_gaps[key] or _is_inside(start, end=end, edges=edges))
            ]
        return found

    def _sure(self, keys: Sequence[int], *, words: str) -> Sequence[Term] | None:
        """The terms of these keys that stand in the words as they are listed; None if none does."""
        found = [self._listed[key] for key in keys]
        between = f" {' '.join(words.split())} "
        terms = [listed[1] for listed in found if listed is not None and listed[0] in between]
        is_known = not self.has_allow or all(
            listed is not None and listed[1].kind is not TermKind.ALLOW for listed in found
        )
        return (terms or None) if is_known else None


def candidates(sides: Sequence[Side], *, terms: Sequence[Term]) -> Candidates:
    """Those of the sides."""
    latin = next((side for side in sides if side.wanted.patterns.of_bytes), None)
    return Candidates(latin, terms=terms)


def _finder(wanted: Wanted | None, *, overlapping: bool = False) -> Callable[[bytes], list[Match]]:
    automaton = wanted.patterns.of_bytes if wanted else None
    if automaton is None:
        return lambda _: []
    find = automaton.find_matches_as_indexes
    return partial(find, overlapping=True) if overlapping else find


def _of_keys(wanted: Wanted) -> tuple[bytes, bytes]:
    """Of each key, 1 where all its rows need edges; 1 where a row of it has separators."""
    patterns = wanted.patterns
    heads = np.concatenate(([0], patterns.row_ends[:-1]))
    only_edges = np.logical_and.reduceat(wanted.needs_edges[patterns.rows], heads)
    has_gaps = np.logical_or.reduceat(patterns.gaps > 0, patterns.first)
    any_gaps = np.logical_or.reduceat(has_gaps[patterns.rows], heads)
    return only_edges.tobytes(), any_gaps.tobytes()


def _listed(wanted: Wanted, *, terms: Sequence[Term]) -> list[Listed]:
    """Of each key: its term and how that is listed; None where several terms have the key."""
    patterns, found = wanted.patterns, list[Listed]()
    numbers = patterns.terms[patterns.rows].tolist()
    for begin, end in pairwise([0, *patterns.row_ends.tolist()]):
        term = terms[numbers[begin]]
        words = _words(term)
        found.append((words, term) if end - begin == 1 and _is_letters(words) else None)
    return found


def _is_letters(words: str) -> bool:
    """Whether all signs are letters in any case: of others it takes a whole look how they stand."""
    signs = words.replace(" ", "")
    return signs.isascii() and signs.isalpha() and signs.islower()


def _words(term: Term) -> str:
    """The term as it stands among words; those begin and end with a space."""
    listed = unicodedata.normalize("NFC", term.text).translate(shapes().words)
    own = " ".join(listed.split())
    return own if term.kind is TermKind.SUBSTRING else f" {own} "


def _edges(words: Sequence[bytes]) -> Edges:
    starts, ends, at, last = [], [], 0, 0
    for word in words:
        begin = at - 1 if word[0] == last else at
        at, last = begin + len(word), word[-1]
        starts.append(begin)
        ends.append(at)
    return starts, ends


def _between(matches: Sequence[Match], *, edges: Edges) -> list[int]:
    """The keys that begin with a word and end with one."""
    starts, ends = edges
    return [key for key, start, end in matches if start in starts and end in ends]


def _is_inside(start: int, *, end: int, edges: Edges) -> bool:
    """Whether it lies in one word."""
    return any(begin <= start and end <= until for begin, until in zip(*edges, strict=True))
