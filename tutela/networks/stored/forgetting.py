"""Edges, ids and searches are forgotten once their time is over."""

from datetime import timedelta
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
    before = now - timedelta(days=whole_number("edge_kept", unit=Unit.DAYS, on=now.date()))
    async with every_tenant_transaction(room.pool, limit_seconds=_NO_LIMIT) as connection:
        await connection.execute(_edges_sql.forget_edges, {"before": before})
        await connection.execute(_edges_sql.forget_accounts, {"before": before.date()})
        await connection.execute(_sql.forget_runs, {"now": now})
        await connection.execute(_sql.forget_acts, {"before": before})
