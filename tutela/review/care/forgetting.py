"""What people looked at is forgotten once its time is over."""

from datetime import timedelta
from typing import Final

from tutela.database import queries
from tutela.database.pool import every_tenant_transaction
from tutela.law.parameters import Unit, whole_number
from tutela.review.care.room import CareRoom

_NO_LIMIT: Final = None

_sql = queries.load("tutela.review.care")


async def forget(room: CareRoom) -> None:
    """Deletes looks that the house may keep no longer; the ledger's leaves name nobody."""
    now = room.clock()
    days = whole_number("reveal_kept", unit=Unit.DAYS, on=now.date())
    named = {"before": now - timedelta(days=days)}
    async with every_tenant_transaction(room.pool, limit_seconds=_NO_LIMIT) as connection:
        await connection.execute(_sql.forget_reveals, named)
        await connection.execute(_sql.forget_bounds, named)
