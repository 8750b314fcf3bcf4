"""Second looks on screens: figures of the team, a blind look, what a lead settles."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.roles import Right, has
from tutela.decisions.quality.figures import figures, own_figures
from tutela.decisions.quality.looking import Answered, Look, answer, look_at, take
from tutela.decisions.quality.planning import QualityPlan, plan_otherwise
from tutela.decisions.quality.room import REASON_MAX, HadPart, QualityRoom, unknown_look
from tutela.decisions.quality.settling import disputes, make_gold, settle
from tutela.domain.quality import LookState, Verdict
from tutela.domain.vocabulary import Category, Ground, Outcome
from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.review.case_view import CaseView, show_case
from tutela.review.queue import holder
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Form, Visit
from tutela.web.paging import uuid_or_none

_OUTCOMES: Final = (Outcome.ACT, Outcome.DISMISS)
_PLACE: Final = "/console/{service}/quality"
_LOOK: Final = f"{_PLACE}/looks/{{look_id}}"


def quality_screens(room: QualityRoom) -> Sequence[Screen]:
    """The figures, looks, disputes and the plan."""
    desk = _Desk(room)
    return (
        Screen("GET", _PLACE, Right.SEE_QUALITY, desk.show),
        Screen("POST", f"{_PLACE}/take", Right.DECIDE_CASES, desk.take),
        Screen("POST", f"{_PLACE}/plan", Right.JUDGE_QUALITY, desk.plan),
        Screen("GET", _LOOK, Right.DECIDE_CASES, desk.look),
        Screen("POST", f"{_LOOK}/answer", Right.DECIDE_CASES, desk.answer),
        Screen("POST", f"{_LOOK}/settle", Right.JUDGE_QUALITY, desk.settle),
        Screen("POST", f"{_LOOK}/known", Right.JUDGE_QUALITY, desk.make_known),
    )


class _Desk:
    def __init__(self, room: QualityRoom) -> None:
        self._room = room

    async def show(self, visit: Visit) -> Answer:
        caller, room = visit.caller, self._room
        return page(
            visit,
            template="quality.html",
            figures=await figures(room, caller=caller),
            own=await own_figures(room, caller=caller),
            disputes=await disputes(room, caller=caller),
            nothing="nothing" in visit.query,
        )

    async def take(self, visit: Visit) -> Answer:
        look_id = await take(self._room, caller=visit.caller)
        place = _place(visit)
        return moved(f"{place}?nothing" if look_id is None else f"{place}/looks/{look_id}")

    async def plan(self, visit: Visit) -> Answer:
        plan = QualityPlan(
            share=_percent(visit.form, field="share"),
            gold_share=_percent(visit.form, field="gold_share"),
        )
        await plan_otherwise(self._room, caller=visit.caller, plan=plan)
        return moved(_place(visit))

    async def look(self, visit: Visit) -> Answer:
        """Blind for whoever answers it; with both verdicts for the lead who settles it."""
        look = await look_at(self._room, caller=visit.caller, look_id=_look_id(visit))
        if look.lies_with(visit.caller, at=visit.now):
            shown = {"case": await self._blind(visit, look=look)}
            return self._shown(visit, template="quality_look.html", look=look, shown=shown)
        if look.second_by == holder(visit.caller):
            return self._shown(visit, template="quality_answered.html", look=look, shown={})
        self._refuse(visit, look=look)
        shown = {"case": await self._whole(visit, look=look)}
        return self._shown(visit, template="quality_dispute.html", look=look, shown=shown)

    async def answer(self, visit: Visit) -> Answer:
        look_id = _look_id(visit)
        await answer(
            self._room, caller=visit.caller, look_id=look_id, answered=_answered(visit.form)
        )
        return moved(f"{_place(visit)}/looks/{look_id}")

    async def settle(self, visit: Visit) -> Answer:
        look_id = _look_id(visit)
        await settle(self._room, caller=visit.caller, look_id=look_id, right=_answered(visit.form))
        return moved(f"{_place(visit)}/looks/{look_id}")

    async def make_known(self, visit: Visit) -> Answer:
        look_id = _look_id(visit)
        await make_gold(self._room, caller=visit.caller, look_id=look_id)
        return moved(f"{_place(visit)}/looks/{look_id}")

    def _refuse(self, visit: Visit, *, look: Look) -> None:
        """Others' looks are shown to leads alone, once somebody answered, and to nobody of them."""
        if look.state is LookState.WAITING or not _judges(visit):
            raise unknown_look()
        if look.first_by == holder(visit.caller):
            raise HadPart("You decided it: another lead settles it.")

    async def _whole(self, visit: Visit, *, look: Look) -> CaseView:
        room = self._room
        return await show_case(
            room.pool, caller=visit.caller, case_id=look.case_id, keys=room.keys, now=visit.now
        )

    async def _blind(self, visit: Visit, *, look: Look) -> CaseView:
        """The case without anything that was decided in it."""
        case = await self._whole(visit, look=look)
        return msgspec.structs.replace(
            case, decisions=[each for each in case.decisions if each.case_id != case.id]
        )

    def _shown(self, visit: Visit, *, template: str, look: Look, shown: dict[str, Any]) -> Answer:
        return page(
            visit,
            template=template,
            look=look,
            outcomes=_OUTCOMES,
            categories=list(Category),
            grounds=list(Ground),
            reason_max=REASON_MAX,
            **shown,
        )


def _judges(visit: Visit) -> bool:
    return has(visit.caller.role, right=Right.JUDGE_QUALITY)


def _place(visit: Visit) -> str:
    return f"/console/{visit.service}/quality"


def _look_id(visit: Visit) -> UUID:
    found = uuid_or_none(visit.path["look_id"])
    if found is None:
        raise unknown_look()
    return found


def _percent(form: Form, *, field: str) -> float:
    try:
        return float(form.text(field)) / 100
    except ValueError:
        told = [FieldError(f"/{field}", "is a number of per cent")]
        raise Unfit(detail="The plan can't be read.", errors=told) from None


def _answered(form: Form) -> Answered:
    """What was found, as it was filled in; raises Unfit with the fields."""
    outcome, category, ground = (form.text(name) for name in ("outcome", "category", "ground"))
    why, errors = form.text("why"), []
    if outcome not in _OUTCOMES:
        errors.append(FieldError("/outcome", "say whether something is to be restricted"))
    if outcome == Outcome.ACT and category not in list(Category):
        errors.append(FieldError("/category", "say for which harm"))
    if outcome == Outcome.ACT and ground not in list(Ground):
        errors.append(FieldError("/ground", "say on which ground"))
    if not 0 < len(why) <= REASON_MAX:
        errors.append(FieldError("/why", f"say why, in at most {REASON_MAX:,} signs"))
    if errors:
        raise Unfit(detail="Something is missing.", errors=errors)
    acted = outcome == Outcome.ACT
    verdict = Verdict(
        outcome=Outcome(outcome),
        category=category if acted else None,
        ground=ground if acted else None,
    )
    return Answered(verdict=verdict, why=why)
