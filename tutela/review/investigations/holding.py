"""A room is held by one of its people, unless it names whom they are too near to."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.persons import person_of
from tutela.access.sight import conflict_of_interest, kept_from, sight
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.cases.identity import subject_key
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.investigations import EntryKind, InvestigationState
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import SubjectKind
from tutela.review.investigations.standing import (
    Entry,
    Held,
    Investigating,
    RoomKey,
    opened,
    room_key,
    unknown,
)

#: Entries whose reference may name an account, a subject, or what was said or decided about one.
NAMING: Final = (EntryKind.SEED, EntryKind.ACCOUNT, EntryKind.EVIDENCE)

#: The id of a case, notice, decision or lead, as it is or in an address.
_ROW_ID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_sql = queries.load("tutela.review.investigations", file="investigations.sql")


async def hold(
    connection: Connection, *, house: Investigating, caller: Caller, room_id: UUID
) -> Held:
    """The room for one of its people, locked until the transaction ends.

    Raises NeedsPerson, UnknownInvestigation, also where it names whom they are too near to.
    """
    whose, person = Whose.of(caller), person_of(caller)
    named = {**whose.columns, "id": room_id, "person": person}
    row = await (await connection.execute(_sql.hold_investigation, named)).fetchone()
    if row is None:
        raise unknown()
    state, entries, sealed_key, sealed_body = row
    key = room_key(house, room_id=room_id, sealed=Sealed(sealed_key, sealed_body))
    if await near_rooms(connection, house=house, caller=caller, rooms={room_id: key}):
        raise unknown()
    return Held(
        id=room_id,
        whose=whose,
        person=person,
        state=InvestigationState(state),
        entries=entries,
        key=key,
    )


async def near_rooms(
    connection: Connection,
    *,
    house: Investigating,
    caller: Caller,
    rooms: Mapping[UUID, RoomKey],
) -> frozenset[UUID]:
    """Those of the rooms that name an account or a subject that the caller is too near to.

    What a room names lies under its key alone, so it is opened here and asked about nowhere else.
    """
    near = await kept_from(connection, caller=caller)
    if not near:
        return frozenset()
    kinds = [str(each) for each in NAMING]
    named = {**Whose.of(caller).columns, "ids": list(rooms), "kinds": kinds}
    rows = await (await connection.execute(_sql.naming_entries, named)).fetchall()
    said = [
        (room_id, _ref(bytes(sealed), row=entry_id, key=rooms[room_id]))
        for room_id, entry_id, sealed in rows
    ]
    asking = _Near(caller=caller, digest=house.keys.subject_digest, keys=near)
    found = await asking.among(connection, refs=frozenset(ref for _, ref in said))
    return frozenset(room_id for room_id, ref in said if ref in found)


async def refuse_near(
    connection: Connection, *, house: Investigating, caller: Caller, said: Entry
) -> None:
    """`ConflictOfInterest` where the entry names whom its author is too near to."""
    near = await kept_from(connection, caller=caller)
    if not near or said.kind not in NAMING:
        return
    asking = _Near(caller=caller, digest=house.keys.subject_digest, keys=near)
    if await asking.among(connection, refs=frozenset({str(said.said["ref"])})):
        raise conflict_of_interest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    """Whom a caller is too near to, and how digests are made of what is said in plain words."""

    caller: Caller
    digest: Callable[[bytes], bytes]
    keys: frozenset[bytes]

    async def among(self, connection: Connection, *, refs: frozenset[str]) -> frozenset[str]:
        """Those references that name one of them, or a case, notice, decision or lead of one."""
        row_ids = {each: frozenset(map(UUID, _ROW_ID.findall(each))) for each in refs}
        named = {
            **sight(self.caller),
            "ids": [row_id for each in row_ids.values() for row_id in each],
        }
        rows = await (await connection.execute(_sql.near_references, named)).fetchall()
        found = {row_id for (row_id,) in rows}
        return frozenset(
            ref for ref, ids in row_ids.items() if ids & found or self.keys & self._keys(ref)
        )

    def _keys(self, ref: str) -> set[bytes]:
        """What the reference could be the id or the address of, as digests."""
        tenant, service = self.caller.tenant, self.caller.service
        subjects = (
            named
            for kind in SubjectKind
            for named in (Subject(kind=kind, id=ref), Subject(kind=kind, url=ref))
        )
        return {
            subject_key(each, tenant=tenant, service=service, digest=self.digest)
            for each in subjects
        }


def _ref(sealed: bytes, *, row: UUID, key: RoomKey) -> str:
    _, body = opened(sealed, row=row, key=key)
    return str(msgspec.json.decode(body)["ref"])
