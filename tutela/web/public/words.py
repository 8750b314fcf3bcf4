"""The words of the public pages: a catalogue a language, all with the same keys."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

#: The languages of the public pages, by their BCP 47 tags; the first is for whoever asks for none.
LANGUAGES: Final = ("en", "de", "fr", "es")
_DEFAULT: Final = LANGUAGES[0]
_RANGES_MAX: Final = 32

Words = Mapping[str, str]


@cache
def words(language: str) -> Words:
    """The catalogue of a language."""
    file = resources.files("tutela.web.public") / "words" / f"{language}.toml"
    return MappingProxyType(tomllib.loads(file.read_text(encoding="utf-8")))


def chosen(*asked: str | None, accepted: str = "") -> str:
    """The first language asked for that there is, else what `Accept-Language` likes best."""
    for language in asked:
        if language in LANGUAGES:
            return language
    return max(LANGUAGES, key=lambda language: _liking(accepted, language=language))


def time_in_words(at: datetime, *, words: Words) -> str:
    """An instant as people of the language write it, in UTC: no page knows where its reader is."""
    at = at.astimezone(UTC)
    month = words["months"].split()[at.month - 1]
    return words["time"].format(day=at.day, month=month, year=at.year, clock=f"{at:%H:%M}")


def _liking(accepted: str, *, language: str) -> float:
    """How much an `Accept-Language` likes a language, from 0 to 1 (RFC 9110, 12.5.4)."""
    liking = 0.0
    for each in accepted.split(",")[:_RANGES_MAX]:
        tag, _, parameter = each.strip().partition(";")
        if tag.strip().lower().partition("-")[0] == language:
            liking = max(liking, _quality(parameter))
    return liking


def _quality(parameter: str) -> float:
    name, _, number = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(number), 0.0), 1.0)
    except ValueError:
        return 0.0
