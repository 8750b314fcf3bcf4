"""Another person agrees or does not, and what is listed is taken back: two people each time."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from tutela.access.persons import SamePerson, person_of, refuse_same
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.guard import ASKED, EntryEvent, EntryState
from tutela.domain.states import STATE_TABLES, IllegalTransition, transition
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.guard.governance import due
from tutela.guard.governance.entries import Reason
from tutela.guard.governance.room import (
    ANSWER,
    EMERGENCY,
    Act,
    GovernanceRoom,
    UnknownGuardEntry,
    hold,
    whose,
    write,
)
from tutela.intake.reading import Unfit

_NO_LIMIT: Final = None
#: Not listed yet by the word of two.
_ASKED_IN: Final = frozenset({EntryState.PROPOSED, EntryState.PROVISIONAL})

_sql = queries.load("tutela.guard.governance", file="entries.sql")
_acts_sql = queries.load("tutela.guard.governance", file="acts.sql")


class Agreeing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `approve`; it may be left out."""

    reason: Reason | None = None


class Refusing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `reject`."""

    reason: Reason


class Withdrawing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `withdraw`."""

    reason: Reason
    #: Out at once by one lead's word, for a day unless another agrees.
    emergency: bool = False


class EntriesMoved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an entry, or of the entries of a batch: how many stand where."""

    id: str
    entries: int
    states: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who says something about which entry, or about which entries of one batch."""

    caller: Caller
    id: UUID

    @property
    def person(self) -> str:
        """Who it is; raises NeedsPerson."""
        return person_of(self.caller)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One entry under its lock."""

    id: UUID
    batch_id: UUID
    kind: str
    state: EntryState
    asked_by: str
    proposed_by: str
    approved_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What happens to the entries that it fits, why, and how long it waits for an answer."""

    event: EntryEvent
    person: str
    reason: str
    wait: timedelta | None = None
    #: Whether another has now to answer this person.
    asks: bool = False
    #: Whether this person is the second one behind the listing.
    agrees: bool = False


async def approve(room: GovernanceRoom, *, order: Order, said: Agreeing) -> EntriesMoved:
    """Done as another had asked: listed, or taken back.

    Raises NeedsPerson, Forbidden, SamePerson, UnknownGuardEntry, IllegalTransition.
    """
    refuse_unless(order.caller.role, right=Right.APPROVE_GUARD)
    async with _held(room, order=order) as (connection, entries):
        event = EntryEvent.APPROVED
        fitting = _fitting(entries, order=order, event=event)
        for each in fitting:
            refuse_same(order.person, other=each.asked_by)
        move = Move(event=event, person=order.person, reason=said.reason or "", agrees=True)
        return await _move(connection, room=room, order=order, entries=fitting, move=move)


async def reject(room: GovernanceRoom, *, order: Order, said: Refusing) -> EntriesMoved:
    """Not done as was asked: by another's word, or by the word of whoever had asked.

    Raises as `approve`, and Unfit for a blank reason.
    """
    _refuse_blank(said.reason)
    refuse_unless(order.caller.role, right=Right.PROPOSE_GUARD)
    async with _held(room, order=order) as (connection, entries):
        own = all(_is_own(each, person=order.person) for each in entries)
        event = EntryEvent.TAKEN_BACK if own else EntryEvent.REJECTED
        fitting = _fitting(entries, order=order, event=event)
        if not own:
            refuse_unless(order.caller.role, right=Right.APPROVE_GUARD)
            for each in fitting:
                refuse_same(order.person, other=each.asked_by)
        move = Move(event=event, person=order.person, reason=said.reason)
        return await _move(connection, room=room, order=order, entries=fitting, move=move)


async def would_withdraw(room: GovernanceRoom, *, order: Order, said: Withdrawing) -> EntriesMoved:
    """What `withdraw` would do; nothing of it is done."""
    async with (
        _held(room, order=order) as (connection, entries),
        connection.transaction(force_rollback=True),
    ):
        return await _withdraw(connection, room=room, order=order, entries=entries, said=said)


async def withdraw(room: GovernanceRoom, *, order: Order, said: Withdrawing) -> EntriesMoved:
    """Asked to be taken back, or in an emergency taken out at once; what nobody agreed to is gone.

    Raises as `reject`; SamePerson also where this person took it out before and nobody agreed.
    """
    async with _held(room, order=order) as (connection, entries):
        return await _withdraw(connection, room=room, order=order, entries=entries, said=said)


async def _withdraw(
    connection: Connection,
    *,
    room: GovernanceRoom,
    order: Order,
    entries: Sequence[Standing],
    said: Withdrawing,
) -> EntriesMoved:
    _refuse_blank(said.reason)
    refuse_unless(order.caller.role, right=Right.PROPOSE_GUARD)
    move = _withdrawal(entries, order=order, said=said)
    fitting = _fitting(entries, order=order, event=move.event)
    if move.event is EntryEvent.SUSPENDED:
        refuse_unless(order.caller.role, right=Right.APPROVE_GUARD)
        await _refuse_again(connection, order=order, entries=fitting)
    return await _move(connection, room=room, order=order, entries=fitting, move=move)


