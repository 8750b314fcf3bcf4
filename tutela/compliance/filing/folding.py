"""A text made comparable: one form for every way to write a letter, each with its place."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

_CHARACTERS_KEPT: Final = 4_096
_NAMES_KEPT: Final = 1_024

_word = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `places[i]` is the code point of the original that its i-th came from."""

    text: str
    places: Sequence[int]

    def span(self, start: int, *, end: int) -> tuple[int, int]:
        """The part of the original that a part of the folded text came from."""
        return self.places[start], self.places[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Squeezed:
    """The letters and digits of a folded text alone, in one piece."""

    text: str
    #: Where each word begins, and where it ends: in the one piece, then in the folded text.
    begins: Mapping[int, int]
    ends: Mapping[int, int]


def fold(text: str) -> Folded:
    """Lower case, without accents and invisible signs, digits and widths as in ASCII."""
    if text.isascii():
        return Folded(text.lower(), range(len(text)))
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in _folded(character):
            letters.append(letter)
            places.append(place)
    return Folded("".join(letters), places)


def squeeze(folded: Folded) -> Squeezed:
    """The words of a folded text in one piece."""
    found = list(_word.finditer(folded.text))
    sizes = list(accumulate((each.end() - each.start() for each in found), initial=0))
    return Squeezed(
        "".join(each[0] for each in found),
        begins={size: each.start() for size, each in zip(sizes, found, strict=False)},
        ends={size: each.end() for size, each in zip(sizes[1:], found, strict=True)},
    )


@lru_cache(maxsize=_NAMES_KEPT)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in their folded form."""
    return tuple(_word.findall(fold(text).text))


@lru_cache(maxsize=_CHARACTERS_KEPT)
def _folded(character: str) -> str:
    if unicodedata.category(character) == "Cf":
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(_plain(each) for each in plain)


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Mn":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd":
        return "-"
    return " " if category in {"Zs", "Zl", "Zp"} else character
