"""How a tag is read further: without the numbers that are hung on its words."""

import re
from collections.abc import Sequence
from typing import Final

#: Of ASCII: letters, digits, and all else.
_KINDS: Final = bytes(
    ord("a" if chr(each).isalpha() else "0" if chr(each).isdigit() else " ") for each in range(128)
) + bytes(128)
#: Without one of these there is nothing to leave out: digits beside letters, or before a year.
_AFFIX: Final = re.compile(r"[^\W\d_]\d|\d[^\W\d_]|\d{5}")
#: Numbers at the edges of a word: all of one, or the year at its end.
_NUMBERS: Final = re.compile(r"(?<=[^\W\d_])\d+(?![^\W_])|(?<![^\W_])\d+(?=[^\W\d_])")
_YEAR: Final = re.compile(r"(?<=[^\W_])(?:19|20)\d\d(?![^\W_])")


def without_affixes(text: str) -> Sequence[str]:
    """The text with spaces for the numbers at the edges of its words, places kept; or nothing."""
    if text.isascii():
        kinds = text.encode().translate(_KINDS)
        if not (b"a0" in kinds or b"0a" in kinds or b"00000" in kinds):
            return ()
    elif not _AFFIX.search(text):
        return ()
    found = dict.fromkeys(each.sub(_spaces, text) for each in (_NUMBERS, _YEAR))
    found.pop(text, None)
    return list(found)


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])
