"""A claim reads a few rows, however many cases wait and whether or not statistics are there."""

import asyncio
from collections.abc import Iterator
from typing import Any, LiteralString
from uuid import uuid4

import pytest

from tests.fixtures.house import Rooms
from tutela.access.sight import sight
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.domain.vocabulary import Channel, Role

CASES = 2_000
FEW_ROWS = 20
SQL = queries.load("tutela.review")


def rows_read(plan: dict[str, Any]) -> Iterator[float]:
    if "Relation Name" in plan and plan["Node Type"].endswith("Scan"):
        removed = plan.get("Rows Removed by Filter", 0)
        yield (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    for below in plan.get("Plans", ()):
        yield from rows_read(below)


@pytest.mark.parametrize("statistics", ["none", "fresh"])
@pytest.mark.parametrize(
    "query",
    [SQL.lanes_with_work, SQL.claim_case, SQL.claim_flagged_case],
    ids=["lanes", "claim", "claim of flaggers"],
)
async def test_a_claim_in_a_full_queue_reads_a_few_rows(
    rooms: Rooms, query: LiteralString, statistics: str
) -> None:
    sender, flagger = await rooms.caller(), await rooms.caller(channels=(Channel.HOTLINE,))
    await asyncio.gather(
        *(rooms.take(sender) for _ in range(CASES)),
        *(rooms.take(flagger, imminent_danger=True) for _ in range(CASES)),
    )
    if statistics == "fresh":
        await rooms.rows("ANALYZE case_file, item")
    values = {
        **sight(await rooms.caller(Role.SPECIALIST)),
        "now": rooms.clock.now(),
        "lane": "general",
        "lease_token": uuid4(),
        "lease_until": rooms.clock.now(),
        "holder": "somebody",
        "avoided": [],
        "rested": [],
    }
    async with tenant_transaction(rooms.pool, tenant="main") as connection:
        cursor = await connection.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query, values)
        ((((explained,),),),) = [await cursor.fetchall()]
    assert 0 < sum(rows_read(explained["Plan"])) < FEW_ROWS
