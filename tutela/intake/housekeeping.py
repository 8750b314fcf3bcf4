"""What intake forgets in time."""

from datetime import datetime

from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction

_sql = queries.load("tutela.intake")


async def forget_refused_bodies(pool: Pool, *, now: datetime) -> None:
    """Destroys the bodies of refused calls whose week is over; their rows stay."""
    async with every_tenant_transaction(pool, limit_seconds=None) as connection:
        await connection.execute(_sql.forget_refused_bodies, {"now": now})
