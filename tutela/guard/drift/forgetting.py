"""What was used is forgotten once its time is over."""

from typing import Final

from tutela.database import queries
from tutela.database.pool import every_tenant_transaction
from tutela.guard.drift.room import DriftRoom, kept_since

_NO_LIMIT: Final = None

_sql = queries.load("tutela.guard.drift", file="drift.sql")
_leads_sql = queries.load("tutela.guard.drift", file="leads.sql")


async def forget_uses(room: DriftRoom) -> None:
    """Every tenant's uses are forgotten in time, and with the last use of a value what it says."""
    before = {"before": kept_since(room.clock())}
    async with every_tenant_transaction(room.pool, limit_seconds=_NO_LIMIT) as connection:
        for query in (
            _sql.forget_uses,
            _sql.forget_carried,
            _leads_sql.forget_leads,
            _sql.forget_values,
        ):
            await connection.execute(query, before)
