"""`/report/help`: whom one can call or write to, by country; nothing is stored of who asks."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError

from tutela.guard.help.choosing import ANYWHERE, Line, listed_lines
from tutela.web.answer import Answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.public.offer import Offer
from tutela.web.public.pages import Page, accepted_language
from tutela.web.public.standing import ROOT
from tutela.web.public.words import language_of

QUERIES: Final = frozenset({"lang", "country"})
#: Who is shown first: whoever is in danger reads no further.
ORDER: Final = (
    "emergency",
    "child_help",
    "missing",
    "hotline",
    "help_lines_of_the_world",
    "hotlines_of_the_world",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country that can be chosen, by its name in the reader's language."""

    code: str
    name: str


def show_help(offer: Offer) -> Handler:
    """200 with the lines of a country; those of the whole Union where none is known."""

    async def handle(asked: Asked) -> Answer:
        voice = accepted_language(asked.headers, asked.query.get("lang"), offer=offer)
        named = asked.query.get("country", "").upper()
        accepted = asked.headers.get(b"accept-language", b"").decode("latin-1")
        country = named if named in known_countries() else _of_browser(accepted, asked=named)
        return Page(template="help.html", language=voice, root=ROOT, offer=offer).answer(
            country=country,
            countries=countries(language_of(voice)),
            lines=lines(country),
            unlisted=named == ANYWHERE,
        )

    return handle


def lines(country: str) -> list[Line]:
    """Whom one can turn to in a country, the most urgent first; `*` and unknown ones: anywhere."""
    listed = [each for each in listed_lines() if country in each.countries]
    found = listed or [each for each in listed_lines() if ANYWHERE in each.countries]
    return sorted(found, key=lambda line: ORDER.index(line.kind))


@lru_cache(maxsize=1)
def known_countries() -> frozenset[str]:
    """The countries with lines of their own (ISO 3166-1 alpha-2)."""
    return frozenset(code for line in listed_lines() for code in line.countries) - {ANYWHERE}


@lru_cache(maxsize=64)
def countries(language: str) -> tuple[Country, ...]:
    """Every country with lines of its own, in the order of its names."""
    try:
        names = Locale.parse(language, sep="-").territories
    except (UnknownLocaleError, ValueError):
        names = Locale("en").territories
    named = [Country(code=code, name=names.get(code, code)) for code in known_countries()]
    return tuple(sorted(named, key=lambda each: each.name))


def _of_browser(accepted: str, *, asked: str) -> str:
    """The country of the browser's first language, where nobody named one: `de-AT` says AT."""
    if asked:
        return ANYWHERE
    first = accepted.partition(",")[0].partition(";")[0].strip()
    region = first.rpartition("-")[2].upper() if "-" in first else ""
    return region if region in known_countries() else ANYWHERE
