"""`/v1/needs`, `/v1/glass`, `/v1/oversight`, `/v1/views`: who may look where, and who did."""

from typing import Final

import msgspec

from tutela.domain.oversight import OversightState
from tutela.errors import FieldError
from tutela.intake.reading import Unfit, read_struct
from tutela.review.case_view import CaseView
from tutela.review.oversight import looking, needs
from tutela.review.oversight.glass import (
    GlassBroken,
    GlassOpening,
    UnknownOpening,
    break_glass,
    show_through_glass,
)
from tutela.review.oversight.looking import LookedAt, OversightAsked, UnknownOversight
from tutela.review.oversight.needs import NeedSet
from tutela.review.oversight.room import OversightRoom
from tutela.review.queue import unknown_case
from tutela.review.views.showing import ViewsAsked, list_views
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import PAGE_SIZE, PAGE_SIZE_MAX, is_page_size, page_asked, uuid_or_none

OVERSIGHT_STATES: Final = tuple(str(each) for each in OversightState)
VIEW_QUERIES: Final = frozenset({"limit", "after", "by", "case"})
_ID_DIGITS: Final = 18


class OpenedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case that is open to the caller for a short time."""

    opening: GlassOpening
    case: CaseView


def show_needs(room: OversightRoom) -> Handler:
    """200 with what each person works on."""

    async def handle(asked: Asked) -> Answer:
        return answer(await needs.show_needs(room, caller=asked.caller))

    return handle


def set_need(room: OversightRoom) -> Handler:
    """200 with what each person works on from now on."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=NeedSet)
        return answer(await needs.set_need(room, caller=asked.caller, asked=said))

    return handle


def open_case(room: OversightRoom) -> Handler:
    """201 once the case is open for a short time; 200 where it was open to the caller already."""

    async def handle(asked: Asked) -> Answer:
        case_id = uuid_or_none(asked.path["case_id"])
        if case_id is None:
            raise unknown_case()
        said = read_struct(asked.body, kind=GlassBroken)
        opening, is_new = await break_glass(room, caller=asked.caller, case_id=case_id, asked=said)
        return answer(opening, status=201 if is_new else 200)

    return handle


def show_opened(room: OversightRoom) -> Handler:
    """200 with the case of an opening of the caller's own, while its time runs."""

    async def handle(asked: Asked) -> Answer:
        opening_id = uuid_or_none(asked.path["opening_id"])
        if opening_id is None:
            raise UnknownOpening("Nothing is open to you under this.")
        opening, case = await show_through_glass(room, caller=asked.caller, opening_id=opening_id)
        return answer(OpenedCase(opening=opening, case=case))

    return handle


def show_oversight(room: OversightRoom) -> Handler:
    """200 with what a second person looks at, the newest first."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=OVERSIGHT_STATES)
        wanted = OversightAsked(limit=page.limit, after=page.after, state=page.state)
        return answer(await looking.list_oversight(room, caller=asked.caller, asked=wanted))

    return handle


def look(room: OversightRoom) -> Handler:
    """200 with what was looked at, as it stands then."""

    async def handle(asked: Asked) -> Answer:
        oversight_id = uuid_or_none(asked.path["oversight_id"])
        if oversight_id is None:
            raise UnknownOversight("This service has nothing to look at under this id.")
        said = read_struct(asked.body, kind=LookedAt)
        return answer(
            await looking.look(room, caller=asked.caller, oversight_id=oversight_id, said=said)
        )

    return handle


def show_views(room: OversightRoom) -> Handler:
    """200 with a page of who looked at what, the newest first."""

    async def handle(asked: Asked) -> Answer:
        return answer(await list_views(room, caller=asked.caller, asked=views_asked(asked.query)))

    return handle


def views_asked(query: dict[str, str]) -> ViewsAsked:
    """Which looks a query asks for; raises Unfit where it can't be read."""
    limit, after, case = query.get("limit"), query.get("after"), query.get("case")
    case_id = None if not case else uuid_or_none(case)
    errors = []
    if limit is not None and not is_page_size(limit):
        errors.append(FieldError("?limit", f"a whole number from 1 to {PAGE_SIZE_MAX}"))
    if after is not None and not (after.isascii() and after.isdigit() and len(after) <= _ID_DIGITS):
        errors.append(FieldError("?after", "what `next` was on the page before"))
    if case and case_id is None:
        errors.append(FieldError("?case", "the id of a case"))
    if errors:
        raise Unfit(detail="The page can't be shown as it was asked for.", errors=errors)
    return ViewsAsked(
        limit=PAGE_SIZE if limit is None else int(limit),
        after=None if after is None else int(after),
        by=query.get("by") or None,
        case_id=case_id,
    )
