"""Rooms and their time lines as their people see them; who looked is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.review.investigations.holding import hold, near_rooms
from tutela.review.investigations.standing import (
    Held,
    Investigating,
    RoomKey,
    opened,
    room_key,
    unknown,
)
from tutela.review.investigations.views import (
    Investigation,
    InvestigationEntry,
    InvestigationLook,
    InvestigationPerson,
    Investigations,
)

_sql = queries.load("tutela.review.investigations", file="investigations.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsPage:
    """At most `limit` rooms `after` one, in a state or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = None


async def list_rooms(house: Investigating, *, caller: Caller, page: RoomsPage) -> Investigations:
    """A page of the rooms that the caller is of the people of: a program of none.

    Those that name whom they are too near to are left out, so that a page can be shorter.
    """
    refuse_unless(caller.role, right=Right.SEE_ROOMS)
    async with tenant_transaction(house.pool, tenant=caller.tenant) as connection:
        found = await _rows(connection, caller=caller, page=page)
        rows = found[: page.limit]
        keys = {row[0]: _key(row, house=house) for row in rows}
        near = await near_rooms(connection, house=house, caller=caller, rooms=keys)
    shown = [_room(row, house=house) for row in rows if row[0] not in near]
    return Investigations(rooms=shown, next=str(rows[-1][0]) if len(found) > len(rows) else None)


async def show_room(house: Investigating, *, caller: Caller, room_id: UUID) -> Investigation:
    """The room with its time line, people and looks.

    Raises NeedsPerson, Forbidden, UnknownInvestigation.
    """
    refuse_unless(caller.role, right=Right.SEE_ROOMS)
    async with tenant_transaction(house.pool, tenant=caller.tenant) as connection:
        held = await hold(connection, house=house, caller=caller, room_id=room_id)
        rows = await _rows(connection, caller=caller, page=RoomsPage(limit=1), room_id=room_id)
        if not rows:
            raise unknown()
        look = {**held.columns, "now": house.clock(), "entries": held.entries}
        await connection.execute(_sql.keep_look, look)
        people = await (await connection.execute(_sql.people_of, held.columns)).fetchall()
        looks = await (await connection.execute(_sql.looks_of, held.columns)).fetchall()
        entries = await read_entries(connection, held=held)
    return msgspec.structs.replace(
        _room(rows[0], house=house),
        entries=entries,
        people=[
            InvestigationPerson(name=name, role=role, since=timestamp(since))
            for name, since, role in people
        ],
        looks=[
            InvestigationLook(by=by, last_at=timestamp(at), times=times) for by, at, times in looks
        ],
    )


async def read_entries(connection: Connection, *, held: Held) -> list[InvestigationEntry]:
    """The time line, the oldest first."""
    rows = await (await connection.execute(_sql.entries_of, held.columns)).fetchall()
    return [_entry(row, held=held) for row in rows]


def _entry(row: Sequence[Any], *, held: Held) -> InvestigationEntry:
    number, entry_id, kind, person, at, sealed, _, leaf_hash, leaf_index = row
    _, body = opened(bytes(sealed), row=entry_id, key=held.key)
    said = msgspec.json.decode(body)
    return InvestigationEntry(
        number=number,
        kind=kind,
        at=timestamp(at),
        by=person,
        ref=said.get("ref"),
        text=said.get("text", ""),
        leaf_hash=bytes(leaf_hash).hex(),
        in_ledger=leaf_index is not None,
    )


async def _rows(
    connection: Connection, *, caller: Caller, page: RoomsPage, room_id: UUID | None = None
) -> list[tuple[Any, ...]]:
    wanted = {
        **Whose.of(caller).columns,
        "person": caller.person,
        "limit": page.limit + 1,
        "after": page.after,
        "state": page.state,
        "id": room_id,
    }
    return await (await connection.execute(_sql.show_investigations, wanted)).fetchall()


def _room(row: Sequence[Any], *, house: Investigating) -> Investigation:
    room_id, state, opened_by, opened_at, closed_at, entries, _, _, title = row
    return Investigation(
        id=str(room_id),
        title=_key(row, house=house).open(bytes(title), row=room_id).decode(),
        state=state,
        opened_by=opened_by,
        opened_at=timestamp(opened_at),
        closed_at=_told(closed_at),
        size=entries,
    )


def _key(row: Sequence[Any], *, house: Investigating) -> RoomKey:
    room_id, *_, sealed_key, sealed_body, _ = row
    return room_key(house, room_id=room_id, sealed=Sealed(sealed_key, sealed_body))


def _told(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
