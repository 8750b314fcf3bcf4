"""What is asked of the guard in benchmarks: listed texts by chance, benign queries, and variants.

Benign queries are runs of words of Python's own documentation (English) and names of countries,
languages and currencies of CLDR in many languages; what is listed are words of no language.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pydoc_data.topics import topics
from typing import Final

from babel import Locale

from benchmarks.evasions import FURTHER, NINETEEN, Evasion, pseudo_words, steady
from tutela.detection.terms.term import TermKind
from tutela.guard.asking import Verdict
from tutela.guard.snapshot import Text

#: CLDR's languages, by whether they are written in Latin letters.
ACCENTED: Final = ("de", "fr", "es", "pl", "tr", "sv", "cs", "vi", "pt", "hu")
SCRIPTS: Final = ("ru", "uk", "el", "ar", "he", "ja", "zh", "ko", "hi", "th", "bg", "fa")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z']+|\d+")
_FORMS: Final = (TermKind.WORD,) * 7 + (TermKind.SUBSTRING, TermKind.PHRASE, TermKind.WORD)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

Mix = list[str]


def listed(count: int, *, seed: int) -> tuple[Text, ...]:
    """So many texts: seven of ten words, the others phrases, and parts of words."""
    chance = random.Random(seed)
    words = pseudo_words(count, seed=seed)
    seconds = chance.sample(words, len(words))
    return tuple(
        Text(
            f"{word} {second}" if at % 10 == 9 else word if at % 10 < 8 else word + second[:4],
            (
                TermKind.PHRASE
                if at % 10 == 9
                else TermKind.WORD
                if at % 10 < 8
                else TermKind.SUBSTRING
            ),
            Verdict.BLOCK,
        )
        for at, (word, second) in enumerate(zip(words, seconds, strict=True))
    )


def english(count: int, *, chance: random.Random) -> Mix:
    """Queries of one to five words; one of ten has a number, one of twenty a sign."""
    words = [found[0] for text in topics.values() for found in _WORD.finditer(text)]
    return [_query(words, chance=chance) for _ in range(count)]


def _query(words: Sequence[str], *, chance: random.Random) -> str:
    begin, count = chance.randrange(len(words) - 6), chance.choice((1, 2, 2, 3, 3, 4, 5))
    text = " ".join(words[begin : begin + count])
    kind = chance.random()
    if kind < 0.1:
        return f"{text} {chance.choice((chance.randint(1950, 2030), chance.randint(1, 99)))}"
    if kind < 0.15:
        return chance.choice(
            ("#{}", "{}?", "{}!", '"{}"', "{}, please", "c++ {}", "{} & co")
        ).format(text)
    return text if kind < 0.5 else text.lower()


def names(languages: Sequence[str], *, count: int, chance: random.Random) -> Mix:
    """Names in these languages, of one to three of them a query."""
    found = [
        [
            name
            for part in (locale.territories, locale.languages, locale.currencies)
            for name in part.values()
        ]
        for locale in map(Locale, languages)
    ]
    return [
        " ".join(chance.choices(chance.choice(found), k=chance.choice((1, 1, 1, 2))))
        for _ in range(count)
    ]


def blocked(texts: Sequence[Text], *, count: int, chance: random.Random) -> Mix:
    """What is listed as it is, alone or with words around it."""
    around = english(200, chance=chance)
    forms: tuple[Callable[[str], str], ...] = (
        lambda word: word,
        str.upper,
        lambda word: f"#{word}",
        lambda word: f"{chance.choice(around)} {word}",
        lambda word: f"{word} {chance.choice(around)}",
    )
    return [chance.choice(forms)(chance.choice(texts).value) for _ in range(count)]


def written(word: str, *, by: Evasion, chance: random.Random) -> str | None:
    """The word by a class of evasion; None where that has no way to write it."""
    try:
        other = by(word, chance=chance)
    except (IndexError, ValueError):
        return None
    return other if other != word else None


def _swapped(word: str, *, chance: random.Random) -> str:
    at = chance.choice([at for at in range(len(word) - 1) if word[at] != word[at + 1]])
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _left_out(word: str, *, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + word[at + 1 :]


def _other_letter(word: str, *, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + chance.choice(_LETTERS.replace(word[at], "")) + word[at + 1 :]


#: What is hung on tags.
AFFIXES: Final[dict[str, Evasion]] = {
    "a number behind": lambda word, *, chance: f"{word}{chance.randrange(1000)}",
    "a year behind": lambda word, *, chance: f"{word}{chance.randint(1980, 2030)}",
    "a number before": lambda word, *, chance: f"{chance.randrange(1000)}{word}",
    "underscores": steady(lambda word: f"__{word}_"),
    "a word behind an underscore": steady(lambda word: f"{word}_official"),
    "a hash sign, capitals": steady(lambda word: f"#{word.capitalize()}"),
}
#: What is another word to a list: no fold undoes it.
MISSPELT: Final[dict[str, Evasion]] = {
    "neighbours swapped": _swapped,
    "a letter left out": _left_out,
    "another letter": _other_letter,
}
CLASSES: Final = {**NINETEEN, **AFFIXES, **MISSPELT, **FURTHER}


def variants(texts: Sequence[Text], *, count: int, chance: random.Random) -> Mix:
    """Words of the list by the nineteen classes in turns."""
    ways = list(NINETEEN.values())
    words = [text.value for text in texts if text.value.isalpha()]

    def endless() -> Iterator[str]:
        at = 0
        while True:
            other = written(chance.choice(words), by=ways[at % len(ways)], chance=chance)
            at += 1
            if other is not None:
                yield other

    return list(islice(endless(), count))
