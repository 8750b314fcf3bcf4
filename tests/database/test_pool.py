"""Transactions for one tenant, and what happens when the server goes."""

from tutela.database import pool


async def test_a_transaction_carries_its_tenant_and_no_longer(database_url: str) -> None:
    opened = await pool.open_pool(database_url, max_size=1)
    async with opened:
        async with pool.tenant_transaction(opened, "main") as connection:
            answer = await connection.execute("SELECT current_setting('tutela.tenant')")
            assert await answer.fetchone() == ("main",)
        async with opened.connection() as connection:
            answer = await connection.execute("SELECT current_setting('tutela.tenant', true)")
            assert await answer.fetchone() in {("",), (None,)}
