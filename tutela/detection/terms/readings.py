"""Every reading of one short text in which `TermMatcher.hits` looks for terms."""

import re
from itertools import product
from typing import Final

from tutela.detection.terms.guessing import COMBINED_MAX
from tutela.detection.terms.respelling import SPELLING
from tutela.detection.terms.shapes import shapes

_LETTER: Final = "[pd7afb]"
#: What only a whole look can read: signs among letters, strange letters.
_UNREAD: Final = re.compile(f"x|{_LETTER}i(?={_LETTER})|b(?={_LETTER})|(?<={_LETTER})b")
_MAYBE_SPELLED: Final = re.compile("[ib]")
_JOINED: Final = re.compile("(?<=[pd7afb])7|7(?=[pd7afb])")
_ALONE: Final = re.compile("(?<![pd7afb])7(?![pd7afb])")
_SIGN_JOINED: Final = re.compile("(?<=[pd7afi])[ib]|[ib](?=[pd7afi])")
_SIGN_ALONE: Final = re.compile("(?<![pd7afi])[ib](?![pd7afi])")
_FILLED: Final = re.compile("p[od7af](?=p).*p[od7af]p")
_DIGITS_OF_TWO: Final = "679"


def readings(text: str) -> list[str] | None:
    """The words of each, the first one first; None where others are needed."""
    held = shapes()
    shape = text.translate(held.shape)
    if _UNREAD.search(shape):
        return None
    if _MAYBE_SPELLED.search(shape) and SPELLING.search(text):
        return None
    found = [text.translate(held.first)]
    if "a" in shape or _JOINED.search(shape):
        others = _others(text, shape=shape)
        if others is None:
            return None
        found += others
    if _FILLED.search(shape):
        found.append(text.translate(held.plain))
    return found


def _others(text: str, *, shape: str) -> list[str] | None:
    """By the second meanings of all, and of some, where no sign is read in both ways at once."""
    if _ALONE.search(shape):
        return None
    held = shapes()
    found = [text.translate(held.second)]
    if _SIGN_JOINED.search(shape):
        if _SIGN_ALONE.search(shape):
            return None
        found.append(text.translate(held.signs))
    twofold = [sign for sign in set(text) if held.first[ord(sign)] != held.second[ord(sign)]]
    if 1 < len(twofold) <= COMBINED_MAX:
        for chosen in product((False, True), repeat=len(twofold)):
            mapping = {
                ord(sign): (held.second if is_second else held.first)[ord(sign)]
                for sign, is_second in zip(twofold, chosen, strict=True)
            }
            found.append(text.translate(mapping).translate(held.first))
    return found
