"""Objections, the emergency switch, and viewers let in again: what mends over-blocking."""

from collections.abc import Callable
from uuid import UUID

from tutela.access.pace import Paces
from tutela.domain.guard import ObjectionState
from tutela.guard.governance import letting_in, objecting, switching
from tutela.guard.governance.judging import Order
from tutela.guard.governance.letting_in import LetInAsked
from tutela.guard.governance.objecting import (
    ObjectedTo,
    ObjectionDecided,
    ObjectionsWanted,
    UnknownObjection,
)
from tutela.guard.governance.room import GovernanceRoom
from tutela.guard.governance.switching import SwitchAsked
from tutela.intake.reading import read_struct
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler, TooMany
from tutela.web.paging import page_asked, uuid_or_none

OBJECTION_STATES = tuple(str(state) for state in ObjectionState)
#: Objections that one token may bring, and how many tokens are remembered.
OBJECTIONS_PER_SECOND = 5.0
OBJECTIONS_AT_ONCE = 100.0
TOKENS_MAX = 10_000


def take_objection(room: GovernanceRoom, *, monotonic: Callable[[], float]) -> Handler:
    """202, the same whether or not anything blocks it; 429 where a token brings too many."""
    paces = Paces(per_second=OBJECTIONS_PER_SECOND, burst=OBJECTIONS_AT_ONCE, names_max=TOKENS_MAX)

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=ObjectedTo)
        if not paces.allows(asked.caller.token_id, seconds=monotonic()):
            raise TooMany(detail="This was not taken. Come back in a moment.")
        taken = await objecting.object_to(room, caller=asked.caller, said=said)
        return answer(taken, status=202)

    return handle


def show_objections(room: GovernanceRoom) -> Handler:
    """200 with a page of objections, masked."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=OBJECTION_STATES)
        wanted = ObjectionsWanted(limit=page.limit, after=page.after, state=page.state)
        return answer(await objecting.list_objections(room, caller=asked.caller, wanted=wanted))

    return handle


def show_one_objection(room: GovernanceRoom) -> Handler:
    """200 with one objection and the entries that have their effect on it now."""

    async def handle(asked: Asked) -> Answer:
        objection_id = _objection_id(asked)
        shown = await objecting.show_objection(room, caller=asked.caller, objection_id=objection_id)
        return answer(shown)

    return handle


def decide_objection(room: GovernanceRoom) -> Handler:
    """200 once it is decided by somebody who had no part in the block."""

    async def handle(asked: Asked) -> Answer:
        order = Order(caller=asked.caller, id=_objection_id(asked))
        said = read_struct(asked.body, kind=ObjectionDecided)
        return answer(await objecting.decide(room, order=order, said=said))

    return handle


def show_switch(room: GovernanceRoom) -> Handler:
    """200 with how every surface stands."""

    async def handle(asked: Asked) -> Answer:
        return answer(await switching.show(room, caller=asked.caller))

    return handle


def throw_switch(room: GovernanceRoom) -> Handler:
    """200 with how every surface stands after it."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=SwitchAsked)
        return answer(await switching.throw(room, caller=asked.caller, asked=said))

    return handle


def let_viewer_in(room: GovernanceRoom) -> Handler:
    """200 with whether the viewer was shut out."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=LetInAsked)
        return answer(await letting_in.let_in(room, caller=asked.caller, asked=said))

    return handle


def _objection_id(asked: Asked) -> UUID:
    objection_id = uuid_or_none(asked.path["objection_id"])
    if objection_id is None:
        raise UnknownObjection("There is no such objection on this service that you may see.")
    return objection_id
