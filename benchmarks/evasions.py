"""Ways to write a word so that a list of words does not find it: the 19 of the reference, and more.

Each is written from Unicode's own order of code points or from a keyboard, none from our table.
"""

import random
import string
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol


class Evasion(Protocol):
    """Writes a word otherwise."""

    def __call__(self, word: str, *, chance: random.Random) -> str: ...


LETTERS: Final = string.ascii_lowercase
_CONSONANTS: Final = "bcdfghjklmnprstvwz"
_VOWELS: Final = "aeiou"
_SIGNS: Final[dict[str, str]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
_SYMBOLS: Final = {"a": "@", "s": "$", "i": "!", "c": "\u00a2", "e": "\u20ac", "l": "|"}
_DRAWN: Final = {"d": "|)", "h": "|-|", "k": "|<", "m": "|\\/|", "o": "()", "u": "|_|", "v": "\\/"}
_DIGITS: Final = dict(zip("aeilostbg", "431105789", strict=True)) | {"t": "7", "s": "5"}
_EMOJI: Final = "😀🔥🌈🍀"


def alphabet(name: str) -> dict[str, str]:
    """Letter to sign, of the alphabet of this name."""
    return {letter: sign for letter, sign in zip(LETTERS, _SIGNS[name], strict=True) if sign != "-"}


def steady(write: Callable[[str], str]) -> Evasion:
    """One that leaves nothing to chance."""

    def written(word: str, *, chance: random.Random) -> str:
        del chance
        return write(word)

    return written


def shifted(start: int) -> Evasion:
    """The alphabet that begins at this code point."""
    return steady(lambda word: "".join(chr(start + ord(sign) - ord("a")) for sign in word))


def mapped(signs: dict[str, str]) -> Evasion:
    """Each letter by its sign, where it has one."""
    return steady(lambda word: "".join(signs.get(sign, sign) for sign in word))


def between(separators: Iterable[str]) -> Evasion:
    """A sign of these between all letters."""
    choice = list(separators)
    return lambda word, *, chance: "".join(
        sign + (chance.choice(choice) if at < len(word) else "") for at, sign in enumerate(word, 1)
    )


def marked(count: int) -> Evasion:
    """So many combining marks on each letter."""
    return lambda word, *, chance: "".join(
        sign + "".join(chr(chance.randrange(0x300, 0x34F)) for _ in range(count)) for sign in word
    )


def _accented(word: str, *, chance: random.Random) -> str:
    marks = ["\u0301", "\u0300", "\u0302", "\u0308", "\u0327"]
    return unicodedata.normalize("NFC", "".join(sign + chance.choice(marks) for sign in word))


def _repeated(word: str, *, chance: random.Random) -> str:
    counts = [chance.randint(1, 4) for _ in word]
    counts[chance.randrange(len(word))] = 4
    return "".join(sign * count for sign, count in zip(word, counts, strict=True))


def _combined(word: str, *, chance: random.Random) -> str:
    each = [
        chance.choice(
            [
                alphabet("cyrillic").get(sign, sign),
                _DIGITS.get(sign, sign),
                sign + "\u0336",
                sign.upper() * 3,
            ]
        )
        for sign in word
    ]
    return chance.choice([" ", ".", "\u200b"]).join(each)


def _starred(word: str, *, chance: random.Random) -> str:
    at = chance.choice([at for at, sign in enumerate(word) if at and sign in _VOWELS])
    return word if at == len(word) - 1 else f"{word[:at]}*{word[at + 1 :]}"


#: The classes that reference figures name.
NINETEEN: Final[dict[str, Evasion]] = {
    "Cyrillic": mapped(alphabet("cyrillic")),
    "Greek": mapped(alphabet("greek")),
    "fullwidth": shifted(0xFF41),
    "mathematical bold": shifted(0x1D41A),
    "circled": shifted(0x24D0),
    "negative squared": shifted(0x1F170),
    "regional indicators": shifted(0x1F1E6),
    "small capitals": mapped(alphabet("small_capitals")),
    "diacritics": _accented,
    "stacked diacritics": marked(5),
    "zero width": between("\u200b\u200c\u200d\u2060\ufeff"),
    "soft hyphen": between("\u00ad"),
    "tag characters": between("\U000e0061\U000e0062\U000e0020"),
    "digits for letters": mapped(_DIGITS),
    "repeated letters": _repeated,
    "dots between": between("."),
    "spaces between": between(" "),
    "emoji between": between(_EMOJI),
    "all combined": _combined,
}

#: Others, of which the fold was not made.
FURTHER: Final[dict[str, Evasion]] = {
    "letters as tags": shifted(0xE0061),
    "right-to-left override": steady(lambda word: f"\u202e{word[::-1]}\u202c"),
    "bidi marks": between("\u200e\u200f\u061c\u2066\u2069"),
    "variation selectors": between("\ufe0e\ufe0f\U000e0101"),
    "invisible operators": between("\u2061\u2062\u2063\u2064\u034f\u115f\u3164\uffa0\u180e"),
    "circled, negative": shifted(0x1F150),
    "squared": shifted(0x1F130),
    "parenthesized": shifted(0x249C),
    "script": shifted(0x1D4EA),
    "fraktur": shifted(0x1D586),
    "double-struck": shifted(0x1D552),
    "monospace": shifted(0x1D68A),
    "enclosing keycaps": between("\u20e3\u20dd"),
    "symbols for letters": mapped(_SYMBOLS),
    "strokes through letters": mapped(alphabet("strokes")),
    "upside down": lambda word, *, chance: mapped(alphabet("upside_down"))(
        word[::-1], chance=chance
    ),
    "underscores between": between("_"),
    "stars between": between("*"),
    "a star for a vowel": _starred,
    "digits between": between("0123456789"),
    "line breaks between": between("\n"),
    "wide spaces between": between("\u3000\u2003\u00a0\u202f"),
    "dots and spaces between": steady(" . ".join),
    "one hyphen": steady(lambda word: f"{word[:3]}-{word[3:]}"),
    "m as rn, w as vv": mapped({"m": "rn", "w": "vv"}),
    "I for l": mapped({"l": "I"}),
    "character references": steady(lambda word: "".join(f"&#{ord(sign)};" for sign in word)),
    "soft hyphens by name": between(["&shy;"]),
    "percent encoding": steady(lambda word: "".join(f"%{ord(sign):02x}" for sign in word)),
    "tags of HTML": steady(lambda word: "".join(f"<b>{sign}</b>" for sign in word)),
    "drawn letters": mapped(_DRAWN),
    "Armenian": mapped(alphabet("armenian")),
    "Coptic": mapped(alphabet("coptic")),
    "Canadian syllabics": mapped(alphabet("canadian")),
    "Han": mapped(alphabet("han")),
}


def pseudo_word(chance: random.Random) -> str:
    """A word of no language, 6 to 10 letters."""
    length = chance.randint(6, 10)
    return "".join(chance.choice((_CONSONANTS, _VOWELS)[at % 2]) for at in range(length))


def pseudo_words(count: int, *, seed: int) -> list[str]:
    """So many different ones."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[pseudo_word(chance)] = None
    return list(found)


def undone(
    evasion: Evasion, *, words: list[str], seed: int, finds: Callable[[list[str]], list[bool]]
) -> float:
    """The share of the words that are found again where they are written that way in a sentence."""
    chance = random.Random(seed)
    texts = [f"well, {evasion(word, chance=chance)} indeed" for word in words]
    return sum(finds(texts)) / len(texts)
