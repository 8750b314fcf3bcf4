"""The end of what is known of who looked at what."""

from datetime import datetime

from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction

_sql = queries.load("tutela.review.views")


async def forget_views(pool: Pool, *, before: datetime) -> int:
    """How many looks were from before that time, and are gone."""
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(_sql.forget_views, {"before": before})
        return cursor.rowcount
