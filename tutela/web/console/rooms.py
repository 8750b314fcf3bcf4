"""Investigation rooms: one investigation with its people, what they know and what they did."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tutela.access.roles import Right
from tutela.domain.investigations import (
    WRITTEN_KINDS,
    EntryKind,
    InvestigationEvent,
    InvestigationState,
)
from tutela.intake.door import usable_key
from tutela.intake.reading import fit
from tutela.networks.stored.asking import USUAL_LEADS
from tutela.review.investigations import people, writing
from tutela.review.investigations.asked import (
    Contents,
    InvestigationOpened,
    InvestigationPersonNamed,
    InvestigationReasoned,
    InvestigationSearchAsked,
    InvestigationTakenOut,
    InvestigationWritten,
)
from tutela.review.investigations.packing import take_out
from tutela.review.investigations.showing import RoomsPage, list_rooms, show_room
from tutela.review.investigations.standing import Investigating, unknown
from tutela.review.investigations.writing import Writing
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page, safety_headers
from tutela.web.console.screen import Screen
from tutela.web.console.typed import id_in_path, new_key, page_after, whole_number
from tutela.web.console.visit import Visit
from tutela.web.room_operations import PACK

ROWS: Final = 25
#: Entries that stand beside the time line, each under its heading.
_BESIDE: Final = (
    (EntryKind.SEED, "Seeds"),
    (EntryKind.ACCOUNT, "Accounts"),
    (EntryKind.RUN, "Searches"),
    (EntryKind.EVIDENCE, "Evidence"),
    (EntryKind.ACTION, "Actions"),
)
_ALL: Final = "/console/{service}/rooms"
_ONE: Final = "/console/{service}/rooms/{room_id}"


def room_screens(house: Investigating) -> Sequence[Screen]:
    """The visitor's rooms, one of them, and what its people do there."""
    desk = _Desk(house)
    see, run = Right.SEE_ROOMS, Right.RUN_ROOMS
    return (
        Screen("GET", _ALL, see, desk.rooms),
        Screen("POST", _ALL, run, desk.open),
        Screen("GET", _ONE, see, desk.show),
        Screen("POST", f"{_ONE}/entries", run, desk.write),
        Screen("POST", f"{_ONE}/search", run, desk.search),
        Screen("POST", f"{_ONE}/people", run, desk.add),
        Screen("POST", f"{_ONE}/people/remove", run, desk.remove),
        Screen("POST", f"{_ONE}/close", run, desk.close),
        Screen("POST", f"{_ONE}/reopen", run, desk.reopen),
        Screen("POST", f"{_ONE}/export", run, desk.take_out),
    )


class _Desk:
    def __init__(self, house: Investigating) -> None:
        self._house = house

    async def rooms(self, visit: Visit) -> Answer:
        wanted = RoomsPage(limit=ROWS, after=page_after(visit))
        shown = await list_rooms(self._house, caller=visit.caller, page=wanted)
        return page(visit, template="rooms.html", rooms=shown, key=new_key(self._house.chance))

    async def open(self, visit: Visit) -> Answer:
        form = visit.form
        said = fit(
            {"title": form.text("title"), "reason": form.text("reason")}, kind=InvestigationOpened
        )
        room_id, _ = await writing.open_room(
            self._house, caller=visit.caller, said=said, key=_key(visit)
        )
        return moved(_ONE.format(service=visit.service, room_id=room_id))

    async def show(self, visit: Visit) -> Answer:
        room = await show_room(self._house, caller=visit.caller, room_id=_room_id(visit))
        entries = room.entries or []
        return page(
            visit,
            template="room.html",
            room=room,
            is_open=room.state == InvestigationState.OPEN,
            line=entries[::-1],
            beside=[
                (heading, [each for each in entries if each.kind == kind])
                for kind, heading in _BESIDE
            ],
            kinds=[str(kind) for kind in WRITTEN_KINDS],
            people=room.people or [],
            looks=room.looks or [],
            waiting=sum(not each.in_ledger for each in entries),
            leads_usual=USUAL_LEADS,
            key=new_key(self._house.chance),
        )

    async def write(self, visit: Visit) -> Answer:
        form = visit.form
        said = fit(
            {
                "kind": form.text("kind"),
                "text": form.text("text"),
                "ref": form.text("ref") or None,
            },
            kind=InvestigationWritten,
        )
        await writing.write(self._house, writing=_writing(visit), said=said)
        return _back(visit)

    async def search(self, visit: Visit) -> Answer:
        leads = whole_number(visit.form.text("leads_max"), otherwise=USUAL_LEADS)
        said = fit(
            {"reason": visit.form.text("reason"), "leads_max": leads},
            kind=InvestigationSearchAsked,
        )
        run_id = await writing.search(self._house, writing=_writing(visit), said=said)
        return moved(f"/console/{visit.service}/networks/runs/{run_id}")

    async def add(self, visit: Visit) -> Answer:
        await people.add_person(self._house, writing=_writing(visit), said=_person(visit))
        return _back(visit)

    async def remove(self, visit: Visit) -> Answer:
        """The room again; the visitor's list of rooms where they left it themselves."""
        said = _person(visit)
        await people.remove_person(self._house, writing=_writing(visit), said=said)
        if said.person == visit.caller.person:
            return moved(_ALL.format(service=visit.service))
        return _back(visit)

    async def close(self, visit: Visit) -> Answer:
        return await self._end(visit, event=InvestigationEvent.CLOSED)

    async def reopen(self, visit: Visit) -> Answer:
        return await self._end(visit, event=InvestigationEvent.REOPENED)

    async def _end(self, visit: Visit, *, event: InvestigationEvent) -> Answer:
        said = fit({"reason": visit.form.text("reason")}, kind=InvestigationReasoned)
        await writing.end(self._house, writing=_writing(visit), said=said, event=event)
        return _back(visit)

    async def take_out(self, visit: Visit) -> Answer:
        """The pack as a file."""
        form = visit.form
        said = fit(
            {
                "reason": form.text("reason"),
                "contents": form.text("contents") or str(Contents.WHOLE),
            },
            kind=InvestigationTakenOut,
        )
        pack = await take_out(self._house, writing=_writing(visit), said=said)
        name = f'attachment; filename="room-{_room_id(visit)}.pack"'
        headers = (*safety_headers(), (b"content-disposition", name.encode()))
        return Answer(200, pack, PACK, headers)


def _back(visit: Visit) -> Answer:
    return moved(_ONE.format(service=visit.service, room_id=_room_id(visit)))


def _writing(visit: Visit) -> Writing:
    return Writing(caller=visit.caller, room_id=_room_id(visit), key=_key(visit))


def _key(visit: Visit) -> str | None:
    return usable_key(visit.form.text("key") or None)


def _person(visit: Visit) -> InvestigationPersonNamed:
    return fit({"person": visit.form.text("person")}, kind=InvestigationPersonNamed)


def _room_id(visit: Visit) -> UUID:
    room_id = id_in_path(visit, name="room_id")
    if room_id is None:
        raise unknown()
    return room_id
