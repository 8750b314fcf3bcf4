"""What a decision about many would do, before it does, and how far it has come."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import SealBroken, Sealed
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.decisions.bulk.guideline import is_stale
from tutela.decisions.bulk.reading import BulkHead, BulkLine, head_in, line_in
from tutela.decisions.bulk.room import BulkRoom, hold, named, unknown_bulk
from tutela.decisions.bulk.steering import needs_second_person
from tutela.decisions.bulk.uploading import row_of
from tutela.domain.bulk import BulkEvent, BulkState, BulkSubjectState
from tutela.domain.canonical import timestamp
from tutela.domain.states import transition

SAMPLE_MAX: Final = 50
#: How long the questions about all subjects may take together.
PREVIEW_SECONDS: Final = 120.0

_sql = queries.load("tutela.decisions.bulk", file="bulk.sql")

#: Where it is still a question whether it should run.
_BEFORE: Final = frozenset({BulkState.UPLOADING, BulkState.PREVIEWED, BulkState.APPROVED})


class BulkCount(msgspec.Struct, frozen=True):
    """How many subjects have something in common."""

    name: str
    subjects: int


class BulkReason(msgspec.Struct, frozen=True):
    """Why so many subjects were taken out or refused."""

    state: str
    why: str
    subjects: int


class BulkPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What it would do; null is what nobody here can know."""

    would_be_held_back: list[BulkCount]
    decided_before: int
    open_cases: int
    #: Complaints are not kept here yet.
    open_complaints: int | None
    #: Subjects of accounts that the platform never told of; null where it told of none at all.
    not_found: int | None
    by_country: list[BulkCount]
    by_account_age: list[BulkCount]
    sample: list[BulkLine]


class BulkView(msgspec.Struct, frozen=True, kw_only=True):
    """One decision about many: where it stands, and before it runs what it would do."""

    id: str
    batch: str
    state: str
    shared: BulkHead
    #: Whether the guideline that it cites is not the one of today, or was not when it ended.
    guideline_stale: bool
    subjects: int
    counts: dict[str, int]
    reasons: list[BulkReason]
    needs_second_person: bool
    created_by: str
    created_at: str
    previewed_at: str | None
    approved_by: str | None
    approved_at: str | None
    started_by: str | None
    started_at: str | None
    undone_by: str | None
    ended_at: str | None
    rate_per_second: int | None
    preview: BulkPreview | None


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    state: BulkState
    created_by: str
    created_at: datetime
    previewed_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    started_by: str | None
    started_at: datetime | None
    undone_by: str | None
    rate_per_second: int | None
    ended_at: datetime | None
    sealed_key: bytes
    sealed_body: bytes


async def look_at(room: BulkRoom, *, caller: Caller, bulk_id: UUID) -> BulkView:
    """The bulk; whoever looks at one that is being sent has seen it as large as it is.

    Raises UnknownBulk.
    """
    where = named(caller, bulk_id=bulk_id)
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=PREVIEW_SECONDS
    ) as connection:
        row = await _row(connection, where=where)
        counts = await _counts(connection, where=where)
        if row.state is BulkState.UPLOADING and counts:
            held = await hold(connection, caller=caller, bulk_id=bulk_id)
            counts = await _counts(connection, where=where)
            state = transition(held.state, event=BulkEvent.LOOKED_AT)
            said = {"state": str(state), "count": sum(counts.values()), "now": room.clock()}
            await connection.execute(_sql.looked_at, {**where, **said})
            row = await _row(connection, where=where)
        preview = None
        if row.state in _BEFORE:
            preview = await _preview(connection, room=room, where=where)
        reasons = await _reasons(connection, where=where)
    return _view(room, row=row, bulk_id=bulk_id, counts=counts, told=(reasons, preview))


async def _row(connection: Connection, *, where: dict[str, Any]) -> _Row:
    cursor = await connection.execute(_sql.show_bulk, where)
    row = await cursor.fetchone()
    if row is None:
        raise unknown_bulk()
    return _Row(row[0], BulkState(row[1]), *row[2:])


def _view(
    room: BulkRoom,
    *,
    row: _Row,
    bulk_id: UUID,
    counts: dict[str, int],
    told: tuple[list[BulkReason], BulkPreview | None],
) -> BulkView:
    body = room.keys.open(Sealed(row.sealed_key, row.sealed_body), row=bulk_id.bytes)
    shared, day = head_in(body), (row.ended_at or room.clock()).date()
    subjects = sum(counts.values())
    return BulkView(
        id=str(bulk_id),
        batch=row.key,
        state=str(row.state),
        shared=shared,
        guideline_stale=is_stale(room, head=shared, day=day),
        subjects=subjects,
        counts={str(each): counts.get(each, 0) for each in BulkSubjectState},
        reasons=told[0],
        needs_second_person=needs_second_person(subjects, alone_max=room.alone_max),
        created_by=row.created_by,
        created_at=timestamp(row.created_at),
        previewed_at=_told(row.previewed_at),
        approved_by=row.approved_by,
        approved_at=_told(row.approved_at),
        started_by=row.started_by,
        started_at=_told(row.started_at),
        undone_by=row.undone_by,
        ended_at=_told(row.ended_at),
        rate_per_second=row.rate_per_second,
        preview=told[1],
    )


async def _counts(connection: Connection, *, where: dict[str, Any]) -> dict[str, int]:
    cursor = await connection.execute(_sql.count_subjects, where)
    return dict(await cursor.fetchall())


async def _reasons(connection: Connection, *, where: dict[str, Any]) -> list[BulkReason]:
    cursor = await connection.execute(_sql.count_whys, where)
    return [BulkReason(state, why, count) for state, why, count in await cursor.fetchall()]


async def _preview(connection: Connection, *, room: BulkRoom, where: dict[str, Any]) -> BulkPreview:
    cursor = await connection.execute(_sql.overlap, where)
    ((decided_before, open_cases),) = await cursor.fetchall()
    held_back = await connection.execute(_sql.would_be_held_back, {**where, "now": room.clock()})
    ((not_found,),) = await (await connection.execute(_sql.not_found, where)).fetchall()
    countries = await connection.execute(_sql.by_country, where)
    found = [BulkCount(name, count) for name, count in await countries.fetchall()]
    today = {"today": room.clock().date()}
    ages = await connection.execute(_sql.by_account_age, {**where, **today})
    return BulkPreview(
        would_be_held_back=[BulkCount(*row) for row in await held_back.fetchall()],
        decided_before=decided_before,
        open_cases=open_cases,
        open_complaints=None,
        not_found=not_found,
        by_country=found,
        by_account_age=[BulkCount(*row) for row in await ages.fetchall()],
        sample=await _sample(connection, room=room, where=where),
    )


async def _sample(
    connection: Connection, *, room: BulkRoom, where: dict[str, Any]
) -> list[BulkLine]:
    bulk_id: UUID = where["bulk_id"]
    drawn = {"from": bulk_id.bytes[::-1], "most": SAMPLE_MAX}
    cursor = await connection.execute(_sql.sample, {**where, **drawn})
    sample = []
    for key, sealed_key, body in await cursor.fetchall():
        with suppress(SealBroken):
            opened = room.keys.open(Sealed(sealed_key, body), row=row_of(bulk_id, key=bytes(key)))
            sample.append(line_in(opened))
    return sample


def _told(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
