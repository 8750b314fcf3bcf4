"""Measures that end: each is marked, its subject's revision rises, the platform is told to undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.decisions import later
from tutela.decisions.instructions import Instruction, InstructionKind
from tutela.decisions.later import Later, Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.revisions import advance
from tutela.domain import canonical
from tutela.domain.states import MeasureEvent, moves

#: What an order says of itself alone, and not of the measure.
_OF_THE_ORDER = frozenset({"type", "timestamp", "revision", "applies_from"})

_sql = queries.load("tutela.decisions", file="measures.sql")


class Why(StrEnum):
    """Why a measure ends."""

    #: Its decision was undone.
    UNDONE = "undone"
    #: Its last day is over.
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A measure that was not recalled; `words` are those of the order to apply it."""

    id: UUID
    decision_id: UUID
    statement_id: UUID
    subject_key: bytes
    kind: str
    until: date | None
    words: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Which measures end and why; `explanation` is told to the platform."""

    scope: Scope
    measures: Sequence[InForce]
    why: Why
    explanation: str | None = None


async def in_force(
    connection: Connection,
    *,
    scope: Scope,
    decision_ids: Sequence[UUID],
    keys: KeySet,
    ended_before: date | None = None,
) -> list[InForce]:
    """The measures of decisions that are locked, themselves locked: all, or those past a day."""
    cursor = await connection.execute(
        _sql.measures_in_force,
        {**scope.named, "decision_ids": list(decision_ids), "ended_before": ended_before},
    )
    return [ordered(row, keys=keys) for row in await cursor.fetchall()]


async def recall(connection: Connection, *, recall: Recall, mint: Mint, keys: KeySet) -> None:
    """Nothing, once the measures are marked and the messages stand in the outbox."""
    if not recall.measures:
        return
    scope = recall.scope
    revisions = await advance(
        connection,
        tenant=scope.tenant,
        service=scope.service,
        subject_keys=[each.subject_key for each in recall.measures],
    )
    before, after = moves(MeasureEvent.RECALLED)
    await connection.execute(
        _sql.recall_measures,
        {
            **scope.named,
            "at": mint.at,
            "why": str(recall.why),
            "ids": [each.id for each in recall.measures],
            "revisions": [revisions[each.subject_key] for each in recall.measures],
            "before": before,
            "after": after,
        },
    )
    messages = [
        _undo(each, recall=recall, revision=revisions[each.subject_key], mint=mint)
        for each in recall.measures
    ]
    await later.add(connection, scope=scope, messages=messages, mint=mint, keys=keys)


def ordered(row: Sequence[Any], *, keys: KeySet) -> InForce:
    """A row of a measure and the order to apply it; raises SealBroken."""
    measure_id, decision_id, statement_id, subject_key, kind, until, territory, *order = row
    order_id, sealed_key, sealed_body = order
    known = {
        "decision_id": str(decision_id),
        "measure_id": str(measure_id),
        "statement_id": str(statement_id),
        "kind": kind,
        "until": None if until is None else until.isoformat(),
        "territory": territory,
    }
    if order_id is not None:
        known = _words(Sealed(sealed_key, sealed_body), row=order_id, keys=keys)
    return InForce(
        id=measure_id,
        decision_id=decision_id,
        statement_id=statement_id,
        subject_key=bytes(subject_key),
        kind=kind,
        until=until,
        words=known,
    )


def _words(sealed: Sealed, *, row: UUID, keys: KeySet) -> dict[str, object]:
    said = msgspec.json.decode(keys.open(sealed, row=row.bytes), type=dict[str, object])
    return {name: value for name, value in said.items() if name not in _OF_THE_ORDER}


def _undo(each: InForce, *, recall: Recall, revision: int, mint: Mint) -> Later:
    body = {
        **each.words,
        "type": str(InstructionKind.MEASURE_UNDO),
        "timestamp": canonical.timestamp(mint.at),
        "revision": revision,
        "reason": str(recall.why),
        "explanation": recall.explanation,
    }
    return Later(
        decision_id=each.decision_id,
        instruction=Instruction(
            kind=InstructionKind.MEASURE_UNDO,
            subject_key=each.subject_key,
            measure_id=each.id,
            revision=revision,
            body=canonical.encode(body),
        ),
    )
