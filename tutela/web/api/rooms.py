"""`/v1/rooms`: investigation rooms for their people, and nobody else."""

from typing import Final
from uuid import UUID

from tutela.domain.investigations import InvestigationEvent, InvestigationState
from tutela.intake.door import usable_key
from tutela.intake.reading import read_struct
from tutela.networks.stored import showing as networks
from tutela.review.investigations import people, writing
from tutela.review.investigations.asked import (
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
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none
from tutela.web.room_operations import PACK

STATES: Final = tuple(str(state) for state in InvestigationState)


def open_one(house: Investigating) -> Handler:
    """201 with the room; 200 with the same one where it was opened by its key."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=InvestigationOpened)
        key = usable_key(idempotency_key(asked))
        room_id, is_new = await writing.open_room(house, caller=asked.caller, said=said, key=key)
        shown = await show_room(house, caller=asked.caller, room_id=room_id)
        return answer(shown, status=201 if is_new else 200)

    return handle


def show_rooms(house: Investigating) -> Handler:
    """200 with a page of the caller's rooms, the newest first."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=STATES)
        wanted = RoomsPage(limit=page.limit, after=page.after, state=page.state)
        return answer(await list_rooms(house, caller=asked.caller, page=wanted))

    return handle


def show_one(house: Investigating) -> Handler:
    """200 with one room."""

    async def handle(asked: Asked) -> Answer:
        return answer(await show_room(house, caller=asked.caller, room_id=_room_id(asked)))

    return handle


def write_in(house: Investigating) -> Handler:
    """201 with the room, whose last entry is the new one."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=InvestigationWritten)
        await writing.write(house, writing=_writing(asked), said=said)
        return await _shown(house, asked=asked, status=201)

    return handle


def search_from(house: Investigating) -> Handler:
    """201 with the search, which waits for a worker."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=InvestigationSearchAsked)
        run_id = await writing.search(house, writing=_writing(asked), said=said)
        shown = await networks.show_run(house.networks, caller=asked.caller, run_id=run_id)
        return answer(shown, status=201)

    return handle


def add_person(house: Investigating) -> Handler:
    """200 with the room."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=InvestigationPersonNamed)
        await people.add_person(house, writing=_writing(asked), said=said)
        return await _shown(house, asked=asked)

    return handle


def remove_person(house: Investigating) -> Handler:
    """204: whoever left can't be shown the room."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=InvestigationPersonNamed)
        await people.remove_person(house, writing=_writing(asked), said=said)
        return Answer(204, b"")

    return handle


def end(house: Investigating, *, event: InvestigationEvent) -> Handler:
    """200 with the room, closed or open again."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=InvestigationReasoned)
        await writing.end(house, writing=_writing(asked), said=said, event=event)
        return await _shown(house, asked=asked)

    return handle


def take_one_out(house: Investigating) -> Handler:
    """200 with the signed pack, which `tutela-verify` confirms."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=InvestigationTakenOut)
        pack = await take_out(house, writing=_writing(asked), said=said)
        return Answer(200, pack, PACK)

    return handle


async def _shown(house: Investigating, *, asked: Asked, status: int = 200) -> Answer:
    shown = await show_room(house, caller=asked.caller, room_id=_room_id(asked))
    return answer(shown, status=status)


def _writing(asked: Asked) -> Writing:
    key = usable_key(idempotency_key(asked))
    return Writing(caller=asked.caller, room_id=_room_id(asked), key=key)


def _room_id(asked: Asked) -> UUID:
    room_id = uuid_or_none(asked.path["room_id"])
    if room_id is None:
        raise unknown()
    return room_id
