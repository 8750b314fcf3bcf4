"""On how many looks each rule matched: from what looks said, and never what was looked at."""

from datetime import datetime
from uuid import UUID

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.detection.rules.policies import DETECTOR
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7

_sql = queries.load("tutela.detection.pipeline", file="detection.sql")


async def matches_by_rule(
    pool: Pool, *, caller: Caller, since: datetime
) -> dict[tuple[str, int], int]:
    """Looks of the caller's service since then on which a live rule matched, by id and version."""
    asked = {
        **Whose.of(caller).columns,
        "first": _first_id(since),
        "since": since,
        "detector": DETECTOR,
    }
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.matches_by_rule, asked)
        return {(rule, version): count for rule, version, count in await cursor.fetchall()}


def _first_id(at: datetime) -> UUID:
    """Less than the id of every look that was written since then (RFC 9562, version 7)."""
    return uuid7(unix_ms=int(at.timestamp() * 1000), random=bytes(UUID7_RANDOM_BYTES))
