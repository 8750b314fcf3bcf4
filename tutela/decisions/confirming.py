"""What the platform says it did: measures carried out or not, statements that arrived."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.decisions.preparation import Mint
from tutela.decisions.rows import columns
from tutela.domain import canonical
from tutela.domain.events import Event
from tutela.domain.notice import Identifier
from tutela.domain.states import MeasureEvent, MeasureState, transition
from tutela.errors import FieldError, TutelaError
from tutela.intake.channels.events import EventKind, Verdicts
from tutela.intake.reading import Unfit
from tutela.ledger import leaf
from tutela.ledger.leaf import Fact, Leaf

_sql = queries.load("tutela.decisions", file="measures.sql")
_ledger_sql = queries.load("tutela.ledger")


class Effect(StrEnum):
    """What became of a measure on the platform."""

    #: It is in force.
    APPLIED = "applied"
    #: It is not in force any more.
    UNDONE = "undone"
    #: The platform could not do as it was told.
    NOT_APPLIED = "not_applied"


class MeasureConfirmed(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The platform says what became of a measure.

    `revision` is that of the message it followed; what it says of an older one changes nothing.
    """

    measure_id: Identifier
    effect: Effect
    revision: Annotated[int, msgspec.Meta(ge=1)] | None = None


class StatementDelivered(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The recipient has the statement of reasons since `at`: the complaint window starts there."""

    statement_id: Identifier


class UnknownMeasure(TutelaError):
    """There is no such measure on the service."""

    code = "unknown_measure"
    title = "No such measure"
    status = 404


class NoSuchStatement(TutelaError):
    """There is no such statement on the service."""

    code = "no_such_statement"
    title = "No such statement"
    status = 404


_EVENTS: Final = {
    Effect.APPLIED: MeasureEvent.APPLIED,
    Effect.UNDONE: MeasureEvent.UNDONE,
    Effect.NOT_APPLIED: MeasureEvent.NOT_APPLIED,
}
_SETTLED: Final = frozenset({MeasureState.CONFIRMED, MeasureState.LIFTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What the handlers stand on."""

    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    confirm_seconds: float

    @property
    def mint(self) -> Mint:
        """The instant of this hearing, and chance."""
        return Mint(at=self.clock(), chance=self.chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    id: UUID
    decision_id: UUID
    state: MeasureState
    revision: int
    told_at: datetime | None
    #: The highest that a message about its subject can have: a reconciliation names all measures.
    subject_revision: int


def kinds(hearing: Hearing) -> dict[str, EventKind]:
    """The types of events that are about decisions, with what takes them."""

    async def measures(
        connection: Connection, *, caller: Caller, events: Sequence[MeasureConfirmed]
    ) -> Verdicts:
        return await _confirm(connection, caller=caller, events=events, hearing=hearing)

    async def statements(
        connection: Connection, *, caller: Caller, events: Sequence[StatementDelivered]
    ) -> Verdicts:
        return await _deliver(connection, caller=caller, events=events, mint=hearing.mint)

    return {
        "measure_confirmed": EventKind(struct=MeasureConfirmed, handle=measures),
        "statement_delivered": EventKind(struct=StatementDelivered, handle=statements),
    }


async def _confirm(
    connection: Connection,
    *,
    caller: Caller,
    events: Sequence[MeasureConfirmed],
    hearing: Hearing,
) -> Verdicts:
    ids = {_uuid(each.measure_id) for each in events} - {None}
    named = {**_whose(caller), "ids": list(ids)}
    cursor = await connection.execute(_sql.lock_measures, named)
    before = {row[0]: _stand(row) for row in await cursor.fetchall()}
    after = dict(before)
    verdicts: dict[str, TutelaError | None] = {}
    for event in sorted(events, key=lambda each: each.at):
        measure_id = _uuid(event.measure_id)
        stand = None if measure_id is None else after.get(measure_id)
        verdicts[event.id] = _fault(event, stand=stand)
        if stand is not None and verdicts[event.id] is None:
            after[stand.id] = _heard(stand, event=event)
    changed = [stand for stand in after.values() if stand != before[stand.id]]
    await _write(connection, caller=caller, changed=changed, hearing=hearing)
    moved = [stand for stand in changed if stand.state is not before[stand.id].state]
    leaves = [_leaf_of(stand, caller=caller, mint=hearing.mint) for stand in moved]
    await _ledger(connection, caller=caller, leaves=leaves, at=hearing.mint.at)
    return [verdicts[event.id] for event in events]


def _fault(event: MeasureConfirmed, *, stand: _Stand | None) -> TutelaError | None:
    if stand is None:
        return UnknownMeasure(
            "The service was never told of such a measure.",
            errors=[FieldError("/measure_id", "no such measure")],
        )
    if event.revision is not None and event.revision > stand.subject_revision:
        wrong = FieldError("/revision", f"the subject has the revision {stand.subject_revision}")
        return Unfit(detail="The event can't be taken.", errors=[wrong])
    return None


def _heard(stand: _Stand, *, event: MeasureConfirmed) -> _Stand:
    """How the measure stands after the event; as before where it tells of something older."""
    overtaken = event.revision is not None and event.revision < stand.revision
    older = stand.told_at is not None and event.at < stand.told_at
    if overtaken or older:
        return stand
    state = transition(stand.state, event=_EVENTS[event.effect])
    return replace(stand, state=state, told_at=event.at)


async def _write(
    connection: Connection, *, caller: Caller, changed: Sequence[_Stand], hearing: Hearing
) -> None:
    if not changed:
        return
    now = hearing.clock()
    await connection.execute(
        _sql.settle_measures,
        {
            **_whose(caller),
            "ids": [each.id for each in changed],
            "states": [str(each.state) for each in changed],
            "told_at": [each.told_at for each in changed],
            "settled": [each.state in _SETTLED for each in changed],
            "now": now,
            "reconcile_at": now + timedelta(seconds=hearing.confirm_seconds),
        },
    )


async def _deliver(
    connection: Connection, *, caller: Caller, events: Sequence[StatementDelivered], mint: Mint
) -> Verdicts:
    first: dict[UUID, datetime] = {}
    for event in events:
        statement_id = _uuid(event.statement_id)
        if statement_id is not None:
            first[statement_id] = min(event.at, first.get(statement_id, event.at))
    ids = sorted(first)
    named = {**_whose(caller), "ids": ids, "at": [first[each] for each in ids], "now": mint.at}
    cursor = await connection.execute(_sql.known_statements, named)
    known = {row[0] for row in await cursor.fetchall()}
    cursor = await connection.execute(_sql.deliver_statements, named)
    leaves = [
        _leaf(
            "statement.delivered",
            says={
                "statement": str(statement_id),
                "decision": str(decision_id),
                "mark": str(caller.mark),
                "delivered_at": canonical.timestamp(at),
            },
            caller=caller,
            mint=mint,
        )
        for statement_id, decision_id, at in await cursor.fetchall()
    ]
    await _ledger(connection, caller=caller, leaves=leaves, at=mint.at)
    return [
        None
        if _uuid(event.statement_id) in known
        else NoSuchStatement(
            "The service was never told of such a statement.",
            errors=[FieldError("/statement_id", "no such statement")],
        )
        for event in events
    ]


async def _ledger(
    connection: Connection, *, caller: Caller, leaves: Sequence[Leaf], at: datetime
) -> None:
    if leaves:
        rows = columns([each.columns for each in leaves])
        await connection.execute(_ledger_sql.add_leaves, {**_whose(caller), "at": at, **rows})


def _leaf_of(stand: _Stand, *, caller: Caller, mint: Mint) -> Leaf:
    says = {"measure": str(stand.id), "decision": str(stand.decision_id), "mark": str(caller.mark)}
    return _leaf(f"measure.{stand.state}", says=says, caller=caller, mint=mint)


def _leaf(named: str, *, says: Mapping[str, object], caller: Caller, mint: Mint) -> Leaf:
    (fact_id,) = mint.ids(1)
    fact = Fact(type=named, id=fact_id, at=mint.at, service=caller.service, projection=says)
    return leaf.write_bare(fact, nonce=mint.nonce())


def _stand(row: Sequence[Any]) -> _Stand:
    measure_id, decision_id, state, revision, told_at, subject_revision = row
    return _Stand(
        id=measure_id,
        decision_id=decision_id,
        state=MeasureState(state),
        revision=revision,
        told_at=told_at,
        subject_revision=subject_revision,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _whose(caller: Caller) -> dict[str, object]:
    return {"tenant": caller.tenant, "service": caller.service, "mark": str(caller.mark)}
