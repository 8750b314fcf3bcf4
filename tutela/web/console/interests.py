"""Whom somebody must not decide about: declared by themselves, ended by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tutela.access.roles import Right, has
from tutela.decisions.interests.declaring import InterestDeclared, declare
from tutela.decisions.interests.room import UnknownInterest
from tutela.decisions.interests.standing import (
    WHY_MAX,
    InterestEnded,
    InterestsAsked,
    end,
    own_interests,
    team_interests,
)
from tutela.decisions.quality.room import QualityRoom
from tutela.domain.interests import InterestKind, InterestState
from tutela.domain.vocabulary import SubjectKind
from tutela.intake.reading import fit
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit
from tutela.web.paging import PAGE_SIZE, uuid_or_none

_PLACE: Final = "/console/{service}/interests"


def interest_screens(room: QualityRoom) -> Sequence[Screen]:
    """What one declared, that others did, and the forms that declare and end."""
    desk = _Desk(room)
    ended = f"{_PLACE}/{{interest_id}}/end"
    return (
        Screen("GET", _PLACE, Right.DECLARE_INTERESTS, desk.show),
        Screen("POST", _PLACE, Right.DECLARE_INTERESTS, desk.declare),
        Screen("POST", ended, Right.JUDGE_INTERESTS, desk.end),
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    room: QualityRoom

    async def show(self, visit: Visit) -> Answer:
        """One's own declarations, and for whoever may end them that others declared something."""
        asked = InterestsAsked(limit=PAGE_SIZE, after=uuid_or_none(visit.query.get("after", "")))
        team = None
        if has(visit.caller.role, right=Right.JUDGE_INTERESTS):
            holding = InterestsAsked(
                limit=PAGE_SIZE,
                after=uuid_or_none(visit.query.get("team_after", "")),
                state=InterestState.HOLDS,
            )
            team = await team_interests(self.room, caller=visit.caller, asked=holding)
        return page(
            visit,
            template="interests.html",
            own=await own_interests(self.room, caller=visit.caller, asked=asked),
            team=team,
            kinds=list(InterestKind),
            subject_kinds=list(SubjectKind),
            why_max=WHY_MAX,
            said=visit.query.get("said", ""),
        )

    async def declare(self, visit: Visit) -> Answer:
        """The list, once it holds."""
        asked = fit(_declared(visit), kind=InterestDeclared)
        await declare(self.room, caller=visit.caller, asked=asked)
        return moved(f"/console/{visit.service}/interests?said=declared")

    async def end(self, visit: Visit) -> Answer:
        """The list, once somebody else is kept from it no longer."""
        interest_id = uuid_or_none(visit.path["interest_id"])
        if interest_id is None:
            raise UnknownInterest("Nobody declared this on this service.")
        said = fit({"why": visit.form.text("why")}, kind=InterestEnded)
        await end(self.room, caller=visit.caller, interest_id=interest_id, said=said)
        return moved(f"/console/{visit.service}/interests?said=ended")


def _declared(visit: Visit) -> dict[str, Any]:
    """The body as the call takes it: of a case's page its id, of the list's form a subject."""
    form, kind = visit.form, visit.form.text("kind")
    if form.text("case_id"):
        return {"kind": kind, "case_id": form.text("case_id")}
    named = form.text("named").strip()
    place = "url" if form.text("by") == "url" else "id"
    return {"kind": kind, "subject": {"kind": form.text("subject_kind"), place: named}}
