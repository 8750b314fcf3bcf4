"""One case on one screen, and the decision that is taken there."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tutela.access.roles import Right, has
from tutela.decisions.decide import Submission, Taken, decide
from tutela.decisions.earlier import is_decided_under
from tutela.decisions.endpoints import Station
from tutela.decisions.terms import versions
from tutela.domain.vocabulary import (
    AccountType,
    Audience,
    AutomatedDecision,
    Category,
    Channel,
    ContentType,
    Ground,
    Keyword,
    MeasureKind,
    Outcome,
)
from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.review import queue
from tutela.review.case_view import CaseView, show_case
from tutela.review.shown import CaseMoved, Shown, as_shown, open_items, subject_of
from tutela.review.taking import Desk, desk_of
from tutela.web.answer import Answer
from tutela.web.api.cases import ReviewRoom
from tutela.web.console.case_form import decision_in
from tutela.web.console.case_shown import CaseShown, shown
from tutela.web.console.cases import case_address, case_named
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit

_KEY_BYTES: Final = 18
_CASE: Final = "/console/{service}/cases/{id}"
_CHOICES: Final = {
    "categories": list(Category),
    "keywords": list(Keyword),
    "grounds": list(Ground),
    "content_types": list(ContentType),
    "account_types": list(AccountType),
    "automated_decisions": list(AutomatedDecision),
    "measure_kinds": list(MeasureKind),
    "audiences": list(Audience),
    "outcomes": list(Outcome),
}


def case_page_screens(room: ReviewRoom) -> Sequence[Screen]:
    """The case, and its decision."""
    case = _Case(room)
    return (
        Screen("GET", _CASE, Right.SEE_CASES, case.show),
        Screen("POST", f"{_CASE}/decide", Right.DECIDE_CASES, case.decide),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    room: ReviewRoom
    choices: dict[str, Any] = field(default_factory=lambda: dict(_CHOICES))

    async def show(self, visit: Visit) -> Answer:
        """All that is known of the case; where the visitor holds it, the form that decides it."""
        room, case_id, caller = self.room, case_named(visit), visit.caller
        now = room.clock()
        case = await show_case(room.pool, caller=caller, case_id=case_id, keys=room.keys, now=now)
        desk = await desk_of(room.pool, caller=caller, case_id=case_id, now=now)
        told = shown(case, whole=visit.query.get("whole", ""))
        return page(
            visit,
            template="case.html",
            case=case,
            told=told,
            desk=desk,
            may_decide=has(caller.role, right=Right.DECIDE_CASES),
            said=visit.query.get("said", ""),
            before=visit.query.get("before", ""),
            key=base64.urlsafe_b64encode(room.chance(_KEY_BYTES)).decode(),
            today=now.date(),
            terms=await self._terms(visit, desk=desk),
            guess=_guess(case, told=told),
            **self.choices,
        )

    async def decide(self, visit: Visit) -> Answer:
        """The next case or the queue, once the decision is durable; sent twice, taken once."""
        try:
            items = await self._items(visit)
        except CaseMoved:
            if not await self._is_taken(visit):
                raise
            fresh = False
        else:
            fresh = (await self._decided(visit, items=items)).fresh
        said = "decided" if fresh else "before"
        if visit.form.text("then") == "next":
            return moved(await self._next(visit, said=said))
        where = case_address(visit, case_id=case_named(visit))
        return moved(f"{where}?said={said}")

    async def _decided(self, visit: Visit, *, items: Sequence[str]) -> Taken:
        room, form, caller, case_id = self.room, visit.form, visit.caller, case_named(visit)
        now = room.clock()
        subject = await subject_of(room.pool, caller=caller, case_id=case_id, keys=room.keys)
        read = decision_in(form, items=items, lease_token=form.text("lease_token"), subject=subject)
        submission = Submission(
            caller=caller,
            case_id=case_id,
            read=read,
            key=form.text("key") or None,
            language=room.language,
            bases=room.bases,
        )
        return await decide(
            room.pool, keys=room.keys, submission=submission, now=now, chance=room.chance
        )

    async def _is_taken(self, visit: Visit) -> bool:
        key = visit.form.text("key")
        return await is_decided_under(
            self.room.pool, caller=visit.caller, case_id=case_named(visit), key=key
        )

    async def _items(self, visit: Visit) -> list[str]:
        form = visit.form
        if form.text("which") == "some":
            return form.texts("item")
        count = form.text("shown_count")
        if not count.isdecimal():
            raise Unfit(
                detail="The form does not say which items it is about.",
                errors=[FieldError("/shown_count", "is no number")],
            )
        items = await open_items(self.room.pool, caller=visit.caller, case_id=case_named(visit))
        return as_shown(items, shown=Shown(count=int(count), last=form.text("shown_last")))

    async def _next(self, visit: Visit, *, said: str) -> str:
        room = self.room
        lease = await queue.claim(
            room.pool,
            caller=visit.caller,
            now=room.clock(),
            chance=room.chance,
            lease_seconds=room.lease_seconds,
        )
        if lease is None:
            return f"/console/{visit.service}/queue?said={said}"
        before = visit.path["id"]
        return f"{case_address(visit, case_id=lease.case_id)}?said={said}&before={before}"

    async def _terms(self, visit: Visit, *, desk: Desk) -> list[str]:
        if desk.own is None:
            return []
        station = Station(tenant=visit.caller.tenant, service=visit.caller.service)
        found = await versions(self.room.pool, station=station)
        return [each.version for each in reversed(found)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What the form says before anybody wrote in it."""

    category: str
    keyword: str | None
    language: str | None
    is_found_by_machine: bool
    content_date: str


def _guess(case: CaseView, *, told: CaseShown) -> Guess | None:
    if not case.items:
        return None
    first = case.items[0].notice
    return Guess(
        category=first.category,
        keyword=first.keyword,
        language=told.languages[0] if told.languages else None,
        is_found_by_machine=any(name == Channel.AUTOMATED for name, _ in told.channels),
        content_date=first.received_at[:10],
    )
