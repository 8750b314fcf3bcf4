"""One byte for all that the readings of a short text need to know of a sign, and those readings.

Signs that are read alike are one glyph: its shape (a letter for every code of the Latin fold), how
it is first read, and how it may be read besides. All further steps are tables of bytes.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import combinations
from typing import Final

import numpy as np

from tutela.detection.terms import codes
from tutela.detection.terms.guessing import COMBINED_MAX
from tutela.detection.terms.respelling import SPELLING
from tutela.detection.terms.shapes import FOREIGN, SPACE, Lazy, codes_of, shape_of, sign_of
from tutela.detection.terms.table import table

#: Shape, first reading, second reading.
Glyph = tuple[str, str, str]

#: What separates words, but may join letters, in a reading.
JOINT: Final = "."
#: What stands between words in a reading.
SEPARATORS: Final = f"{SPACE}{JOINT}".encode()
_JOINT: Final = ("j", JOINT, JOINT)
_UNREADABLE: Final = ("x", FOREIGN, FOREIGN)


@cache
def _seconds() -> dict[int, str]:
    """How code points may be read besides."""
    held = table().alternative
    pairs = zip(held.keys.tolist(), held.values.tolist(), strict=True)
    return {point: sign_of(code) for point, code in pairs}


def _glyphs(code_point: int) -> Iterator[Glyph]:
    second = _seconds().get(code_point)
    for code in codes_of(code_point):
        yield _glyph(code, second=second)


def _glyph(code: int, *, second: str | None = None) -> Glyph:
    shape, first = shape_of(code), sign_of(code)
    if shape == "x":
        return _UNREADABLE
    if shape == "s" and code != codes.BREAK:
        return _JOINT
    first = JOINT if first == SPACE and shape in "ib" else first
    return shape, first, second if second is not None and shape in "a7ib" else first


def _alphabet() -> list[Glyph]:
    """Every glyph, in one order; its number is its byte."""
    held = table().latin
    used = {*np.unique(held.single).tolist(), *np.unique(held.many.values).tolist()} - {codes.MANY}
    found = {_glyph(code): None for code in sorted(used)}
    for point in _seconds():
        found |= dict.fromkeys(_glyphs(point))
    found |= dict.fromkeys(_settled(glyph) for glyph in list(found))
    return sorted(found)


def _settled(glyph: Glyph) -> Glyph:
    """A digit or a sign of which nothing stands beside: it is read in one way."""
    shape, first, _ = glyph
    if shape in "ib":
        return _JOINT
    return ("d", first, first) if shape == "7" else glyph


_ALPHABET: Final = _alphabet()
_NUMBER: Final = {glyph: number for number, glyph in enumerate(_ALPHABET)}


def _table(of: list[str]) -> bytes:
    """For `bytes.translate`; what has no sign there is to be left out."""
    return "".join(sign or "\0" for sign in of).encode() + bytes(256 - len(of))


def _of(shapes: str) -> bytes:
    return bytes(number for number, glyph in enumerate(_ALPHABET) if glyph[0] in shapes)


def _kinds(**kinds: str) -> bytes:
    """For `bytes.translate`: what shapes are taken together as; spaces for the others."""
    by_shape = {shape: kind for shapes_, kind in kinds.items() for shape in shapes_}
    return "".join(by_shape.get(shape, " ") for shape, _, _ in _ALPHABET).encode() + bytes(
        256 - len(_ALPHABET)
    )


def _class(shapes: str) -> bytes:
    return b"[" + re.escape(_of(shapes)) + b"]"


#: The glyphs of each code point, for `str.translate`, as characters below 256.
GLYPHS: Final = Lazy(lambda point: "".join(chr(_NUMBER[each]) for each in _glyphs(point)))
#: Those of ASCII, for `bytes.translate`.
OF_ASCII: Final = "".join(GLYPHS[point] for point in range(128)).encode("latin-1") + bytes(128)

#: Read in a reading: as each is first read, by its second meaning, signs as letters too, and plain
#: letters alone.
_FIRST: Final = _table([first for _, first, _ in _ALPHABET])
_SECOND: Final = _table([second if shape in "a7" else first for shape, first, second in _ALPHABET])
_SIGNS: Final = _table([second for _, _, second in _ALPHABET])
_PLAIN: Final = _table([first if shape in "psj" else JOINT for shape, first, _ in _ALPHABET])
_UNSEEN: Final = _of("u")
_BETWEEN: Final = _of("usj")
_SETTLED: Final = bytes(_NUMBER[_settled(glyph)] for glyph in _ALPHABET) + bytes(
    256 - len(_ALPHABET)
)
#: Bytes from here on are no glyphs.
_FREE: Final = 0xF0
#: A class of `re` is a table up to here, and a list of ranges beyond.
_BMP: Final = 0x10000
#: Choices of signs that are kept.
_CHOICES_MAX: Final = 512

#: All but what is read in one way alone.
_COMMON: Final = _of("usjpdfo")
#: All but signs that may be letters, and what is not read at all.
_LETTERS: Final = _of("usjpdfoa7")
#: All but letters of two meanings, with digits and without.
_SURE: Final = _of("usjpdfoibx7")
_ONEFOLD: Final = _of("usjpdfoibx")
_LETTER: Final = _class("pd7afb")
#: Shapes in short: letters, those of two meanings beside them, signs; to look for neighbours.
_KINDS: Final = _kinds(pdaf="l", **{"7": "7"}, i="i", b="b", x="x")
_PLAIN_OR_NOT: Final = _kinds(p="p", od7af="f")
_UNREAD: Final = (b"x", b"bl", b"lb", b"b7", b"7b", b"bb")
_INSIDE: Final = re.compile(b"[l7b]i[l7b]")
#: What spellings of letters begin with.
_SPELLS: Final = re.compile(r"[&%\\|<(\[{>/]")
_JOINED: Final = (b"l7", b"7l", b"77", b"b7", b"7b")
_ALONE: Final = re.compile(b"(?<!%b)%b(?!%b)" % (_LETTER, _class("7"), _LETTER))
_BESIDE: Final = _class("pd7afib")
_SIGN_ALONE: Final = re.compile(b"(?<!%b)%b(?!%b)" % (_BESIDE, _class("ib"), _BESIDE))
_FILLED: Final = re.compile(
    b"%(p)b%(f)b(?=%(p)b).*%(p)b%(f)b%(p)b" % {b"p": _class("p"), b"f": _class("od7af")}, re.DOTALL
)


def words(glyphs: bytes) -> bytes:
    """As they are first read, spaces or points between."""
    return glyphs.translate(_FIRST, _UNSEEN)


def simple_signs(glyphs: bytes) -> bytes | None:
    """As they are first read, without separators; None where another reading has more together."""
    if glyphs.translate(None, _LETTERS) or _is_filled(glyphs):
        return None
    return glyphs.translate(_FIRST, _BETWEEN)


def readings(glyphs: bytes, *, text: str) -> list[bytes] | None:
    """The words of each, the first one first, spaces or points between; None if that is not all."""
    found = [words(glyphs)]
    if glyphs.translate(None, _COMMON):
        more = _others(glyphs, text=text)
        if more is None:
            return None
        found += more
    if _is_filled(glyphs):
        found.append(glyphs.translate(_PLAIN, _UNSEEN))
    return found


def _others(glyphs: bytes, *, text: str) -> list[bytes] | None:
    """By the second meanings of all, and of some; nothing where no sign has one where it stands."""
    has_signs, kinds = bool(glyphs.translate(None, _LETTERS)), glyphs.translate(_KINDS)
    if has_signs and _is_unread(kinds, text=text):
        return None
    is_joined = b"7" in kinds and any(map(kinds.__contains__, _JOINED))
    if not (is_joined or glyphs.translate(None, _SURE)):
        return []
    own = _ALONE.sub(_settle, glyphs)
    found = [own.translate(_SECOND, _UNSEEN)]
    if has_signs:
        own = _SIGN_ALONE.sub(_settle, own)
        if own.translate(None, _LETTERS):
            found.append(own.translate(_SIGNS, _UNSEEN))
    twofold = set(own.translate(None, _ONEFOLD))
    if len(twofold) > COMBINED_MAX:
        return found
    points = [] if text.isascii() else _points(text, twofold=twofold)
    if points and len(points) != len(twofold):
        return None if own != glyphs else found + _by_points(text, points=points)
    return found + [
        own.translate(each, _UNSEEN) for each in _choices(*((each, each) for each in twofold))
    ]


def _by_points(text: str, *, points: list[str]) -> list[bytes]:
    """By every choice of these code points, of which some are one glyph."""
    if len(points) > COMBINED_MAX:
        return []
    signs = {ord(sign): GLYPHS[ord(sign)] for sign in set(text)}
    choices = _choices(*((_FREE + at, ord(signs[ord(each)])) for at, each in enumerate(points)))
    signs |= {ord(each): chr(_FREE + at) for at, each in enumerate(points)}
    glyphs = text.translate(signs).encode("latin-1")
    return [glyphs.translate(each, _UNSEEN) for each in choices]


def _is_unread(kinds: bytes, *, text: str) -> bool:
    """Whether signs stand as letters, or for some."""
    if any(map(kinds.__contains__, _UNREAD)) or (b"i" in kinds and _INSIDE.search(kinds)):
        return True
    return bool(_SPELLS.search(text) and SPELLING.search(text))


def _is_filled(glyphs: bytes) -> bool:
    """Whether something stands between single plain letters, twice."""
    return b"pfp" in glyphs.translate(_PLAIN_OR_NOT) and bool(_FILLED.search(glyphs))


def _settle(found: re.Match[bytes]) -> bytes:
    return found[0].translate(_SETTLED)


def _points(text: str, *, twofold: set[int]) -> list[str]:
    """The code points of the text that are one of these glyphs."""
    return [
        sign for sign in set(text) if not twofold.isdisjoint(GLYPHS[ord(sign)].encode("latin-1"))
    ]


@lru_cache(maxsize=_CHOICES_MAX)
def _choices(*twofold: tuple[int, int]) -> list[bytes]:
    """A table for every choice of these bytes, each with its glyph, that are read otherwise.

    All and none are left out.
    """
    tables = []
    for count in range(1, len(twofold)):
        for chosen in combinations(twofold, count):
            read = bytearray(_FIRST)
            for number, glyph in twofold:
                read[number] = (_SECOND if (number, glyph) in chosen else _FIRST)[glyph]
            tables.append(bytes(read))
    return tables


def _strange() -> re.Pattern[str]:
    """What is neither a letter of another script nor a separator, nor unseen."""
    kinds = [codes.OTHER, codes.BREAK, codes.JOINT, codes.DROP, codes.MARK]
    is_known = np.isin(table().latin.single[:_BMP], kinds)
    bounds = np.flatnonzero(np.diff(is_known, prepend=False, append=False)).tolist()
    ranges = zip(bounds[::2], bounds[1::2], strict=True)
    known = "".join(f"\\U{begin:08x}-\\U{end - 1:08x}" for begin, end in ranges)
    return re.compile(f"[^{known}]")


#: Whether something in a text may be a Latin letter, in any reading.
has_latin: Final = _strange().search
