"""A text made comparable: one form for every way to write a letter, each with its place."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

_CHARACTERS_KEPT: Final = 4_096


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
    """The letters and digits of a folded text alone, and which word each belongs to."""

    text: str
    places: Sequence[int]
    words: Sequence[int]

    def starts_word(self, index: int) -> bool:
        """Whether a word of the text begins here."""
        return index == 0 or self.words[index - 1] != self.words[index]

    def ends_word(self, index: int) -> bool:
        """Whether a word of the text has ended before here."""
        return index == len(self.words) or self.words[index - 1] != self.words[index]


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
    """The letters and digits of a folded text, in their order."""
    letters: list[str] = []
    places: list[int] = []
    words: list[int] = []
    numbered = enumerate(folded.text)
    for word, (is_word, run) in enumerate(groupby(numbered, key=lambda each: each[1].isalnum())):
        for place, letter in run if is_word else ():
            letters.append(letter)
            places.append(place)
            words.append(word)
    return Squeezed("".join(letters), places, words)


def words(text: str) -> list[str]:
    """The words of a text in their folded form."""
    spaced = "".join(letter if letter.isalnum() else " " for letter in fold(text).text)
    return spaced.split()


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
