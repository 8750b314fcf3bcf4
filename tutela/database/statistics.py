"""Statistics for the planner as soon as a table has rows, and again whenever it has doubled.

The server counts by itself only about a minute after a table has grown, and forgets after a crash
that it has. Until it has counted, any index that begins with the tenant looks as good to it as the
right one, and a question about one row reads the whole tenant.
"""

from psycopg import sql

from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction

_sql = queries.load("tutela.database", file="statistics.sql")


async def count_what_grew(pool: Pool) -> list[str]:
    """The tables that were counted now. Errors: `DatabaseUnavailable`."""
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(_sql.tables_that_outgrew_their_statistics)
        tables = [str(row[0]) for row in await cursor.fetchall()]
    for table in tables:
        async with every_tenant_transaction(pool, limit_seconds=None) as connection:
            await connection.execute(sql.SQL("ANALYZE {}").format(sql.SQL(table)))
    return tables
