"""The public pages in one table: method, path, what each takes."""

import time
from dataclasses import replace
from typing import Final

from tutela.access.pace import Pace
from tutela.access.services import PublicService
from tutela.web.answer import FORM
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.public.away import forget, leave
from tutela.web.public.colours import show_dark, with_theme
from tutela.web.public.help import QUERIES as HELP_QUERIES
from tutela.web.public.help import show_help
from tutela.web.public.pages import error_page
from tutela.web.public.report import QUERIES, ReportRoom, show_report, take_report
from tutela.web.public.standing import (
    ROOT,
    StandingRoom,
    give_receipt,
    show_form,
    show_standing,
    take_evidence,
)
from tutela.web.public.underage import show_underage, take_underage

#: How often a process shows the first page of a form, all together.
PAGES_PER_SECOND: Final = 100.0
PAGES_AT_ONCE: Final = 500.0
#: How often it takes a form, apart from that: who only looks keeps nobody from reporting.
FORMS_PER_SECOND: Final = 100.0
FORMS_AT_ONCE: Final = 500.0

STATUS: Final = "/report/status"
EVIDENCE: Final = "/report/evidence"
RECEIPT: Final = "/report/receipt"
#: An account that a child too young for the service holds.
UNDER_13: Final = "/report/under-13"
#: Where a person whose account or content was restricted reads why.
DECISION: Final = "/report/decision"
HELP: Final = "/report/help"
#: Where a quick exit leads, and what that page asks for to be forgotten.
AWAY: Final = "/report/away"
FORGET: Final = "/report/calendar.css"
#: The dark colours, as they were chosen.
DARK: Final = "/report/dark.css"


def public_pages(rooms: Rooms) -> list[Call]:
    """Every page and form that needs no account."""
    offer = rooms.offer
    reading = _reading()
    writing = Pace(per_second=FORMS_PER_SECOND, burst=FORMS_AT_ONCE)
    report, standing = _report_room(rooms), _standing_room(rooms)
    show = Terms(
        right=None,
        takes=None,
        queries=QUERIES,
        passes_over_queries=True,
        pace=reading,
        page=error_page(root="", offer=offer),
    )
    send = Terms(right=None, takes=FORM, pace=writing, page=error_page(root="", offer=offer))
    show_below = replace(show, page=error_page(root=ROOT, offer=offer))
    send_below = replace(send, page=error_page(root=ROOT, offer=offer))
    return [
        Call("GET", "/report", show, show_report(report)),
        Call("POST", "/report", send, with_theme(take_report(report), offer=offer)),
        Call("GET", UNDER_13, show_below, show_underage(report)),
        Call("POST", UNDER_13, send_below, with_theme(take_underage(report), offer=offer)),
        *(Call("GET", path, show_below, show_form(offer)) for path in (STATUS, EVIDENCE, RECEIPT)),
        *_pages_beside(rooms, terms=show_below),
        Call("POST", STATUS, send_below, with_theme(show_standing(standing), offer=offer)),
        Call("POST", EVIDENCE, send_below, with_theme(take_evidence(standing), offer=offer)),
        Call("POST", RECEIPT, send_below, give_receipt(standing)),
    ]


def _pages_beside(rooms: Rooms, *, terms: Terms) -> list[Call]:
    """What helps whoever does not report, or not now."""
    offer = rooms.offer
    return [
        Call("GET", DECISION, terms, show_form(offer, about="decision")),
        Call("GET", HELP, replace(terms, queries=HELP_QUERIES), show_help(offer)),
        Call("GET", AWAY, terms, leave(offer, clock=rooms.clock)),
        Call("GET", FORGET, terms, forget()),
        Call("GET", DARK, replace(terms, pace=_reading()), show_dark()),
    ]


def _reading() -> Pace:
    return Pace(per_second=PAGES_PER_SECOND, burst=PAGES_AT_ONCE)


def _report_room(rooms: Rooms) -> ReportRoom:
    return ReportRoom(
        intake=rooms.intake,
        public=PublicService(rooms.pool, named=rooms.public_service, monotonic=time.monotonic),
        desk=rooms.desk,
        clock=rooms.clock,
        chance=rooms.chance,
        offer=rooms.offer,
    )


def _standing_room(rooms: Rooms) -> StandingRoom:
    return StandingRoom(
        pool=rooms.pool,
        keys=rooms.keys,
        clock=rooms.clock,
        chance=rooms.chance,
        offer=rooms.offer,
    )
