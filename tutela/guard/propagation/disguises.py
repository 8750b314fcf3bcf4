"""Other spellings of a listed text, as those write it who mean to be found all the same."""

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


def disguised(text: str, *, chance: Callable[[int], bytes]) -> str:
    """The text in another spelling, or as it is where the one that was drawn changes nothing."""
    return DISGUISES[chance(1)[0] % len(DISGUISES)](text)
