"""A payload as the database sees it, before any rule looks at it.

The database reads JSON as PHP does, trims every string and takes an empty one for null (Laravel's
`TrimStrings` and `ConvertEmptyStringsToNull`). What PHP can't read as JSON is an empty statement.
"""

from collections.abc import Mapping
from typing import Final

#: PHP's `json_decode` reads so many arrays within one another.
MAX_DEPTH: Final = 511

_MIN_INTEGER: Final = -(2**63)
_MAX_INTEGER: Final = 2**63 - 1

#: First and last of each run of code points that are trimmed: white space, and what can't be seen.
_TRIMMED_RUNS: Final = (
    (0x0000, 0x0000),
    (0x0009, 0x000D),
    (0x0020, 0x0020),
    (0x0085, 0x0085),
    (0x00A0, 0x00A0),
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x1680, 0x1680),
    (0x17B4, 0x17B5),
    (0x180E, 0x180E),
    (0x2000, 0x200F),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x2065),
    (0x206A, 0x206F),
    (0x2800, 0x2800),
    (0x3000, 0x3000),
    (0x3164, 0x3164),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0x1D159, 0x1D159),
    (0x1D173, 0x1D17A),
    (0xE0020, 0xE0020),
)
_TRIMMED: Final = "".join(
    chr(point) for first, last in _TRIMMED_RUNS for point in range(first, last + 1)
)


#: The rules look no deeper than the members of a list in a statement of a batch.
_RULED_DEPTH: Final = 6


def cleaned(payload: object) -> Mapping[str, object]:
    """The fields of a body as the rules see them; none where it isn't an object PHP can read."""
    if not (isinstance(payload, dict) and _is_readable(payload)):
        return {}
    return {name: _clean(value, depth=1) for name, value in payload.items()}


def text_of(value: float) -> str:
    """The number as PHP writes it into a string, with its default precision of 14 digits."""
    if isinstance(value, int) and _MIN_INTEGER <= value <= _MAX_INTEGER:
        return str(value)
    mantissa, _, exponent = f"{float(value):.14G}".partition("E")
    if not exponent:
        return mantissa
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent):+d}"


def _is_readable(payload: object) -> bool:
    held = [(payload, 1)]
    while held:
        value, depth = held.pop()
        if isinstance(value, str):
            if not (value.isascii() or _is_unicode(value)):
                return False
        elif isinstance(value, dict | list | tuple):
            if depth > MAX_DEPTH:
                return False
            if isinstance(value, dict):
                held += [(name, depth) for name in value]
                value = value.values()
            held += [(member, depth + 1) for member in value]
    return True


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _clean(value: object, *, depth: int) -> object:
    if isinstance(value, str):
        return value.strip(_TRIMMED) or None
    if depth > _RULED_DEPTH:
        return value
    if isinstance(value, dict):
        return {name: _clean(member, depth=depth + 1) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(member, depth=depth + 1) for member in value]
    return value
