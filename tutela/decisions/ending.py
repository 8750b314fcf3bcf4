"""Temporary measures end after their last day, in UTC: marked, ledgered, and the platform told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction, tenant_transaction
from tutela.decisions.later import Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.recalling import InForce, Recall, Why, in_force, recall
from tutela.decisions.rows import columns
from tutela.domain.vocabulary import Mark
from tutela.ledger import leaf
from tutela.ledger.leaf import Fact, Leaf

#: Decisions whose measures end in one transaction, at most.
ENDED_MAX = 500

_sql = queries.load("tutela.decisions", file="measures.sql")
_ledger_sql = queries.load("tutela.ledger")


async def end_due(pool: Pool, *, mint: Mint, keys: KeySet) -> int:
    """How many measures were ended now: all whose last day is before the day of `mint.at` in UTC.

    Each ends once, however many processes ask: who comes second finds it recalled.
    """
    today = mint.at.astimezone(UTC).date()
    ended = 0
    while found := await _due(pool, today=today):
        before = ended
        for scope, decision_ids in found:
            ended += await _end(pool, due=_Due(scope, decision_ids, today), mint=mint, keys=keys)
        if ended == before:
            break
    return ended


@dataclass(frozen=True, slots=True)
class _Due:
    scope: Scope
    decision_ids: Sequence[UUID]
    today: date


async def _due(pool: Pool, *, today: date) -> list[tuple[Scope, list[UUID]]]:
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(
            _sql.ended_due, {"ended_before": today, "limit": ENDED_MAX}
        )
        rows = await cursor.fetchall()
    return [
        (Scope(tenant=tenant, service=service, mark=Mark(mark)), decision_ids)
        for tenant, service, mark, decision_ids in rows
    ]


async def _end(pool: Pool, *, due: _Due, mint: Mint, keys: KeySet) -> int:
    scope = due.scope
    async with tenant_transaction(pool, tenant=scope.tenant) as connection:
        named = {**scope.named, "decision_ids": due.decision_ids, "at": mint.at}
        cursor = await connection.execute(_sql.lock_decisions, named)
        held = [row[0] for row in await cursor.fetchall()]
        measures = await in_force(
            connection, scope=scope, decision_ids=held, keys=keys, ended_before=due.today
        )
        if measures:
            leaves = [_leaf(each, scope=scope, mint=mint) for each in measures]
            rows = columns([written.columns for written in leaves])
            await connection.execute(_ledger_sql.add_leaves, {**named, **rows})
        recalled = Recall(scope=scope, measures=measures, why=Why.ENDED)
        await recall(connection, recall=recalled, mint=mint, keys=keys)
    return len(measures)


def _leaf(each: InForce, *, scope: Scope, mint: Mint) -> Leaf:
    (fact_id,) = mint.ids(1)
    projection = {
        "measure": str(each.id),
        "decision": str(each.decision_id),
        "mark": str(scope.mark),
        "kind": each.kind,
        "until": None if each.until is None else each.until.isoformat(),
    }
    fact = Fact(
        type="measure.ended",
        id=fact_id,
        at=mint.at,
        service=scope.service,
        projection=projection,
    )
    return leaf.write_bare(fact, nonce=mint.nonce())