def _withdrawal(entries: Sequence[Standing], *, order: Order, said: Withdrawing) -> Move:
    if all(each.state in _ASKED_IN and _is_own(each, person=order.person) for each in entries):
        return Move(event=EntryEvent.TAKEN_BACK, person=order.person, reason=said.reason)
    event = EntryEvent.SUSPENDED if said.emergency else EntryEvent.WITHDRAWAL_PROPOSED
    wait = EMERGENCY if said.emergency else ANSWER
    return Move(event=event, person=order.person, reason=said.reason, wait=wait, asks=True)


async def ask_withdrawal(
    connection: Connection, *, room: GovernanceRoom, order: Order, reason: str
) -> int:
    """How many entries are asked to be taken back, in a transaction that holds the list.

    For whoever grants an objection; entries of which that was asked before stay as they are.
    """
    entries = [
        each
        for each in await standings(connection, listed=whose(order.caller), entry_id=order.id)
        if each.state is EntryState.LIVE
    ]
    if entries:
        move = Move(
            event=EntryEvent.WITHDRAWAL_PROPOSED,
            person=order.person,
            reason=reason,
            wait=ANSWER,
            asks=True,
        )
        await _move(connection, room=room, order=order, entries=entries, move=move)
    return len(entries)


async def standings(connection: Connection, *, listed: Whose, entry_id: UUID) -> list[Standing]:
    """The entry, or the entries of the batch, locked; raises UnknownGuardEntry."""
    cursor = await connection.execute(_sql.lock_entries, {**listed.columns, "id": entry_id})
    found = [
        Standing(
            id=row[0],
            batch_id=row[1],
            kind=row[2],
            state=EntryState(row[3]),
            asked_by=row[4],
            proposed_by=row[5],
            approved_by=row[6],
        )
        for row in await cursor.fetchall()
    ]
    if not found:
        raise UnknownGuardEntry("The guard of this service lists no such entry that you may see.")
    return found


@asynccontextmanager
async def _held(
    room: GovernanceRoom, *, order: Order
) -> AsyncIterator[tuple[Connection, list[Standing]]]:
    listed, now = whose(order.caller), room.clock()
    person_of(order.caller)
    async with tenant_transaction(
        room.pool, tenant=listed.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        await hold(connection, listed=listed)
        await due.settle(connection, room=room, listed=listed, now=now)
        yield connection, await standings(connection, listed=listed, entry_id=order.id)


def _fitting(entries: Sequence[Standing], *, order: Order, event: EntryEvent) -> Sequence[Standing]:
    """The entries to which it can happen; of a batch those that can't stay out.

    Raises IllegalTransition where there is none, or where they stand differently.
    """
    moves = STATE_TABLES[EntryState].moves
    fitting = [each for each in entries if (each.state, event) in moves]
    if not fitting or entries[0].id == order.id:
        transition(entries[0].state, event=event)
    if len({each.state in _ASKED_IN for each in fitting}) > 1:
        raise IllegalTransition("The entries of this batch stand differently; name one by one.")
    return fitting


def _is_own(entry: Standing, *, person: str) -> bool:
    return entry.state in ASKED and entry.asked_by.casefold() == person.casefold()


async def _refuse_again(
    connection: Connection, *, order: Order, entries: Sequence[Standing]
) -> None:
    wanted = {
        **whose(order.caller).columns,
        "ids": [each.id for each in entries],
        "event": str(EntryEvent.SUSPENDED),
        "person": order.person,
    }
    cursor = await connection.execute(_acts_sql.did_before, wanted)
    if await cursor.fetchone() is not None:
        raise SamePerson("You took it out before, and nobody agreed; another lead must do it.")


async def _move(
    connection: Connection,
    *,
    room: GovernanceRoom,
    order: Order,
    entries: Sequence[Standing],
    move: Move,
) -> EntriesMoved:
    listed, now = whose(order.caller), room.clock()
    after = [transition(each.state, event=move.event) for each in entries]
    lists = all(state is EntryState.LIVE for state in after)
    row = {
        **listed.columns,
        "ids": [each.id for each in entries],
        "states": [str(state) for state in after],
        "asked_by": move.person if move.asks else None,
        "approved_by": move.person if move.agrees and lists else None,
        "answer_by": _until(move, now=now),
        "now": now,
    }
    await connection.execute(_sql.move_entries, row)
    counted = dict(sorted(Counter(map(str, after)).items()))
    act = Act(
        event=str(move.event),
        at=now,
        person=move.person,
        subjects=[each.id for each in entries],
        projection={"about": str(order.id), "entries": len(entries), "states": counted},
        reason=move.reason,
    )
    await write(connection, room=room, listed=listed, act=act)
    return EntriesMoved(id=str(order.id), entries=len(entries), states=counted)


def _until(move: Move, *, now: datetime) -> datetime | None:
    return None if move.wait is None else now + move.wait


def _refuse_blank(reason: str) -> None:
    if is_blank(reason):
        raise Unfit("A reason is needed.", errors=[FieldError("/reason", "blank")])
