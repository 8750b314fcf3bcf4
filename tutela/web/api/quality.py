"""`/v1/quality`: how right the team's decisions are, and the second looks that tell it."""

from uuid import UUID

from tutela.decisions.quality import looking, planning, settling
from tutela.decisions.quality.figures import figures, own_figures
from tutela.decisions.quality.finding import Finding
from tutela.decisions.quality.planning import PlanSaid
from tutela.decisions.quality.room import QualityRoom, unknown_look
from tutela.decisions.quality.settling import Disputes
from tutela.decisions.quality.showing import judged_look, own_look
from tutela.intake.reading import read_struct
from tutela.web.answer import Answer, answer
from tutela.web.api.cases import NOTHING_TO_SAY, refuse_said
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import uuid_or_none


def show_quality(room: QualityRoom) -> Handler:
    """200 with the figures of the last four weeks."""

    async def handle(asked: Asked) -> Answer:
        return answer(await figures(room, caller=asked.caller))

    return handle


def show_own_quality(room: QualityRoom) -> Handler:
    """200 with how the caller's own looks came out."""

    async def handle(asked: Asked) -> Answer:
        return answer(await own_figures(room, caller=asked.caller))

    return handle


def take_look(room: QualityRoom) -> Handler:
    """200 with a blind look on the caller's desk; 204 where none waits for them."""

    async def handle(asked: Asked) -> Answer:
        refuse_said(asked)
        look_id = await looking.take(room, caller=asked.caller)
        if look_id is None:
            return NOTHING_TO_SAY
        return answer(await own_look(room, caller=asked.caller, look_id=look_id))

    return handle


def show_look(room: QualityRoom) -> Handler:
    """200 with the caller's own look, blind until they answered it."""

    async def handle(asked: Asked) -> Answer:
        return answer(await own_look(room, caller=asked.caller, look_id=_look_id(asked)))

    return handle


def answer_look(room: QualityRoom) -> Handler:
    """200 with where the look stands after the caller's answer; 409 where it is not theirs."""

    async def handle(asked: Asked) -> Answer:
        look_id, caller = _look_id(asked), asked.caller
        said = read_struct(asked.body, kind=Finding).answered
        await looking.answer(room, caller=caller, look_id=look_id, answered=said)
        return answer(await own_look(room, caller=caller, look_id=look_id))

    return handle


def show_disputes(room: QualityRoom) -> Handler:
    """200 with the looks that the caller may settle."""

    async def handle(asked: Asked) -> Answer:
        return answer(Disputes(disputes=await settling.disputes(room, caller=asked.caller)))

    return handle


def show_judged(room: QualityRoom) -> Handler:
    """200 with both verdicts of an answered look; 403 where the caller had a part in it."""

    async def handle(asked: Asked) -> Answer:
        return answer(await judged_look(room, caller=asked.caller, look_id=_look_id(asked)))

    return handle


def settle_look(room: QualityRoom) -> Handler:
    """200 with the look once it is said what is right."""

    async def handle(asked: Asked) -> Answer:
        look_id, caller = _look_id(asked), asked.caller
        right = read_struct(asked.body, kind=Finding).answered
        await settling.settle(room, caller=caller, look_id=look_id, right=right)
        return answer(await judged_look(room, caller=caller, look_id=look_id))

    return handle


def make_known(room: QualityRoom) -> Handler:
    """200 with the look, by which others are asked from now on."""

    async def handle(asked: Asked) -> Answer:
        refuse_said(asked)
        look_id, caller = _look_id(asked), asked.caller
        await settling.make_gold(room, caller=caller, look_id=look_id)
        return answer(await judged_look(room, caller=caller, look_id=look_id))

    return handle


def plan_quality(room: QualityRoom) -> Handler:
    """200 with the shares that are drawn from now on."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=PlanSaid)
        await planning.plan_otherwise(room, caller=asked.caller, plan=said.plan)
        return answer(said)

    return handle


def _look_id(asked: Asked) -> UUID:
    found = uuid_or_none(asked.path["look_id"])
    if found is None:
        raise unknown_look()
    return found
