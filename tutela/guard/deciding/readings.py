"""How a tag is read further: without the numbers that are hung on its words."""

import re
from typing import Final

#: Without one there is nothing to leave out.
DIGIT: Final = re.compile(r"\d")
#: Numbers at the edges of a word: all of one, or the year at its end.
_NUMBERS: Final = re.compile(r"(?<=[^\W\d_])\d+(?![^\W_])|(?<![^\W_])\d+(?=[^\W\d_])")
_YEAR: Final = re.compile(r"(?<=[^\W_])(?:19|20)\d\d(?![^\W_])")


def without_affixes(text: str) -> list[str]:
    """The text with spaces for the numbers at the edges of its words, places kept; or nothing."""
    found = dict.fromkeys(each.sub(_spaces, text) for each in (_NUMBERS, _YEAR))
    found.pop(text, None)
    return list(found)


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])
