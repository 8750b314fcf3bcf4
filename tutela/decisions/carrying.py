"""What was decided and how far the platform has carried it out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.decisions.endpoints import Station
from tutela.domain import canonical

_sql = queries.load("tutela.decisions", file="measures.sql")


class NotCarriedOut(msgspec.Struct, frozen=True):
    """Measures of one kind that stand in one state, neither confirmed nor lifted."""

    tenant: str
    service: str
    kind: str
    state: str
    count: int
    oldest_since: str


class MeasureStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: `since` its decision, or since it was recalled."""

    id: str
    decision_id: str
    statement_id: str
    kind: str
    state: str
    revision: int
    since: str
    accepted_at: str | None
    until: str | None
    territory: list[str] | None
    #: How often the platform was asked about it without an answer.
    asked: int


async def not_carried_out(
    connection: Connection, *, station: Station | None = None
) -> list[NotCarriedOut]:
    """Real measures that are neither confirmed nor lifted, of one service or of all."""
    named = {
        "tenant": None if station is None else station.tenant,
        "service": None if station is None else station.service,
    }
    cursor = await connection.execute(_sql.not_carried_out, named)
    return [
        NotCarriedOut(tenant, service, kind, state, count, canonical.timestamp(since))
        for tenant, service, kind, state, count, since in await cursor.fetchall()
    ]


async def list_measures(
    pool: Pool, *, station: Station, not_carried_out: bool, limit: int
) -> list[MeasureStanding]:
    """Real measures of a service, the newest first: all, or those neither confirmed nor lifted."""
    named = {
        "tenant": station.tenant,
        "service": station.service,
        "not_carried_out": not_carried_out,
        "limit": limit,
    }
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        cursor = await connection.execute(_sql.list_measures, named)
        return [_standing(row) for row in await cursor.fetchall()]


def _standing(row: Sequence[Any]) -> MeasureStanding:
    measure_id, decision_id, statement_id, kind, state, revision, since, *rest = row
    accepted_at, until, territory, asked = rest
    return MeasureStanding(
        id=str(measure_id),
        decision_id=str(decision_id),
        statement_id=str(statement_id),
        kind=kind,
        state=state,
        revision=revision,
        since=canonical.timestamp(since),
        accepted_at=_at(accepted_at),
        until=None if until is None else until.isoformat(),
        territory=territory,
        asked=asked,
    )


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else canonical.timestamp(instant)
