"""The planner knows how large a table is soon after it has rows."""

from collections.abc import AsyncIterator

import pytest

from tutela.database.pool import Pool, open_pool, tenant_transaction
from tutela.database.statistics import count_what_grew


@pytest.fixture
async def pool(empty_database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(empty_database_url, max_size=2) as opened:
        async with tenant_transaction(opened, tenant="main") as connection:
            await connection.execute('CREATE TABLE "full" (number int)')
            await connection.execute('CREATE TABLE "empty" (number int)')
        yield opened


async def add(pool: Pool, *, rows: int) -> None:
    async with tenant_transaction(pool, tenant="main") as connection:
        await connection.execute('INSERT INTO "full" SELECT generate_series(1, %s)', (rows,))


async def counted(pool: Pool) -> int:
    async with tenant_transaction(pool, tenant="main") as connection:
        cursor = await connection.execute("SELECT reltuples FROM pg_class WHERE relname = 'full'")
        return int((await cursor.fetchall())[0][0])


async def test_a_table_with_rows_is_counted_and_an_empty_one_is_not(pool: Pool) -> None:
    await add(pool, rows=10)
    assert await count_what_grew(pool) == ['public."full"']
    assert await counted(pool) == 10


async def test_a_table_is_counted_again_only_once_it_has_doubled(pool: Pool) -> None:
    await add(pool, rows=5_000)
    await count_what_grew(pool)
    await add(pool, rows=1_000)
    assert await count_what_grew(pool) == []
    await add(pool, rows=6_000)
    assert await count_what_grew(pool) == ['public."full"']
    assert await counted(pool) == 12_000
