"""One short text at a glance: terms that surely stand in it, or that surely none does.

A term that is in the squashed stream of no reading is no hit. One that needs edges, or lies across
words, is none either where no words begin and end with it; one that stands there letter for letter
as it is listed is a hit. Everything else is for a whole look, which is slower.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from tutela.detection.terms.ascii_signs import LETTERS, SEPARATORS
from tutela.detection.terms.candidates import Candidates, candidates
from tutela.detection.terms.glyphs import GLYPHS, OF_ASCII, has_latin, words
from tutela.detection.terms.pairs import ONCE, pairs
from tutela.detection.terms.scripts import Scripts, scripts
from tutela.detection.terms.search import Side
from tutela.detection.terms.term import Term

#: Terms that surely stand in a text, not always all of them; none where surely none does; None
#: where only a whole look can tell.
Glance = Callable[[str], Sequence[Term] | None]

#: Whether surely no term stands in a text of ASCII letters: those as they are compared.
Cleared = Callable[[bytes], bool]

#: Longer texts are looked at as a whole.
_TEXT_MAX: Final = 1_000
_NOTHING: Final[tuple[Term, ...]] = ()


def glances(sides: Sequence[Side], *, terms: Sequence[Term]) -> tuple[Glance, Cleared]:
    """Glances for these terms; they keep no text, and threads may share them."""
    latin, native = candidates(sides, terms=terms), scripts(sides)
    further = partial(_further, latin=latin, native=native)
    if native.has_letters:
        return further, lambda _: False
    return _glance(latin, further=further, has_native=native.has_ascii), _cleared(latin)


def _cleared(latin: Candidates) -> Cleared:
    find, once = latin.find, latin.once

    def is_cleared(signs: bytes) -> bool:
        if len(signs) > _TEXT_MAX:
            return False
        found = pairs(signs)
        if found:
            for number, _, _ in found:
                doubled, single = ONCE[number]
                short = signs.replace(doubled, single)
                if not single or doubled in short:
                    own = once(signs, found=found)
                    return own is not None and not find(own)
                signs = short
        return not find(signs)

    return is_cleared


def _glance(latin: Candidates, *, further: Glance, has_native: bool) -> Glance:
    find, told, once = latin.find, latin.told, latin.once

    def look(text: str) -> Sequence[Term] | None:
        if len(text) > _TEXT_MAX or not text.isascii():
            return further(text)
        raw = text.encode()
        signs = raw.translate(LETTERS, SEPARATORS)
        is_plain = signs.isalpha()
        if is_plain:
            found = pairs(signs)
            own = once(signs, found=found) if found else signs
            if own is not None and not find(own):
                return _NOTHING
        if has_native and not is_plain:
            return further(text)
        glyphs = raw.translate(OF_ASCII)
        if is_plain:
            return None if own is None else told([words(glyphs)], text=text)
        return latin.among(glyphs, text=text)

    return look


def _further(text: str, *, latin: Candidates, native: Scripts) -> Sequence[Term] | None:
    """A glance at a text of any script."""
    if native.is_empty and not has_latin(text):
        return _NOTHING
    if len(text) > _TEXT_MAX or not native.holds_none(text):
        return None
    glyphs = text.translate(GLYPHS).encode("latin-1")
    if latin.holds_none(glyphs):
        return _NOTHING
    told = latin.among(glyphs, text=text)
    return None if told and latin.has_allow else told
