"""What each code point is in the readings of one short text, for `str.translate`.

The readings are those of the Latin fold, with a space for each separator; i and l are one sign, as
in the squashed stream. What stands in a text is told by its shape: a letter for every code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from tutela.detection.terms import codes
from tutela.detection.terms.stream import SAME
from tutela.detection.terms.table import Fold, table

#: So many code points are kept of all that were ever met; the others are looked up each time.
_KEPT_MAX: Final = 20_000
#: A letter of another script in a reading: no term has it.
FOREIGN: Final = "\x01"
SPACE: Final = " "

#: Of digits that look like two letters.
_OF_TWO: Final = frozenset(codes.coded(letter, start=codes.FROM_DIGIT) for letter in "gt")
#: The shapes of what is no letter: unseen, separator, inside and beside letters, other script;
#: `x` for what is read in ways of its own.
_SHAPES: Final = {
    codes.DROP: "u",
    codes.MARK: "u",
    codes.BREAK: "s",
    codes.JOINT: "s",
    codes.INSIDE: "i",
    codes.BESIDE: "b",
    codes.OTHER: "o",
}
#: The shapes of letters, by where their codes begin.
_LETTER_SHAPES: Final = (
    (codes.FLAGS, "f"),
    (codes.UPSIDE_DOWN, "x"),
    (codes.AMBIGUOUS, "a"),
    (codes.PLAIN, "p"),
    (codes.FROM_DIGIT, "d"),
)


class Lazy(dict[int, str]):
    """A mapping for `str.translate` that is filled with what is met."""

    def __init__(self, made: Callable[[int], str]) -> None:
        """What a code point becomes is `made` when it is first met."""
        super().__init__()
        self._made = made

    def __missing__(self, code_point: int) -> str:
        found = self._made(code_point)
        if len(self) < _KEPT_MAX:
            self[code_point] = found
        return found


@dataclass(frozen=True, slots=True)
class Shapes:
    """The mappings of code points to signs, one for each reading."""

    shape: Lazy
    #: As each is first read; by its second meaning; signs that are letters too; plain letters.
    first: Lazy
    second: Lazy
    signs: Lazy
    plain: Lazy
    #: Words as they are first read, each letter with how sure it is, and spaces between them.
    words: Lazy
    #: For terms of other scripts.
    native: Lazy


@cache
def shapes() -> Shapes:
    """The mappings of the table, shared by all that is looked for."""
    return Shapes(
        shape=Lazy(lambda point: "".join(map(shape_of, codes_of(point)))),
        first=Lazy(_first),
        second=Lazy(lambda point: _second(point, shapes_read="a7")),
        signs=Lazy(lambda point: _second(point, shapes_read="a7ib")),
        plain=Lazy(_plain),
        words=Lazy(lambda point: "".join(map(_letter, codes_of(point)))),
        native=Lazy(_native),
    )


def codes_of(code_point: int) -> tuple[int, ...]:
    """The codes of the Latin fold."""
    return _folded(table().latin, code_point=code_point)


def _folded(fold: Fold, *, code_point: int) -> tuple[int, ...]:
    code = int(fold.single[code_point])
    if code != codes.MANY:
        return (code,)
    at = int(fold.many.keys.searchsorted(code_point))
    begin = int(fold.many.ends[at - 1]) if at else 0
    return tuple(fold.many.values[begin : int(fold.many.ends[at])].tolist())


def shape_of(code: int) -> str:
    """What the code is: a letter for every kind."""
    if code in _OF_TWO:
        return "7"
    letters = (shape for start, shape in _LETTER_SHAPES if code >= start)
    return next(letters, _SHAPES.get(code, "x"))


def sign_of(code: int) -> str:
    """As it is compared; nothing where nobody sees it."""
    if code >= codes.ANY_LETTER:
        return chr(SAME[code])
    return _other(code)


def _letter(code: int) -> str:
    return chr(code) if code >= codes.ANY_LETTER else _other(code)


def _other(code: int) -> str:
    if code >= codes.SIGNS:
        return FOREIGN
    return SPACE if code >= codes.SEEN else ""


def _first(code_point: int) -> str:
    return "".join(map(sign_of, codes_of(code_point)))


def _second(code_point: int, *, shapes_read: str) -> str:
    found = table().alternative
    at = int(found.keys.searchsorted(code_point))
    is_there = at < len(found.keys) and int(found.keys[at]) == code_point
    other = sign_of(int(found.values[at])) if is_there else None
    return "".join(
        other if other is not None and shape_of(code) in shapes_read else sign_of(code)
        for code in codes_of(code_point)
    )


def _plain(code_point: int) -> str:
    read = ((shape_of(code), sign_of(code)) for code in codes_of(code_point))
    return "".join(sign if shape == "p" or not sign else SPACE for shape, sign in read)


def _native(code_point: int) -> str:
    found = _folded(table().native, code_point=code_point)
    return "".join(chr(code) for code in found if code > codes.BOUNDARY)
