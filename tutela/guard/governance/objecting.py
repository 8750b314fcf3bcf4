"""Objections against over-blocking: taken from anybody, decided by who had no part in the block."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.persons import person_of, refuse_same
from tutela.access.roles import Right, has, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, every_tenant_transaction, tenant_transaction
from tutela.detection.terms.term import TERM_MAX
from tutela.domain.canonical import timestamp
from tutela.domain.guard import ObjectionEvent, ObjectionState
from tutela.domain.states import transition
from tutela.domain.text import is_blank
from tutela.errors import FieldError, TutelaError
from tutela.guard.asking import ItemKind, Surface
from tutela.guard.governance import due, judging
from tutela.guard.governance.entries import Reason
from tutela.guard.governance.hitting import hitters
from tutela.guard.governance.judging import Order
from tutela.guard.governance.listing import in_force_or_suspended
from tutela.guard.governance.room import Act, GovernanceRoom, hold, whose, write
from tutela.guard.governance.showing import GuardChange, changes, mask
from tutela.intake.reading import Unfit

#: How long what was said is kept: DSA Art. 20(1) gives complaints six months.
KEPT: Final = timedelta(days=183)
WORDS_MAX: Final = 2_000
_NO_LIMIT: Final = None

_sql = queries.load("tutela.guard.governance", file="objections.sql")


class UnknownObjection(TutelaError):
    """There is no such objection, or the caller may not know of it."""

    code = "unknown_objection"
    title = "No such objection"
    status = 404


class NothingBlocks(TutelaError):
    """Nothing that is listed blocks what was objected to, so there is nothing to take back."""

    code = "nothing_blocks"
    title = "Nothing that is listed blocks it"
    status = 409


class ObjectedTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/objections`."""

    surface: Surface
    kind: ItemKind
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=TERM_MAX)]
    #: Why it should not be blocked, in the words of whoever says so.
    text: Annotated[str, msgspec.Meta(max_length=WORDS_MAX)] | None = None


class ObjectionTaken(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `POST /v1/guard/objections`: the same whether or not anything blocks it."""

    taken: bool = True


class Finding(StrEnum):
    """How an objection is decided."""

    #: It was right: what blocked is asked to be taken back.
    GRANTED = "granted"
    #: What blocked stays as it is.
    UPHELD = "upheld"


class ObjectionDecided(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/objections/{id}/decide`."""

    finding: Finding
    reason: Reason


class ObjectionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One objection; what was said is shown to whoever may decide it, and masked to all others."""

    id: str
    state: str
    surface: str
    kind: str
    #: Null once it is nobody's business any more.
    value: str | None
    masked: bool
    #: How often the same thing was objected to.
    times: int
    created_at: str
    text: str | None = None
    #: Of one objection: the entries that have their effect on it now.
    entries: list[str] | None = None
    decided_by: str | None = None
    decided_at: str | None = None
    history: list[GuardChange] | None = None


class ObjectionPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of objections, the oldest first; `next` is what the next one comes after."""

    objections: list[ObjectionView]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionsWanted:
    """At most `limit` objections `after` an id, in a `state` or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = None


async def object_to(room: GovernanceRoom, *, caller: Caller, said: ObjectedTo) -> ObjectionTaken:
    """Taken, whatever the guard lists; the same thing once more is counted. Raises Unfit."""
    if is_blank(said.value):
        raise Unfit("There is nothing to object to.", errors=[FieldError("/value", "blank")])
    now, listed = room.clock(), whose(caller)
    (objection_id,) = room.new_ids(1, at=now)
    sealed = room.keys.seal(msgspec.json.encode([said.value, said.text]), row=objection_id.bytes)
    row = {
        **listed.columns,
        "id": objection_id,
        "state": str(ObjectionState.OPEN),
        "surface": str(said.surface),
        "kind": str(said.kind),
        "value_key": room.value_key("objection", str(said.kind), said.value.strip()),
        "now": now,
        "sealed_key": sealed.key,
        "sealed_body": sealed.body,
        "expires_at": now + KEPT,
    }
    act = Act(
        event="objected",
        at=now,
        person=None,
        subjects=[objection_id],
        projection={"surface": str(said.surface), "kind": str(said.kind)},
        moves=False,
    )
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.add_objection, row)
        if await cursor.fetchone() == (objection_id,):
            await write(connection, room=room, listed=listed, act=act)
    return ObjectionTaken()


async def list_objections(
    room: GovernanceRoom, *, caller: Caller, wanted: ObjectionsWanted
) -> ObjectionPage:
    """A page of the objections of the caller's service, masked."""
    asked = {**whose(caller).columns, "state": wanted.state, "limit": wanted.limit + 1}
    asked["after"] = wanted.after
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.page, asked)).fetchall()
    shown = [_view(row, room=room, masked=True) for row in rows[: wanted.limit]]
    return ObjectionPage(objections=shown, next=shown[-1].id if len(rows) > wanted.limit else None)


