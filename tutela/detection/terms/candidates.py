"""The Latin terms that may stand in one short text, told from its squashed signs."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from tutela.detection.terms import ascii_signs
from tutela.detection.terms.fitting import Fitting, fitting
from tutela.detection.terms.glyphs import SEPARATORS, readings, simple_signs
from tutela.detection.terms.pairs import REPEATED, Match, are_spelled, pairs, squashed, without_runs
from tutela.detection.terms.search import Side, Wanted
from tutela.detection.terms.shapes import FOREIGN, SPACE, shapes
from tutela.detection.terms.term import Term, TermKind

_NOTHING: Final[tuple[Term, ...]] = ()
_FOREIGN: Final = FOREIGN.encode()
_WORD: Final = re.compile(b"\x01|[^\x01 .]+")
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
        self._find_respelled = _finder(side.respelled if side else None)
        self._only_edges, self._has_gaps = _of_keys(side.wanted) if side else (b"", b"")
        self._has_loose = 0 in self._only_edges
        self._listed = _listed(side.wanted, terms=terms) if side else []
        self._fit: Fitting = fitting(side.wanted.patterns) if side else lambda matches, **_: matches
        shortest = int(side.wanted.patterns.lengths.min()) if side else 1
        self._are_enough = re.compile(b"[^%b]{%d}" % (_FOREIGN, shortest)).search

    def once(self, signs: bytes, *, found: Sequence[Match]) -> bytes | None:
        """Each run of one sign once; None where two signs may stand for one letter of a term."""
        if are_spelled(signs) and self._find_respelled(REPEATED.sub(b"", signs)):
            return None
        return squashed(signs, found=found)

    def among(self, glyphs: bytes, *, text: str) -> Sequence[Term] | None:
        """What is known of a text, by its glyphs."""
        read = readings(glyphs, text=text)
        if read is None:
            return None
        signs = _FOREIGN.join(read).translate(None, SEPARATORS)
        found = pairs(signs)
        own = self.once(signs, found=found) if found else signs
        if own is None:
            return None
        return self.told(read, text=text) if self.find(own) else _NOTHING

    def holds_none(self, glyphs: bytes) -> bool:
        """Whether in every reading too few letters stand together for one of them."""
        signs = simple_signs(glyphs)
        return signs is not None and not self._are_enough(signs)

    def told(self, readings: Sequence[bytes], *, text: str) -> Sequence[Term] | None:
        """What is known by the words of readings in one of which a key is."""
        for at, words in enumerate(readings):
            signs = words.translate(None, SEPARATORS)
            once = without_runs(signs)
            matches = self._find_all(once)
            if not matches:
                continue
            edges = _edges(without_runs(words), size=len(once))
            found = _between(matches, edges=edges)
            if not at and self._has_loose:
                found += self._loose(matches, edges=edges)
            if not found:
                continue
            is_sure = not at and not (self.has_allow and len(readings) > 1)
            terms = self._sure(found, words=_as_listed(text)) if is_sure else None
            if terms is None:
                bounds = edges[0] if _are_breaks(words, edges=edges) else None
                found = self._fit(found, words=words, signs=signs, bounds=bounds)
            if found:
                return terms
        return _NOTHING

    def _loose(self, matches: Sequence[Match], *, edges: Edges) -> list[Match]:
        """Those that may be hits elsewhere than between edges."""
        only_edges, has_gaps = self._only_edges, self._has_gaps
        return [
            (key, start, end)
            for key, start, end in matches
            if not only_edges[key] and (has_gaps[key] or _is_inside(start, end=end, edges=edges))
        ]

    def _sure(self, matches: Sequence[Match], *, words: str) -> Sequence[Term] | None:
        """The terms of these keys that stand in the words as they are listed; None if none does."""
        found = [self._listed[key] for key, _, _ in matches]
        between = f" {' '.join(filter(None, words.split(SPACE)))} "
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


def _as_listed(text: str) -> str:
    """Its words, each sign with how sure it is."""
    if text.isascii():
        return text.encode().translate(ascii_signs.WORDS).decode()
    return text.translate(shapes().words)


def _edges(words: bytes, *, size: int) -> Edges:
    """Of words whose squashed stream has this size."""
    held = _WORD.findall(words) if _FOREIGN in words else words.replace(b".", b" ").split()
    bounds = [0, *accumulate(map(len, held))]
    if bounds[-1] == size:
        return bounds[:-1], bounds[1:]
    starts, ends, at, last = [], [], 0, 0
    for word in held:
        begin = at - 1 if word[0] == last else at
        at, last = begin + len(word), word[-1]
        starts.append(begin)
        ends.append(at)
    return starts, ends


def _are_breaks(words: bytes, *, edges: Edges) -> bool:
    """Whether nothing but breaks is between words, none of which share a run."""
    starts, ends = edges
    return b"." not in words and _FOREIGN not in words and starts[1:] == ends[:-1]


def _between(matches: Sequence[Match], *, edges: Edges) -> list[Match]:
    """Those that begin with a word and end with one."""
    starts, ends = edges
    return [match for match in matches if match[1] in starts and match[2] in ends]


def _is_inside(start: int, *, end: int, edges: Edges) -> bool:
    """Whether it lies in one word."""
    return any(begin <= start and end <= until for begin, until in zip(*edges, strict=True))
