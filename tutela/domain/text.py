"""When a text says nothing."""

import unicodedata
from typing import Final

#: Categories of code points that leave no mark: control, format, surrogate, separators. Unassigned
#: ones are not among them: a script newer than this Python is still a script.
_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})

#: Letters and signs that are drawn as nothing: the Hangul fillers, the braille blank, the combining
#: grapheme joiner, the two Khmer inherent vowels and the variation selectors.
_UNSEEN: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5") | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)


def is_blank(text: str | None) -> bool:
    """Whether a reader would see nothing: absent, empty, white space or invisible code points."""
    if not text:
        return True
    return not "!" <= text[0] <= "~" and not any(_is_seen(char) for char in text)


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN_CATEGORIES and char not in _UNSEEN
