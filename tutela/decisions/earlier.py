"""What was decided under a key: how a form that is sent twice learns that it was taken."""

from uuid import UUID

from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction

_sql = queries.load("tutela.decisions")


async def is_decided_under(pool: Pool, *, caller: Caller, case_id: UUID, key: str) -> bool:
    """Whether a decision on this case was taken under the key."""
    named = {"tenant": caller.tenant, "service": caller.service, "key": key}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.decision_of_key, named)
        row = await cursor.fetchone()
    return row is not None and row[1] == case_id
