"""Edges, ids and searches are forgotten once their time is over."""

from datetime import date, timedelta
from typing import Final

from tutela.database import queries
from tutela.database.pool import every_tenant_transaction
from tutela.law.parameters import Unit, whole_number
from tutela.networks.stored.room import NetworkRoom

_NO_LIMIT: Final = None

_sql = queries.load("tutela.networks.stored", file="runs.sql")
_edges_sql = queries.load("tutela.networks.stored", file="edges.sql")


async def forget(room: NetworkRoom) -> None:
    """Deletes what the house may keep no longer."""
    now = room.clock()
    before = now - _kept("edge_kept", on=now.date())
    judged_before = now - _kept("network_lead_kept", on=now.date())
    async with every_tenant_transaction(room.pool, limit_seconds=_NO_LIMIT) as connection:
        await connection.execute(_edges_sql.forget_edges, {"before": before})
        await connection.execute(_edges_sql.forget_accounts, {"before": before.date()})
        await connection.execute(_sql.forget_runs, {"now": now})
        await connection.execute(_sql.forget_acts, {"before": judged_before})


def _kept(name: str, *, on: date) -> timedelta:
    return timedelta(days=whole_number(name, unit=Unit.DAYS, on=on))
