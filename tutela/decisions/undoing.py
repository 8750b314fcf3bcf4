"""A decision that is undone: one commit of the decision, its leaf, its measures and messages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.decisions.later import Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.recalling import InForce, Recall, Why, in_force, recall
from tutela.decisions.rows import Row, columns
from tutela.domain import canonical
from tutela.domain.decision import EXPLANATION_MAX_CODE_POINTS
from tutela.domain.notice import Identifier
from tutela.domain.states import DecisionEvent, DecisionState, transition
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Outcome
from tutela.errors import FieldError, TutelaError
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.reading import read_struct, refuse_if_any
from tutela.ledger import facts
from tutela.ledger.facts import Happened, WrittenFact

#: Decisions that are undone in one transaction, at most.
UNDO_MAX = 1_000

_sql = queries.load("tutela.decisions", file="measures.sql")
_ledger_sql = queries.load("tutela.ledger")


class UnknownDecision(TutelaError):
    """There is no such decision, or the caller may not know of it."""

    code = "unknown_decision"
    title = "No such decision"
    status = 404


class NothingToUndo(TutelaError):
    """The decision restricts nothing; whoever thinks otherwise decides anew."""

    code = "nothing_to_undo"
    title = "The decision restricts nothing"
    status = 409


class UndoAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/decisions/{id}/undo`."""

    reason: Annotated[str, msgspec.Meta(max_length=EXPLANATION_MAX_CODE_POINTS)]
    external_id: Identifier | None = None


