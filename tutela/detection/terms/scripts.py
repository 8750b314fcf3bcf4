"""Whether a term of a script that is not Latin may stand in one short text."""

import re
import string
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from tutela.detection.terms.search import Side, Wanted
from tutela.detection.terms.shapes import shapes

_REPEATED: Final = re.compile(r"(.)(?=\1)", re.DOTALL)
_JAMO: Final = re.compile("[\u1100-\u11c2]")
_ASCII: Final = [chr(point) for point in range(128)]


class Scripts:
    """The terms that go by their own scripts."""

    def __init__(self, side: Side | None) -> None:
        """Of the side that searches code points, if there is one."""
        self._automaton = side.wanted.patterns.of_text if side else None
        self.is_empty = self._automaton is None
        #: Whether a term may stand in a text of ASCII alone, and in one without digits.
        self.has_ascii = side is not None and _are_of(side.wanted, signs=_ASCII)
        self.has_letters = side is not None and _are_of(side.wanted, signs=string.ascii_letters)

    def holds_none(self, text: str) -> bool:
        """Whether surely none of them stands in the text."""
        if self._automaton is None:
            return True
        signs = _REPEATED.sub("", text.translate(shapes().native))
        return not _JAMO.search(signs) and not self._automaton.find_matches_as_indexes(signs)


def scripts(sides: Sequence[Side]) -> Scripts:
    """Those of the sides."""
    return Scripts(next((side for side in sides if side.wanted.patterns.of_text), None))


def _are_of(wanted: Wanted, *, signs: Iterable[str]) -> bool:
    """Whether a row is made of nothing but what these signs are folded to."""
    native = {ord(each) for sign in signs for each in sign.translate(shapes().native)}
    is_of = np.isin(wanted.patterns.heads, list(native))
    return bool(np.logical_and.reduceat(is_of, wanted.patterns.first).any())
