"""One case on one screen: what is reported, what is known around it, how it is decided."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tutela.access.roles import Right, has
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
from tutela.review.around import around
from tutela.review.case_view import CaseView, show_case
from tutela.review.guidelines import Guidelines
from tutela.review.taking import Desk, desk_of
from tutela.web.answer import Answer
from tutela.web.api.cases import ReviewRoom
from tutela.web.console.case_shown import CaseShown, shown
from tutela.web.console.cases import case_named
from tutela.web.console.pages import page
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
    """The case with all that is known around it."""
    case = _Case(room)
    return (Screen("GET", _CASE, Right.SEE_CASES, case.show),)


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
            around=await around(room.pool, caller=caller, case_id=case_id, now=now),
            also=_count(visit, name="also"),
            left=_count(visit, name="left"),
            may_decide=has(caller.role, right=Right.DECIDE_CASES),
            said=visit.query.get("said", ""),
            before=visit.query.get("before", ""),
            key=base64.urlsafe_b64encode(room.chance(_KEY_BYTES)).decode(),
            today=now.date(),
            guideline=room.guidelines.on(now.date(), family=case.family),
            stale=_stale(case, guidelines=room.guidelines),
            terms=await self._terms(visit, desk=desk),
            guess=_guess(case, told=told),
            **self.choices,
        )

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


def _count(visit: Visit, *, name: str) -> int:
    said = visit.query.get(name, "")[:4]
    return int(said) if said.isdecimal() else 0


def _stale(case: CaseView, *, guidelines: Guidelines) -> set[str]:
    """Earlier decisions that cite another guideline than that of their day."""
    return {
        each.id
        for each in case.decisions
        if each.guideline_version is not None
        and guidelines.is_stale(
            each.guideline_version,
            family=case.family,
            day=datetime.fromisoformat(each.decided_at).date(),
        )
    }


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
