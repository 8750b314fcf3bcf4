"""The readings of one short text of ASCII, for `bytes.translate`."""

import re
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from tutela.detection.terms.respelling import SPELLING
from tutela.detection.terms.shapes import shapes

_ASCII: Final = [chr(point) for point in range(128)]
_SHAPES: Final = "".join(sign.translate(shapes().shape) for sign in _ASCII)
_DIGITS: Final = "0123456789"
_OF_TWO: Final = frozenset("679")
_LETTER: Final = rb"[A-Za-z0-9$@|]"


def _of_shapes(kinds: str) -> bytes:
    return "".join(
        sign for sign, shape in zip(_ASCII, _SHAPES, strict=True) if shape in kinds
    ).encode()


def _mapped(signs: Sequence[str]) -> bytes:
    """A table of these signs, one for each of ASCII."""
    return "".join(signs).encode() + bytes(range(128, 256))


def _read(second: Sequence[str] = ()) -> bytes:
    """Letters and digits as they are compared, these by their second meaning; spaces between."""
    held = shapes()
    mappings = ((sign, held.second if sign in second else held.first) for sign in _ASCII)
    return _mapped([sign.translate(by) if sign.isalnum() else " " for sign, by in mappings])


#: What separates words.
SEPARATORS: Final = _of_shapes("s")
_UNSEEN: Final = _of_shapes("ux")
#: Letters as they are compared; digits and signs stay.
SIGNS: Final = _mapped(
    [sign.translate(shapes().first) if sign.isalpha() else sign for sign in _ASCII]
)
#: Letters and digits as they are compared, spaces between.
SPACED: Final = _read()
#: Letters and digits as they are listed, spaces between.
WORDS: Final = _mapped(
    [sign.translate(shapes().words) if sign.isalnum() else " " for sign in _ASCII]
)
#: By the digits that stand in a text: a table for every choice of those that are read otherwise.
_SECOND: Final = {
    frozenset(held): [
        _read(chosen) for count in range(len(held) + 1) for chosen in combinations(held, count)
    ]
    for size in range(1, 4)
    for held in combinations(sorted(_OF_TWO), size)
}

_inside = re.escape(_of_shapes("i"))
_UNREAD: Final = re.compile(
    rb"%b[%b](?=%b)|[$@|](?=%b)|(?<=%b)[$@|]" % (_LETTER, _inside, _LETTER, _LETTER, _LETTER)
)
_FILLED: Final = re.compile(rb"[A-Za-z][0-9](?=[A-Za-z])")
_JOINED: Final = re.compile(rb"(?<=[A-Za-z0-9])[679]|[679](?=[A-Za-z0-9])")
_DOUBTFUL: Final = re.compile(b"|".join((_FILLED.pattern, _JOINED.pattern)))
_ALONE: Final = re.compile(rb"(?<![A-Za-z0-9])[679](?![A-Za-z0-9])")


def readings(raw: bytes, *, text: str) -> list[bytes] | None:
    """The words of each, the first one first, spaces between; None where more is needed."""
    if not raw.translate(None, SEPARATORS).isalnum():
        if raw != raw.translate(None, _UNSEEN) or _UNREAD.search(raw) or SPELLING.search(text):
            return None
        if _JOINED.search(raw):
            return None
    if not _DOUBTFUL.search(raw):
        return [raw.translate(SPACED)]
    if _FILLED.search(raw) or _ALONE.search(raw):
        return None
    return [raw.translate(each) for each in _SECOND[frozenset(_OF_TWO.intersection(text))]]
