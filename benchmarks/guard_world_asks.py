"""What is asked of the four surfaces: all that is planted, its variants, controls and people."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from benchmarks.evasions import NINETEEN, Evasion, steady
from tutela.drills.surfaces.world import Vocabulary, World
from tutela.guard.asking import Surface

#: Of a completion: how much of it was typed.
TYPED_SHARES: Final = (0.5, 0.75)


class About(StrEnum):
    """What an ask shows."""

    #: What is listed, as it is listed.
    PLANTED = "planted"
    #: What is listed, written otherwise.
    VARIANT = "variant"
    #: Ordinary tags and queries, and ordinary people's recommendations.
    BENIGN = "benign"
    #: Whom and what confirmed accounts, members, minors and ordinary people are led to.
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One call of a surface."""

    surface: Surface
    path: str
    given: Mapping[str, str]
    about: About
    #: Of a variant: how it is written.
    spelling: str = ""
    #: Whether nothing at all may come back.
    is_shut: bool = False
    viewer: str | None = None


def _swapped(word: str, *, chance: random.Random) -> str:
    at = chance.choice([at for at in range(len(word) - 1) if word[at] != word[at + 1]])
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _shortened(word: str, *, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1 :]


#: What is done to tags and words besides.
AFFIXED: Final[dict[str, Evasion]] = {
    "digits behind": lambda word, *, chance: f"{word}{chance.randint(1, 999)}",
    "a year behind": lambda word, *, chance: f"{word}{chance.randint(1990, 2026)}",
    "underscores around": steady(lambda word: f"_{word}_"),
    "neighbours swapped": _swapped,
    "a letter left out": _shortened,
}
CLASSES: Final[dict[str, Evasion]] = {**NINETEEN, **AFFIXED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One listed text written otherwise."""

    spelling: str
    text: str
    is_tag: bool


def variants(words: Vocabulary, *, seed: int) -> dict[str, Variant]:
    """One for each listed text, the classes in turn; words of a phrase are each written so."""
    chance, names = random.Random(seed), list(CLASSES)
    found: dict[str, Variant] = {}
    for tokens, is_tag in ((words.planted_tags, True), (words.planted_queries, False)):
        for number, token in enumerate(tokens):
            name = names[number % len(names)]
            written = [CLASSES[name](word, chance=chance) for word in token.split()]
            found[token] = Variant(spelling=name, text=" ".join(written), is_tag=is_tag)
    return found


def asks(world: World, *, spelled: Mapping[str, Variant]) -> Iterator[Ask]:
    """Every ask of a run, in no order that matters."""
    words, planted = world.vocabulary, world.planted
    for token in (*words.planted_tags, *words.planted_queries):
        yield from _about(token, about=About.PLANTED)
    for variant in spelled.values():
        yield from _about(variant.text, about=About.VARIANT, spelling=variant.spelling)
    for token in (*words.tags, *words.queries):
        yield from _about(token, about=About.BENIGN)
    for name in (*sorted(planted.blocked_accounts), *sorted(planted.content)):
        given = {"q": name}
        yield Ask(
            surface=Surface.SEARCH, path="/search", given=given, about=About.PERSON, is_shut=True
        )
    for viewer in world.platform.accounts:
        is_plain = viewer not in planted.flagged and viewer not in planted.minors
        yield Ask(
            surface=Surface.RECOMMENDATION,
            path="/recommendations",
            given={"viewer": viewer},
            about=About.BENIGN if is_plain else About.PERSON,
            viewer=viewer,
        )


def _about(token: str, *, about: About, spelling: str = "") -> Iterator[Ask]:
    """The token on every surface; a completion is asked for by its beginning too."""
    is_shut = about is About.PLANTED
    places = [
        (Surface.SEARCH, "/search", {"q": token}),
        (Surface.TYPEAHEAD, "/typeahead", {"q": token}),
        (Surface.HASHTAG, "/tags/" + quote(token, safe=""), {}),
        (Surface.RECOMMENDATION, "/recommendations", {"topic": token}),
    ]
    for surface, path, given in places:
        yield Ask(
            surface=surface,
            path=path,
            given=given,
            about=about,
            spelling=spelling,
            is_shut=is_shut,
        )
    for share in TYPED_SHARES if about is not About.VARIANT else ():
        given = {"q": token[: round(len(token) * share)]}
        yield Ask(surface=Surface.TYPEAHEAD, path="/typeahead", given=given, about=about)
