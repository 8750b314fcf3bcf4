"""What the guard lists, masked; one entry, and what people say to it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from tutela.access.roles import Right
from tutela.domain.guard import ASKED, ENDING, EntryEvent, EntryState
from tutela.domain.states import STATE_TABLES
from tutela.errors import FieldError
from tutela.guard.governance import judging, showing
from tutela.guard.governance.judging import Agreeing, Order, Refusing, Withdrawing
from tutela.guard.governance.opening import Opening, open_entry
from tutela.guard.governance.preview import preview
from tutela.guard.governance.room import UnknownGuardEntry
from tutela.guard.governance.showing import EntryView, Wanted
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


class Group(StrEnum):
    """Which entries are shown together."""

    #: What waits for a second person.
    WAITING = "waiting"
    #: What has its effect, or is back in a day.
    IN_FORCE = "in-force"
    #: What has no effect any more, or never had.
    OVER = "over"
    #: Everything.
    ALL = "all"


_OVER: Final = tuple(each for each in EntryState if each not in {*ASKED, *ENDING})
_STATES: Final[Mapping[Group, tuple[EntryState, ...] | None]] = MappingProxyType(
    {Group.WAITING: ASKED, Group.IN_FORCE: ENDING, Group.OVER: _OVER, Group.ALL: None}
)
_NAMES: Final[Mapping[Group, str]] = MappingProxyType(
    {
        Group.WAITING: "Waits for a second person",
        Group.IN_FORCE: "In force",
        Group.OVER: "Over",
        Group.ALL: "All",
    }
)


def entry_screens(room: GuardScreensRoom) -> Sequence[Screen]:
    """The list, one entry, and everything that can be said to it."""
    desk = _Desk(room)
    below = "/console/{service}/guard"
    one = f"{below}/entries/{{entry_id}}"
    propose = Right.PROPOSE_GUARD
    return (
        Screen("GET", below, Right.SEE_GUARD, desk.show_list),
        Screen("GET", one, Right.SEE_GUARD, desk.show_entry),
        Screen("GET", f"{one}/preview", propose, desk.show_preview),
        Screen("POST", f"{one}/open", propose, desk.open_value),
        Screen("POST", f"{one}/approve", Right.APPROVE_GUARD, desk.approve),
        Screen("POST", f"{one}/reject", propose, desk.reject),
        Screen("POST", f"{one}/withdraw", propose, desk.withdraw),
    )


class _Desk:
    def __init__(self, room: GuardScreensRoom) -> None:
        self._room = room

    async def show_list(self, visit: Visit) -> Answer:
        """A page of what is listed; first what waits for a second person."""
        batch, group = id_asked(visit, name="batch"), _group(visit)
        wanted = Wanted(
            limit=ROWS, after=id_asked(visit, name="after"), states=_STATES[group], batch=batch
        )
        room = self._room.governing
        found = await showing.list_entries(room, caller=visit.caller, wanted=wanted)
        counted = await showing.counts(room, caller=visit.caller)
        return guard_page(
            visit,
            template="guard.html",
            found=found,
            batch=batch,
            group=group,
            groups=_counted(counted),
        )

    async def show_entry(self, visit: Visit) -> Answer:
        """One entry, its history, and what the visitor may say to it."""
        room = self._room.governing
        entry = await showing.show_entry(room, caller=visit.caller, entry_id=_entry_id(visit))
        return await self._entry_page(visit, entry=entry, opened=None)

    async def open_value(self, visit: Visit) -> Answer:
        """The same with its value, once it is written down who read it and why."""
        room, entry_id = self._room.governing, _entry_id(visit)
        said = fit({"reason": visit.form.text("reason")}, kind=Opening)
        whole = await open_entry(room, caller=visit.caller, entry_id=entry_id, said=said)
        entry = await showing.show_entry(room, caller=visit.caller, entry_id=entry_id)
        return await self._entry_page(visit, entry=entry, opened=whole.value)

    async def show_preview(self, visit: Visit) -> Answer:
        """What the entry, or its whole proposal, would hit of last week's uses."""
        order = _order(visit)
        found = await preview(
            self._room.governing, caller=order.caller, entry_id=order.id, uses=self._room.uses
        )
        template = "guard_preview_part.html" if visit.is_partial else "guard_preview.html"
        return guard_page(visit, template=template, preview=found, back=_address(visit), lines=None)

    async def approve(self, visit: Visit) -> Answer:
        """Done as another had asked."""
        said = fit(_said(visit), kind=Agreeing)
        order = await self._order(visit)
        await judging.approve(self._room.governing, order=order, said=said)
        return moved(_address(visit))

    async def reject(self, visit: Visit) -> Answer:
        """Not done as was asked, or one's own word taken back."""
        said = fit({"reason": visit.form.text("reason")}, kind=Refusing)
        order = await self._order(visit)
        await judging.reject(self._room.governing, order=order, said=said)
        return moved(_address(visit))

    async def withdraw(self, visit: Visit) -> Answer:
        """Asked to be taken back; in an emergency taken out at once."""
        emergency = visit.form.text("emergency") == "yes"
        given = {"reason": visit.form.text("reason"), "emergency": emergency}
        said = fit(given, kind=Withdrawing)
        order = await self._order(visit)
        await judging.withdraw(self._room.governing, order=order, said=said)
        return moved(_address(visit))

    async def _order(self, visit: Visit) -> Order:
        """About the entry of the path, or about the whole proposal that it came with."""
        order = _order(visit)
        if visit.form.text("about") != "batch":
            return order
        room = self._room.governing
        entry = await showing.show_entry(room, caller=visit.caller, entry_id=order.id)
        return Order(caller=order.caller, id=UUID(entry.batch))

    async def _entry_page(self, visit: Visit, *, entry: EntryView, opened: str | None) -> Answer:
        room = self._room.governing
        wanted = Wanted(limit=ROWS, batch=UUID(entry.batch))
        batch = await showing.list_entries(room, caller=visit.caller, wanted=wanted)
        others = len(batch.entries) - 1
        return guard_page(
            visit,
            template="guard_entry.html",
            entry=entry,
            opened=opened,
            others=f"{others}{'' if batch.next is None else ' or more'}" if others else None,
            acts=_acts(entry, visit=visit),
        )


