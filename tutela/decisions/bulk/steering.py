"""A decision about many is agreed to, started, stopped and taken back: by people, by the table."""

from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.persons import SamePerson, refuse_same
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.decisions.bulk.guideline import refuse_stale
from tutela.decisions.bulk.reading import head_in
from tutela.decisions.bulk.room import BulkRoom, Held, hold, named, refuse_near
from tutela.decisions.undoing import check_reason
from tutela.domain.bulk import BulkEvent, BulkState
from tutela.domain.states import transition
from tutela.errors import TutelaError
from tutela.review.queue import holder

REASON_MAX_CODE_POINTS: Final = 2_000
RATE_MAX: Final = 1_000_000

_sql = queries.load("tutela.decisions.bulk", file="bulk.sql")


class NeedsSecondPerson(TutelaError):
    """So many subjects are decided about by two people, and a second one has not agreed."""

    code = "needs_second_person"
    title = "A second person must agree first"
    status = 409


Rate = Annotated[int, msgspec.Meta(ge=1, le=RATE_MAX)]


class BulkStart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `run`; without a rate it goes as fast as it can."""

    rate_per_second: Rate | None = None


class BulkRecall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `undo`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX_CODE_POINTS)]
    rate_per_second: Rate | None = None


class BulkMoved(msgspec.Struct, frozen=True, kw_only=True):
    """Where a decision about many stands after a call."""

    id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who says something about which decision about many."""

    caller: Caller
    bulk_id: UUID


async def approve(room: BulkRoom, *, order: Order) -> BulkMoved:
    """Agreed to by the caller.

    Raises UnknownBulk, IllegalTransition, SamePerson, ConflictOfInterest.
    """
    async with tenant_transaction(room.pool, tenant=order.caller.tenant) as connection:
        held = await hold(connection, caller=order.caller, bulk_id=order.bulk_id)
        state = transition(held.state, event=BulkEvent.APPROVED)
        await refuse_near(connection, caller=order.caller, bulk_id=order.bulk_id)
        if held.created_by == holder(order.caller):
            raise SamePerson("Whoever sent the subjects can't agree to them alone.")
        if order.caller.person is not None:
            refuse_same(order.caller.person, other=held.created_by_person)
        await connection.execute(_sql.approve, _written(room, order=order, state=state))
    return BulkMoved(id=str(order.bulk_id), state=str(state))


async def start(room: BulkRoom, *, order: Order, said: BulkStart) -> BulkMoved:
    """Running, or running again.

    Raises UnknownBulk, IllegalTransition, NeedsSecondPerson, ConflictOfInterest, and before its
    first subject Unfit for a guideline that is not in force any more.
    """
    async with tenant_transaction(room.pool, tenant=order.caller.tenant) as connection:
        held = await hold(connection, caller=order.caller, bulk_id=order.bulk_id)
        state = transition(held.state, event=BulkEvent.STARTED)
        await refuse_near(connection, caller=order.caller, bulk_id=order.bulk_id)
        _refuse_alone(held, alone_max=room.alone_max)
        if held.state is not BulkState.PAUSED:
            await _refuse_stale(connection, room=room, order=order, held=held)
        written = _written(room, order=order, state=state)
        rate = {"rate_per_second": said.rate_per_second}
        await connection.execute(_sql.start, {**written, **rate})
    return BulkMoved(id=str(order.bulk_id), state=str(state))


async def stop(room: BulkRoom, *, order: Order) -> BulkMoved:
    """Paused between two subjects. Raises UnknownBulk, IllegalTransition."""
    async with tenant_transaction(room.pool, tenant=order.caller.tenant) as connection:
        held = await hold(connection, caller=order.caller, bulk_id=order.bulk_id)
        state = transition(held.state, event=BulkEvent.STOPPED)
        written = _written(room, order=order, state=state)
        await connection.execute(_sql.move, {**written, "ended_at": None})
    return BulkMoved(id=str(order.bulk_id), state=str(state))


async def recall(room: BulkRoom, *, order: Order, said: BulkRecall) -> BulkMoved:
    """On the way back, with all that it decided.

    Raises UnknownBulk, IllegalTransition, Unfit, ConflictOfInterest.
    """
    check_reason(said.reason)
    async with tenant_transaction(room.pool, tenant=order.caller.tenant) as connection:
        held = await hold(connection, caller=order.caller, bulk_id=order.bulk_id)
        state = transition(held.state, event=BulkEvent.RECALLED)
        await refuse_near(connection, caller=order.caller, bulk_id=order.bulk_id)
        written = _written(room, order=order, state=state)
        sealed = room.keys.seal(said.reason.encode(), row=order.bulk_id.bytes)
        why = {
            "undo_key": sealed.key,
            "undo_body": sealed.body,
            "rate_per_second": said.rate_per_second,
        }
        await connection.execute(_sql.recall, {**written, **why})
    return BulkMoved(id=str(order.bulk_id), state=str(state))


def needs_second_person(subjects: int, *, alone_max: int) -> bool:
    """Whether so many are too many for one person."""
    return subjects > alone_max


def _refuse_alone(held: Held, *, alone_max: int) -> None:
    subjects = held.previewed_count or 0
    if held.approved_by is None and needs_second_person(subjects, alone_max=alone_max):
        raise NeedsSecondPerson(
            f"Up to {alone_max} subjects one person decides; these are {subjects}."
        )


async def _refuse_stale(
    connection: Connection, *, room: BulkRoom, order: Order, held: Held
) -> None:
    where = {**named(order.caller, bulk_id=order.bulk_id), "key": held.key}
    ((*_, sealed_key, sealed_body),) = await (
        await connection.execute(_sql.bulk_of_key, where)
    ).fetchall()
    body = room.keys.open(Sealed(sealed_key, sealed_body), row=order.bulk_id.bytes)
    refuse_stale(room, caller=order.caller, head=head_in(body))


def _written(room: BulkRoom, *, order: Order, state: BulkState) -> dict[str, object]:
    return {
        **named(order.caller, bulk_id=order.bulk_id),
        "state": str(state),
        "by": holder(order.caller),
        "now": room.clock(),
    }
