"""Asks about measures that the platform took and never confirmed, by the whole state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction, tenant_transaction
from tutela.decisions import later
from tutela.decisions.instructions import Instruction, InstructionKind
from tutela.decisions.later import Later, Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.recalling import InForce, ordered
from tutela.domain import canonical
from tutela.domain.backoff import doubled_seconds
from tutela.domain.vocabulary import Mark

#: Measures that are asked about in one transaction, at most.
ASKED_MAX = 500
#: Questions without an answer after which a measure is a finding that a person owns.
UNANSWERED_MAX: Final = 5
#: The longest pause between two questions; they never end while nothing is confirmed.
PAUSE_SECONDS_MAX = 86_400.0

_sql = queries.load("tutela.decisions", file="measures.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What asking stands on; `confirm_seconds` is the first pause, each further one is doubled."""

    pool: Pool
    keys: KeySet
    confirm_seconds: float


@dataclass(frozen=True, slots=True)
class _Unheard:
    id: UUID
    decision_id: UUID
    subject_key: bytes
    reconciles: int
    #: A message about its subject is still under way: that one is waited for.
    under_way: bool


@dataclass(frozen=True, slots=True)
class _State:
    """All that holds for subjects, at their revisions, and what every known measure said."""

    revisions: dict[bytes, int]
    holding: Sequence[InForce]
    known: Sequence[InForce]


async def ask_unheard(asking: Asking, *, mint: Mint) -> int:
    """How many subjects were asked about now, each by one message of a new id.

    A subject about which a message is under way is left to that one.
    """
    asked = 0
    while found := await _due(asking.pool, mint=mint):
        for scope, decision_ids in found:
            async with tenant_transaction(asking.pool, tenant=scope.tenant) as connection:
                asked += await _ask(
                    connection,
                    scope=scope,
                    decision_ids=decision_ids,
                    asking=asking,
                    mint=mint,
                )
    return asked


async def _due(pool: Pool, *, mint: Mint) -> list[tuple[Scope, list[UUID]]]:
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(_sql.unheard_due, {"now": mint.at, "limit": ASKED_MAX})
        rows = await cursor.fetchall()
    return [
        (Scope(tenant=tenant, service=service, mark=Mark(mark)), decision_ids)
        for tenant, service, mark, decision_ids in rows
    ]


async def _ask(
    connection: Connection,
    *,
    scope: Scope,
    decision_ids: Sequence[UUID],
    asking: Asking,
    mint: Mint,
) -> int:
    named = {**scope.named, "decision_ids": decision_ids, "now": mint.at}
    await connection.execute(_sql.lock_any_decisions, named)
    cursor = await connection.execute(_sql.lock_unheard, named)
    unheard = [
        _Unheard(row[0], row[1], bytes(row[2]), row[3], row[4]) for row in await cursor.fetchall()
    ]
    asked = [each for each in unheard if not each.under_way]
    await _ask_later(connection, scope=scope, unheard=unheard, asking=asking, mint=mint)
    if not asked:
        return 0
    state = await _whole_state(connection, scope=scope, asked=asked, keys=asking.keys)
    messages = _messages(asked, state=state, mint=mint)
    await later.add(connection, scope=scope, messages=messages, mint=mint, keys=asking.keys)
    return len(messages)


async def _ask_later(
    connection: Connection,
    *,
    scope: Scope,
    unheard: Sequence[_Unheard],
    asking: Asking,
    mint: Mint,
) -> None:
    def pause(each: _Unheard) -> timedelta:
        seconds = doubled_seconds(
            asking.confirm_seconds,
            times=each.reconciles,
            most_seconds=max(PAUSE_SECONDS_MAX, asking.confirm_seconds),
        )
        return timedelta(seconds=seconds)

    if unheard:
        await connection.execute(
            _sql.ask_later,
            {
                **scope.named,
                "ids": [each.id for each in unheard],
                "at": [mint.at + pause(each) for each in unheard],
                "reconciles": [each.reconciles + (not each.under_way) for each in unheard],
            },
        )


async def _whole_state(
    connection: Connection, *, scope: Scope, asked: Sequence[_Unheard], keys: KeySet
) -> _State:
    subjects = sorted({each.subject_key for each in asked})
    named = {**scope.named, "subject_keys": subjects, "ids": [each.id for each in asked]}
    cursor = await connection.execute(_sql.lock_revisions, named)
    revisions = {bytes(key): revision for key, revision in await cursor.fetchall()}
    cursor = await connection.execute(_sql.whole_state, named)
    found = [(ordered(row[:-1], keys=keys), row[-1]) for row in await cursor.fetchall()]
    return _State(
        revisions,
        holding=[each for each, holds in found if holds],
        known=[each for each, _ in found],
    )


def _messages(asked: Sequence[_Unheard], *, state: _State, mint: Mint) -> list[Later]:
    of_subject: dict[bytes, list[_Unheard]] = {}
    for each in asked:
        of_subject.setdefault(each.subject_key, []).append(each)
    return [_message(named, state=state, mint=mint) for named in of_subject.values()]


def _message(named: Sequence[_Unheard], *, state: _State, mint: Mint) -> Later:
    first = named[0]
    known = [each for each in state.known if each.subject_key == first.subject_key]
    holding = [each for each in state.holding if each.subject_key == first.subject_key]
    body = {
        "type": str(InstructionKind.MEASURE_RECONCILE),
        "timestamp": canonical.timestamp(mint.at),
        "decision_id": str(first.decision_id),
        "measure_id": str(first.id),
        "revision": state.revisions[first.subject_key],
        "subject": next((each.words["subject"] for each in known if "subject" in each.words), None),
        "unconfirmed": [str(each.id) for each in named],
        "measures": [dict(each.words) for each in holding],
    }
    return Later(
        decision_id=first.decision_id,
        instruction=Instruction(
            kind=InstructionKind.MEASURE_RECONCILE,
            subject_key=first.subject_key,
            measure_id=first.id,
            revision=state.revisions[first.subject_key],
            body=canonical.encode(body),
        ),
    )
