"""Second looks on screens: figures of the team, a blind look, what a lead settles."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tutela.access.roles import Right, has
from tutela.decisions.quality.figures import figures, own_figures
from tutela.decisions.quality.finding import OUTCOMES, answered
from tutela.decisions.quality.looking import Answered, answer, take
from tutela.decisions.quality.planning import QualityPlan, plan_otherwise
from tutela.decisions.quality.room import REASON_MAX, QualityRoom, UnknownLook, unknown_look
from tutela.decisions.quality.settling import disputes, make_gold, settle
from tutela.decisions.quality.showing import JudgedLook, OwnLook, judged_look, own_look
from tutela.domain.vocabulary import Category, Ground
from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Form, Visit
from tutela.web.paging import uuid_or_none

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
        look_id, caller = _look_id(visit), visit.caller
        try:
            own = await own_look(self._room, caller=caller, look_id=look_id)
        except UnknownLook:
            if not has(caller.role, right=Right.JUDGE_QUALITY):
                raise
            judged = await judged_look(self._room, caller=caller, look_id=look_id)
            return _shown(visit, template="quality_dispute.html", look=judged)
        if own.case is None:
            return page(visit, template="quality_answered.html", look=own)
        return _shown(visit, template="quality_look.html", look=own)

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


def _shown(visit: Visit, *, template: str, look: OwnLook | JudgedLook) -> Answer:
    return page(
        visit,
        template=template,
        look=look,
        case=look.case,
        outcomes=OUTCOMES,
        categories=list(Category),
        grounds=list(Ground),
        reason_max=REASON_MAX,
    )


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
    return answered(
        form.text("outcome"),
        category=form.text("category"),
        ground=form.text("ground"),
        why=form.text("why"),
    )