async def show_objection(
    room: GovernanceRoom, *, caller: Caller, objection_id: UUID
) -> ObjectionView:
    """One objection, what has its effect on it now, and its history; raises UnknownObjection."""
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        row = await _row(connection, caller=caller, objection_id=objection_id)
        ids = await _hitters(connection, room=room, caller=caller, row=row)
        history = await changes(connection, room=room, caller=caller, subject=objection_id)
    may_decide = has(caller.role, right=Right.APPROVE_GUARD) and caller.person is not None
    shown = _view(row, room=room, masked=not may_decide)
    return msgspec.structs.replace(shown, entries=[str(each) for each in ids], history=history)


async def decide(room: GovernanceRoom, *, order: Order, said: ObjectionDecided) -> ObjectionView:
    """The objection as it is decided; granted, what blocks is asked to be taken back.

    Raises NeedsPerson, Forbidden, UnknownObjection, IllegalTransition, NothingBlocks, Unfit, and
    SamePerson where the caller proposed or approved one of the entries.
    """
    caller, person, now = order.caller, person_of(order.caller), room.clock()
    refuse_unless(caller.role, right=Right.APPROVE_GUARD)
    if is_blank(said.reason):
        raise Unfit("A reason is needed.", errors=[FieldError("/reason", "blank")])
    listed = whose(caller)
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        await hold(connection, listed=listed)
        await due.settle(connection, room=room, listed=listed, now=now)
        row = await _row(connection, caller=caller, objection_id=order.id)
        event = ObjectionEvent(str(said.finding))
        state = transition(ObjectionState(row[1]), event=event)
        ids = await _hitters(connection, room=room, caller=caller, row=row)
        await _refuse_involved(connection, order=order, ids=ids)
        leaving = await _grant(connection, room=room, order=order, said=said, ids=ids)
        decided = {**listed.columns, "id": order.id, "state": str(state)}
        await connection.execute(_sql.decide, {**decided, "person": person, "now": now})
        act = Act(
            event=f"objection_{said.finding}",
            at=now,
            person=person,
            subjects=[order.id],
            projection={"entries": len(ids), "asked_to_leave": leaving},
            reason=said.reason,
        )
        await write(connection, room=room, listed=listed, act=act)
    return await show_objection(room, caller=caller, objection_id=order.id)


async def _grant(
    connection: Connection,
    *,
    room: GovernanceRoom,
    order: Order,
    said: ObjectionDecided,
    ids: Sequence[UUID],
) -> int:
    if said.finding is not Finding.GRANTED:
        return 0
    if not ids:
        raise NothingBlocks("No entry in force has its effect on it; it may be decided as upheld.")
    asked = 0
    for entry_id in ids:
        leaving = Order(caller=order.caller, id=entry_id)
        asked += await judging.ask_withdrawal(
            connection, room=room, order=leaving, reason=said.reason
        )
    return asked


async def _refuse_involved(connection: Connection, *, order: Order, ids: Sequence[UUID]) -> None:
    for entry_id in ids:
        standing, *_ = await judging.standings(
            connection, listed=whose(order.caller), entry_id=entry_id
        )
        for involved in (standing.proposed_by, standing.approved_by):
            refuse_same(order.person, other=involved)


async def _hitters(
    connection: Connection, *, room: GovernanceRoom, caller: Caller, row: tuple[Any, ...]
) -> list[UUID]:
    said = _said(row, room=room)
    if said is None:
        return []
    listed = whose(caller)
    entries = await in_force_or_suspended(
        connection, keys=room.keys, listed=listed, now=room.clock()
    )
    surface, kind = Surface(row[2]), ItemKind(row[3])
    return await asyncio.to_thread(hitters, entries, kind=kind, value=said[0], surface=surface)


async def _row(connection: Connection, *, caller: Caller, objection_id: UUID) -> tuple[Any, ...]:
    wanted = {**whose(caller).columns, "id": objection_id}
    row: tuple[Any, ...] | None = await (await connection.execute(_sql.one, wanted)).fetchone()
    if row is None:
        raise UnknownObjection("There is no such objection on this service that you may see.")
    return row


def _said(row: tuple[Any, ...], *, room: GovernanceRoom) -> tuple[str, str | None] | None:
    if row[9] is None or row[10] is None:
        return None
    opened = room.keys.open(Sealed(row[9], row[10]), row=row[0].bytes)
    return msgspec.json.decode(opened, type=tuple[str, str | None])


def _view(row: tuple[Any, ...], *, room: GovernanceRoom, masked: bool) -> ObjectionView:
    objection_id, state, surface, kind, times, created_at, _, decided_by, decided_at = row[:9]
    value, text = _said(row, room=room) or (None, None)
    if masked and value is not None:
        value, text = mask(value), None
    return ObjectionView(
        id=str(objection_id),
        state=state,
        surface=surface,
        kind=kind,
        value=value,
        masked=masked,
        times=times,
        created_at=timestamp(created_at),
        text=text,
        decided_by=decided_by,
        decided_at=_told(decided_at),
    )


def _told(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)


async def forget(room: GovernanceRoom) -> None:
    """What was said in objections is gone once it is nobody's business any more."""
    async with every_tenant_transaction(room.pool) as connection:
        await connection.execute(_sql.forget, {"now": room.clock()})
