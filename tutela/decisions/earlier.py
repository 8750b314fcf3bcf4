"""What was decided under a key: how a form that is sent twice learns that it was taken."""

from uuid import UUID

from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.intake.reading import Unfit
from tutela.review.guidelines import Cited, Guidelines, refuse_stale

_sql = queries.load("tutela.decisions")


async def is_decided_under(pool: Pool, *, caller: Caller, case_id: UUID, key: str) -> bool:
    """Whether a decision on this case was taken under the key."""
    named = {"tenant": caller.tenant, "service": caller.service, "key": key}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.decision_of_key, named)
        row = await cursor.fetchone()
    return row is not None and row[1] == case_id


async def hold_to_guideline(
    pool: Pool, *, cited: Cited, guidelines: Guidelines, key: str | None
) -> None:
    """Raises Unfit for a guideline that is not in force, unless the key's decision was taken."""
    try:
        await refuse_stale(pool, cited=cited, guidelines=guidelines)
    except Unfit:
        if key is None or not await is_decided_under(
            pool, caller=cited.caller, case_id=cited.case_id, key=key
        ):
            raise
