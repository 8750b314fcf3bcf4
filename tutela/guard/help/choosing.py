"""The help that is shown instead of results."""

import tomllib
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec

from tutela.guard.asking import Help, HelpLine

#: What is spoken where nothing better is known.
FALLBACK_LANGUAGE: Final = "en"
#: Countries and languages that are remembered: nobody fills the memory by naming many.
_REMEMBERED: Final = 1_024
#: In a line: where the country is unknown, or has no line of its own.
ANYWHERE: Final = "*"


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who can be asked for help, as the file lists them."""

    #: Which words of each language name it.
    kind: str
    #: ISO 3166-1 alpha-2; `*` where the country is unknown or has no line of its own.
    countries: frozenset[str]
    #: The day on which the line was written down, from public knowledge.
    written: date
    #: Whether somebody rang the number or opened the page.
    verified: bool
    phone: str | None = None
    url: str | None = None


@lru_cache(maxsize=_REMEMBERED)
def help_for(country: str | None, *, language: str | None) -> Help:
    """The help for a country (ISO 3166-1 alpha-2) in a language (BCP 47), as near as there is."""
    spoken = _spoken(language)
    words = words_by_language()[spoken]
    of_country = [each for each in listed_lines() if (country or "").upper() in each.countries]
    of_anywhere = [each for each in listed_lines() if ANYWHERE in each.countries]
    lines = tuple(
        HelpLine(name=words[line.kind], phone=line.phone, url=line.url)
        for line in of_country or of_anywhere
    )
    return Help(language=spoken, text=words["text"], lines=lines)


def _spoken(language: str | None) -> str:
    primary = (language or "").partition("-")[0].lower()
    return primary if primary in words_by_language() else FALLBACK_LANGUAGE


@lru_cache(maxsize=1)
def listed_lines() -> tuple[Line, ...]:
    """Every line of the file."""
    return msgspec.convert(_read("lines.toml")["line"], tuple[Line, ...])


@lru_cache(maxsize=1)
def words_by_language() -> dict[str, dict[str, str]]:
    """What the help says, by language and kind of line."""
    return msgspec.convert(_read("words.toml"), dict[str, dict[str, str]])


def _read(name: str) -> dict[str, object]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
