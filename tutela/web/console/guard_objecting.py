"""Objections against over-blocking: seen, and decided by somebody who had no part in the block."""

from collections.abc import Sequence
from uuid import UUID

from tutela.access.roles import Right
from tutela.domain.guard import ObjectionState
from tutela.errors import FieldError
from tutela.guard.governance import objecting, showing
from tutela.guard.governance.judging import Order
from tutela.guard.governance.objecting import (
    ObjectionDecided,
    ObjectionsWanted,
    UnknownObjection,
)
from tutela.intake.reading import Unfit, fit
from tutela.web.answer import Answer
from tutela.web.console.guard_pages import (
    ROWS,
    GuardScreensRoom,
    guard_page,
    id_asked,
    id_in,
    place,
)
from tutela.web.console.pages import moved
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit

#: Entries that block it and are shown with it.
_ENTRIES_SHOWN = 20


def objecting_screens(room: GuardScreensRoom) -> Sequence[Screen]:
    """The list, one objection, and the decision."""
    desk, below = _Desk(room), "/console/{service}/guard/objections"
    one = f"{below}/{{objection_id}}"
    return (
        Screen("GET", below, Right.SEE_GUARD, desk.show_list),
        Screen("GET", one, Right.SEE_GUARD, desk.show_one),
        Screen("POST", f"{one}/decide", Right.APPROVE_GUARD, desk.decide),
    )


class _Desk:
    def __init__(self, room: GuardScreensRoom) -> None:
        self._room = room.governing

    async def show_list(self, visit: Visit) -> Answer:
        """A page of objections, masked, the oldest first."""
        state = state_asked(visit, states=tuple(ObjectionState))
        wanted = ObjectionsWanted(limit=ROWS, after=id_asked(visit, name="after"), state=state)
        found = await objecting.list_objections(self._room, caller=visit.caller, wanted=wanted)
        return guard_page(visit, template="guard_objections.html", found=found, state=state)

    async def show_one(self, visit: Visit) -> Answer:
        """One objection, what has its effect on it now, and what was done to it."""
        objection_id = _objection_id(visit)
        found = await objecting.show_objection(
            self._room, caller=visit.caller, objection_id=objection_id
        )
        blocking = found.entries or []
        entries = [
            await showing.show_entry(self._room, caller=visit.caller, entry_id=UUID(each))
            for each in blocking[:_ENTRIES_SHOWN]
        ]
        return guard_page(
            visit,
            template="guard_objection.html",
            objection=found,
            blocking=entries,
            more=len(blocking) - len(entries),
            had_part=any(_had_part(each, name=visit.person.name) for each in entries),
        )

    async def decide(self, visit: Visit) -> Answer:
        """Decided; granted, what blocks is asked to be taken back."""
        objection_id, form = _objection_id(visit), visit.form
        given = {"finding": form.text("finding"), "reason": form.text("reason")}
        said = fit(given, kind=ObjectionDecided)
        order = Order(caller=visit.caller, id=objection_id)
        await objecting.decide(self._room, order=order, said=said)
        return moved(place(visit, "objections", str(objection_id)))


def state_asked(visit: Visit, *, states: Sequence[str]) -> str:
    """Which state is looked at; the first where none is named. Raises Unfit."""
    state = visit.query.get("state", states[0])
    if state not in states:
        known = FieldError("?state", ", ".join(states))
        raise Unfit("The list can't be shown as it was asked for.", errors=[known])
    return state


def _had_part(entry: showing.EntryView, *, name: str) -> bool:
    involved = (entry.proposed_by, entry.approved_by or "")
    return name.casefold() in {each.casefold() for each in involved}


def _objection_id(visit: Visit) -> UUID:
    unknown = UnknownObjection("There is no such objection on this service.")
    return id_in(visit, name="objection_id", unknown=unknown)
