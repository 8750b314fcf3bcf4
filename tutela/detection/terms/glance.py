"""One short text at a glance: terms that surely stand in it, or that surely none does.

A term that is in the squashed stream of no reading is no hit. One that needs edges, or lies across
words, is none either where no words begin and end with it; one that stands there letter for letter
as it is listed is a hit. Everything else is for a whole look, which is slower.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from tutela.detection.terms import ascii_signs
from tutela.detection.terms.candidates import Candidates, candidates
from tutela.detection.terms.pairs import are_spelled, pairs, squashed
from tutela.detection.terms.readings import readings
from tutela.detection.terms.scripts import Scripts, scripts
from tutela.detection.terms.search import Side
from tutela.detection.terms.term import Term

#: Terms that surely stand in a text, not always all of them; none where surely none does; None
#: where only a whole look can tell.
Glance = Callable[[str], Sequence[Term] | None]

#: Longer texts are looked at as a whole.
_TEXT_MAX: Final = 1_000
_NOTHING: Final[tuple[Term, ...]] = ()


def glance(sides: Sequence[Side], *, terms: Sequence[Term]) -> Glance:
    """A glance for these terms; it keeps no text, and threads may share it."""
    latin, native = candidates(sides, terms=terms), scripts(sides)
    further = partial(_further, latin=latin, native=native)
    if native.has_letters:
        return further
    find, told = latin.find, latin.told
    letters, separators = ascii_signs.SIGNS, ascii_signs.SEPARATORS

    def look(text: str) -> Sequence[Term] | None:
        if not text.isascii():
            return further(text)
        raw = text.encode()
        signs = raw.translate(letters, separators)
        if not signs.isalpha():
            is_open = native.has_ascii or len(raw) > _TEXT_MAX
            read = None if is_open else ascii_signs.readings(raw, text=text)
            return further(text) if read is None else latin.among(read, text=text)
        found = pairs(signs)
        if found:
            if are_spelled(signs, found=found) and latin.are_respelled(signs):
                return None
            signs = squashed(signs, found=found)
        if not find(signs):
            return _NOTHING
        return told(signs, raw=raw) if len(raw) <= _TEXT_MAX else None

    return look


def _further(text: str, *, latin: Candidates, native: Scripts) -> Sequence[Term] | None:
    """A glance at a text of any script."""
    found = readings(text) if len(text) <= _TEXT_MAX else None
    if found is None or not native.holds_none(text):
        return None
    told = latin.among([reading.encode() for reading in found], text=text)
    return None if told and latin.has_allow else told
