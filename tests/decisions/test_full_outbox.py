"""Delivery reads a few rows, however many messages wait and whether or not statistics are there."""

from collections.abc import Iterator
from typing import Any, LiteralString
from uuid import uuid4

import pytest

from tests.fixtures.deciding import at_work, decided, dismissal
from tests.fixtures.house import Rooms
from tutela.database import queries
from tutela.database.pool import every_tenant_transaction
from tutela.domain.vocabulary import Mark

FEW_ROWS = 100
SQL = queries.load("tutela.decisions", file="outbox.sql")
FILL = """
INSERT INTO outbox (
    id, tenant, service, mark, kind, decision_id, subject_key, created_at, due_at, sealed_key,
    sealed_body
)
SELECT gen_random_uuid(), tenant, service, mark, kind, decision_id, decode(md5(n::text), 'hex'),
    created_at, due_at, sealed_key, sealed_body
FROM outbox, generate_series(1, 5000) AS n
"""


def rows_read(plan: dict[str, Any]) -> Iterator[float]:
    if "Relation Name" in plan and plan["Node Type"].endswith("Scan"):
        removed = plan.get("Rows Removed by Filter", 0)
        yield (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    for below in plan.get("Plans", ()):
        yield from rows_read(below)


@pytest.mark.parametrize("statistics", ["none", "fresh"])
@pytest.mark.parametrize("query", [SQL.stations_due, SQL.claim_due], ids=["stations", "claim"])
async def test_a_round_on_a_full_outbox_reads_a_few_rows(
    rooms: Rooms, query: LiteralString, statistics: str
) -> None:
    reviewer, lease, items = await at_work(rooms)
    body = dismissal(lease, items=items)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    await rooms.rows(FILL)
    if statistics == "fresh":
        await rooms.rows("ANALYZE outbox")
    values = {
        "tenant": reviewer.tenant,
        "service": reviewer.service,
        "mark": "real",
        "marks": [str(mark) for mark in Mark],
        "now": rooms.clock.now(),
        "limit": 16,
        "lease_token": uuid4(),
        "lease_until": rooms.clock.now(),
    }
    async with every_tenant_transaction(rooms.pool) as connection:
        if query == SQL.claim_due:
            await connection.execute(SQL.walk_by_index)
        cursor = await connection.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query, values)
        ((((explained,),),),) = [await cursor.fetchall()]
    assert 0 < sum(rows_read(explained["Plan"])) < FEW_ROWS