def _acts(entry: EntryView, *, visit: Visit) -> frozenset[str]:
    """What can be said to the entry now by its state, by whoever looks at it."""
    state, moves = EntryState(entry.state), STATE_TABLES[EntryState].moves
    possible = {str(event) for event in EntryEvent if (state, event) in moves}
    own = entry.asked_by is not None and entry.asked_by.casefold() == visit.person.name.casefold()
    if own:
        return frozenset(possible - {EntryEvent.APPROVED, EntryEvent.REJECTED})
    return frozenset(possible - {EntryEvent.TAKEN_BACK})


def _said(visit: Visit) -> dict[str, str]:
    reason = visit.form.text("reason")
    return {"reason": reason} if reason else {}


def _order(visit: Visit) -> Order:
    return Order(caller=visit.caller, id=_entry_id(visit))


def _address(visit: Visit) -> str:
    return place(visit, "entries", str(_entry_id(visit)))


def _entry_id(visit: Visit) -> UUID:
    unknown = UnknownGuardEntry("The guard of this service lists no such entry.")
    return id_in(visit, name="entry_id", unknown=unknown)


def _group(visit: Visit) -> Group:
    usual = Group.ALL if "batch" in visit.query else Group.WAITING
    try:
        return Group(visit.query.get("show", usual))
    except ValueError as cause:
        known = FieldError("?show", ", ".join(Group))
        raise Unfit("The list can't be shown as it was asked for.", errors=[known]) from cause


def _counted(counted: Mapping[EntryState, int]) -> list[tuple[Group, str, int]]:
    return [
        (group, _NAMES[group], sum(counted.get(each, 0) for each in states or EntryState))
        for group, states in _STATES.items()
    ]