class DecisionUndone(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: when the decision was undone, and the measures that the platform lifts."""

    id: str
    undone_at: str
    measures: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Which decisions are undone, why and by whom; the last two can be personal and are sealed."""

    scope: Scope
    decision_ids: Sequence[UUID]
    reason: str
    by: str
    #: The person who asks; None of a program, and of whoever operates the house.
    asker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was undone now: the decisions by the ids of their new facts, and their measures."""

    facts: dict[UUID, UUID]
    measure_ids: tuple[UUID, ...]


def read_undo(raw: bytes) -> UndoAsked:
    """The body; `NotJson` or `Unfit`."""
    asked = read_struct(raw, kind=UndoAsked)
    check_reason(asked.reason)
    return asked


def check_reason(reason: str) -> None:
    """Nothing where the reason says something; else `Unfit`."""
    refuse_if_any([FieldError("/reason", "is required")] if is_blank(reason) else [])


def unknown_decision() -> UnknownDecision:
    """The refusal of a decision that is not there or not the caller's to see."""
    return UnknownDecision("There is no such decision on this service.")


async def undo(connection: Connection, *, undoing: Undoing, mint: Mint, keys: KeySet) -> Undone:
    """What was undone of decisions to act, at most `UNDO_MAX`, in the caller's transaction.

    Those that do not hold any more, restrict nothing or are not the scope's are passed over, so
    that whoever was interrupted just goes on. A measure whose last day was over stays ended.
    """
    if len(undoing.decision_ids) > UNDO_MAX:
        raise ValueError(f"more than {UNDO_MAX} decisions at once")
    scope = undoing.scope
    named = {**scope.named, "at": mint.at, "decision_ids": list(undoing.decision_ids)}
    cursor = await connection.execute(_sql.lock_decisions, named)
    held = [row[0] for row in await cursor.fetchall()]
    if not held:
        return Undone(facts={}, measure_ids=())
    measures = await in_force(connection, scope=scope, decision_ids=held, keys=keys)
    written = _facts(held, measures=measures, undoing=undoing, mint=mint, keys=keys)
    leaves = columns([_row(decision_id, fact=fact) for decision_id, fact in written.items()])
    await connection.execute(_ledger_sql.add_leaves, {**named, **leaves})
    await connection.execute(_sql.add_undoings, {**named, **leaves})
    await connection.execute(_sql.undo_decisions, {**named, "decision_ids": held})
    recalled = Recall(scope=scope, measures=measures, why=Why.UNDONE, explanation=undoing.reason)
    await recall(connection, recall=recalled, mint=mint, keys=keys)
    return Undone(
        facts={decision_id: fact.id for decision_id, fact in written.items()},
        measure_ids=tuple(each.id for each in measures),
    )


async def undo_one(
    pool: Pool, *, undoing: Undoing, key: str | None, mint: Mint, keys: KeySet
) -> tuple[DecisionUndone, bool]:
    """The answer to the undoing of one decision under a key, if any, and whether it is new.

    Raises UnknownDecision, NothingToUndo, IllegalTransition for one that was undone before, and
    KeyReused for a key that was used for anything else.
    """
    (decision_id,) = undoing.decision_ids
    named = {**undoing.scope.named, "decision_id": decision_id, "key": key, "asker": undoing.asker}
    async with tenant_transaction(pool, tenant=undoing.scope.tenant) as connection:
        undone_at = await _stands(connection, named=named)
        if key is not None:
            earlier = await _earlier(connection, named=named, undoing=undoing, keys=keys)
            if earlier is not None:
                return earlier, False
        state = DecisionState.TAKEN if undone_at is None else DecisionState.UNDONE
        transition(state, event=DecisionEvent.REVERSED)
        undone = await undo(connection, undoing=undoing, mint=mint, keys=keys)
        if key is not None:
            named |= {"fact_id": undone.facts[decision_id]}
            cursor = await connection.execute(_sql.take_undoing_key, named)
            if await cursor.fetchone() is None:
                raise _reused("The key was used for another record.")
    return _answer(decision_id, at=mint.at, measure_ids=undone.measure_ids), True


async def would_undo(pool: Pool, *, scope: Scope, decision_id: UUID, keys: KeySet) -> list[InForce]:
    """The measures that undoing the decision would lift; it changes nothing.

    Raises UnknownDecision, NothingToUndo, and IllegalTransition for one that was undone before.
    """
    async with tenant_transaction(pool, tenant=scope.tenant) as connection:
        named = {**scope.named, "decision_id": decision_id, "asker": None}
        undone_at = await _stands(connection, named=named)
        state = DecisionState.TAKEN if undone_at is None else DecisionState.UNDONE
        transition(state, event=DecisionEvent.REVERSED)
        return await in_force(connection, scope=scope, decision_ids=[decision_id], keys=keys)


async def _stands(connection: Connection, *, named: dict[str, object]) -> datetime | None:
    cursor = await connection.execute(_sql.lock_decision, named)
    row = await cursor.fetchone()
    if row is None:
        raise unknown_decision()
    outcome, undone_at = row
    if outcome != Outcome.ACT:
        raise NothingToUndo(f"A decision to {outcome} has no measure that could be lifted.")
    at: datetime | None = undone_at
    return at


async def _earlier(
    connection: Connection, *, named: dict[str, object], undoing: Undoing, keys: KeySet
) -> DecisionUndone | None:
    cursor = await connection.execute(_sql.fact_of_key, named)
    taken = await cursor.fetchone()
    if taken is None:
        return None
    cursor = await connection.execute(_sql.undoing_of_key, named)
    row = await cursor.fetchone()
    if row is None:
        raise _reused("The key was used for another record.")
    decision_id, fact_id, undone_at, sealed_key, sealed_body, measure_ids = row
    if sealed_key is None:
        raise _reused("What was sent under this key was erased and can't be compared.")
    said = facts.open_fact(Sealed(sealed_key, sealed_body), fact_id=fact_id, keys=keys)
    if msgspec.json.decode(said)["reason"] != undoing.reason:
        raise _reused("The undoing sent under this key had another reason.")
    return _answer(decision_id, at=undone_at, measure_ids=measure_ids)


def _facts(
    held: Sequence[UUID],
    *,
    measures: Sequence[InForce],
    undoing: Undoing,
    mint: Mint,
    keys: KeySet,
) -> dict[UUID, WrittenFact]:
    kinds: dict[UUID, Counter[str]] = {decision_id: Counter() for decision_id in held}
    for each in measures:
        kinds[each.decision_id][each.kind] += 1
    return {
        decision_id: facts.write(
            Happened(
                type="decision.undone",
                service=undoing.scope.service,
                projection={
                    "decision": str(decision_id),
                    "mark": str(undoing.scope.mark),
                    "measures": dict(kinds[decision_id]),
                },
                said=_said(undoing),
            ),
            at=mint.at,
            keys=keys,
            chance=mint.chance,
        )
        for decision_id in held
    }


def _said(undoing: Undoing) -> dict[str, object]:
    return {"reason": undoing.reason, "undone_by": undoing.by}


def _row(decision_id: UUID, *, fact: WrittenFact) -> Row:
    return {
        "decision_id": decision_id,
        **fact.leaf.columns,
        "sealed_key": fact.sealed.key,
        "sealed_body": fact.sealed.body,
    }


def _answer(decision_id: UUID, *, at: datetime, measure_ids: Sequence[UUID]) -> DecisionUndone:
    return DecisionUndone(
        id=str(decision_id),
        undone_at=canonical.timestamp(at),
        measures=[str(each) for each in measure_ids],
    )


def _reused(detail: str) -> KeyReused:
    return KeyReused(detail, errors=[FieldError("/external_id", "used before")])
