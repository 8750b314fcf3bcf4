"""Other spellings of a listed text, as those write it who mean to be found all the same."""

import hashlib
from collections.abc import Callable
from typing import Final

#: Letters of other scripts that look like ours (Unicode's confusables).
_LOOKALIKES: Final = str.maketrans("aceopxy", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443")
_DIGITS: Final = str.maketrans("aeiost", "431057")
_FULLWIDTH: Final = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})
_ZERO_WIDTH: Final = "\u200b"

DISGUISES: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: text.translate(_LOOKALIKES),
    lambda text: text.translate(_DIGITS),
    lambda text: text.translate(_FULLWIDTH),
    _ZERO_WIDTH.join,
    ".".join,
    lambda text: "".join(letter * 2 for letter in text),
)


def disguised(text: str, *, lot: str) -> str:
    """The text in the spelling of its lot, or as it is where that one changes nothing."""
    drawn = hashlib.sha256(f"{lot}\0{text}".encode()).digest()[0]
    return DISGUISES[drawn % len(DISGUISES)](text)
