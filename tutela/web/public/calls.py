"""The public pages in one table: method, path, what each takes."""

import time
from typing import Final

from tutela.access.pace import Pace
from tutela.access.services import PublicService
from tutela.web.answer import FORM
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
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

#: How often a process shows public pages, all together: more would be at intake's cost.
PAGES_PER_SECOND: Final = 100.0
PAGES_AT_ONCE: Final = 500.0

STATUS: Final = "/report/status"
EVIDENCE: Final = "/report/evidence"
RECEIPT: Final = "/report/receipt"


def public_pages(rooms: Rooms) -> list[Call]:
    """Every page and form that needs no account."""
    pace = Pace(per_second=PAGES_PER_SECOND, burst=PAGES_AT_ONCE)
    report = ReportRoom(
        intake=rooms.intake,
        public=PublicService(rooms.pool, named=rooms.public_service, monotonic=time.monotonic),
        desk=rooms.desk,
        clock=rooms.clock,
        chance=rooms.chance,
    )
    standing = StandingRoom(
        pool=rooms.pool, keys=rooms.keys, clock=rooms.clock, chance=rooms.chance
    )
    here, below = error_page(root=""), error_page(root=ROOT)
    show = Terms(
        right=None, takes=None, queries=QUERIES, passes_over_queries=True, pace=pace, page=here
    )
    ask = Terms(
        right=None, takes=None, queries=QUERIES, passes_over_queries=True, pace=pace, page=below
    )
    send = Terms(right=None, takes=FORM, pace=pace, page=below)
    return [
        Call("GET", "/report", show, show_report(report)),
        Call(
            "POST",
            "/report",
            Terms(right=None, takes=FORM, pace=pace, page=here),
            take_report(report),
        ),
        *(Call("GET", path, ask, show_form()) for path in (STATUS, EVIDENCE, RECEIPT)),
        Call("POST", STATUS, send, show_standing(standing)),
        Call("POST", EVIDENCE, send, take_evidence(standing)),
        Call("POST", RECEIPT, send, give_receipt(standing)),
    ]
