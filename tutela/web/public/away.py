"""`/report/away`: where whoever leaves quickly is led, and what makes the browser forget."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel import Locale, UnknownLocaleError

from tutela.web.answer import HTML, Answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.public.offer import Offer
from tutela.web.public.pages import Page, accepted_language
from tutela.web.public.standing import ROOT
from tutela.web.public.words import language_of

CSS: Final = "text/css; charset=utf-8"
#: Asks the browser to drop what it kept of this site (Clear-Site-Data, W3C).
FORGET: Final = ((b"clear-site-data", b'"cache"'),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month as a calendar shows it: weeks of days, 0 where a day is another month's."""

    weekdays: tuple[str, ...]
    weeks: tuple[tuple[int, ...], ...]
    today: int


def leave(offer: Offer, *, clock: Callable[[], datetime]) -> Handler:
    """303 to the operator's page, or 200 with a calendar; neither tells of a report."""

    async def handle(asked: Asked) -> Answer:
        if offer.exit_url is not None:
            address = offer.exit_url.encode()
            headers = ((b"location", address), (b"referrer-policy", b"no-referrer"))
            return Answer(303, b"", HTML, headers)
        voice = accepted_language(asked.headers, asked.query.get("lang"), offer=offer)
        now = clock()
        name = offer.words(voice)["months"].split()[now.month - 1]
        return Page(template="away.html", language=voice, root=ROOT, offer=offer).answer(
            title=f"{name} {now.year}", month=month(now, language=language_of(voice))
        )

    return handle


def forget() -> Handler:
    """200 with a style sheet of nothing, whose header drops what the browser kept of the pages.

    The page that asks for it is there before: a browser may take its time for it.
    """

    async def handle(asked: Asked) -> Answer:
        del asked
        return Answer(200, b"", CSS, FORGET)

    return handle


def month(now: datetime, *, language: str) -> Month:
    """The month of a day, its weeks from Monday (ISO 8601)."""
    names = _locale(language).days["stand-alone"]["short"]
    return Month(
        weekdays=tuple(names[day] for day in range(7)),
        weeks=tuple(map(tuple, calendar.Calendar().monthdayscalendar(now.year, now.month))),
        today=now.day,
    )


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
