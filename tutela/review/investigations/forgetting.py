"""A room is forgotten once its time is over: its key goes first, and all that was said with it."""

from datetime import timedelta

from tutela.database import queries
from tutela.database.pool import every_tenant_transaction
from tutela.law.parameters import Unit, whole_number
from tutela.review.investigations.standing import Investigating

_sql = queries.load("tutela.review.investigations", file="investigations.sql")


async def forget_rooms(house: Investigating) -> None:
    """Deletes rooms that were closed longer ago than they may be kept; their leaves stay."""
    now = house.clock()
    days = whole_number("investigation_kept", unit=Unit.DAYS, on=now.date())
    async with every_tenant_transaction(house.pool) as connection:
        before = now - timedelta(days=days)
        await connection.execute(_sql.forget_investigations, {"before": before})
