"""Transactions for one tenant, and what happens when the server goes."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.database.conftest import StartServer
from tests.database.until import until
from tutela.database.embedded import EmbeddedServer
from tutela.database.errors import (
    DatabaseUnavailable,
    Deadlocked,
    DurabilityRefused,
    ServerUnsuitable,
)
from tutela.database.pool import (
    Pool,
    check_durability,
    check_server,
    clock_offset_seconds,
    connection_string,
    every_tenant_transaction,
    is_bound_by_row_security,
    means_unavailable,
    open_pool,
    tenant_transaction,
)


@pytest.fixture
async def pool(empty_database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(empty_database_url, max_size=2, name="tutela test")
    async with opened:
        yield opened


async def value(connection: psycopg.AsyncConnection, *, query: str) -> object:
    answer = await connection.execute(query.encode())
    row = await answer.fetchone()
    return row[0] if row else None


async def run(pool: Pool, *queries: str, limit_seconds: float | None = None) -> None:
    async with tenant_transaction(pool, tenant="main", limit_seconds=limit_seconds) as connection:
        for query in queries:
            await connection.execute(query.encode())


async def insert_and_stumble(pool: Pool) -> None:
    async with tenant_transaction(pool, tenant="main") as connection:
        await connection.execute("INSERT INTO kept VALUES (2)")
        raise LookupError


async def lose_the_session(pool: Pool) -> None:
    async with tenant_transaction(pool, tenant="main") as connection:
        os.kill(connection.info.backend_pid, signal.SIGTERM)
        await connection.execute("SELECT pg_sleep(600)")


async def test_a_transaction_carries_its_tenant_and_no_longer(empty_database_url: str) -> None:
    async with await open_pool(empty_database_url, max_size=1) as one:
        async with tenant_transaction(one, tenant="main") as connection:
            assert (
                await value(connection, query="SELECT current_setting('tutela.tenant')") == "main"
            )
        async with one.connection() as connection:
            after = await value(connection, query="SELECT current_setting('tutela.tenant', true)")
            assert not after


async def test_a_worker_serves_every_tenant(pool: Pool) -> None:
    async with every_tenant_transaction(pool) as connection:
        assert await value(connection, query="SELECT current_setting('tutela.tenant')") == "*"


async def test_a_tenant_is_never_empty(pool: Pool) -> None:
    with pytest.raises(ValueError, match="needs a tenant"):
        async with tenant_transaction(pool, tenant=""):
            pass


async def test_row_level_security_binds_the_transaction_to_its_tenant(pool: Pool) -> None:
    async with every_tenant_transaction(pool) as connection:
        await connection.execute("CREATE TABLE word (tenant text, word text)")
        await connection.execute("INSERT INTO word VALUES ('a', 'x'), ('b', 'y')")
        await connection.execute("ALTER TABLE word ENABLE ROW LEVEL SECURITY")
        await connection.execute("ALTER TABLE word FORCE ROW LEVEL SECURITY")
        await connection.execute(
            "CREATE POLICY own ON word USING (current_setting('tutela.tenant') IN (tenant, '*'))"
        )
    async with tenant_transaction(pool, tenant="a") as connection:
        assert await value(connection, query="SELECT array_agg(word ORDER BY word) FROM word") == [
            "x"
        ]
    async with every_tenant_transaction(pool) as connection:
        assert await value(connection, query="SELECT count(*) FROM word") == 2


async def test_the_end_of_the_block_commits_and_an_error_rolls_back(pool: Pool) -> None:
    async with tenant_transaction(pool, tenant="main") as connection:
        await connection.execute("CREATE TABLE kept (number int)")
        await connection.execute("INSERT INTO kept VALUES (1)")
    with pytest.raises(LookupError):
        await insert_and_stumble(pool)
    async with tenant_transaction(pool, tenant="main") as connection:
        assert await value(connection, query="SELECT array_agg(number) FROM kept") == [1]


async def test_a_cancelled_transaction_is_rolled_back_and_its_connection_serves_on(
    empty_database_url: str,
) -> None:
    started = asyncio.Event()

    async with await open_pool(empty_database_url, max_size=1) as one:

        async def insert_and_wait() -> None:
            async with tenant_transaction(one, tenant="main") as connection:
                await connection.execute("CREATE TABLE kept ()")
                started.set()
                await connection.execute("SELECT pg_sleep(600)")

        task = asyncio.create_task(insert_and_wait())
        await started.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        async with tenant_transaction(one, tenant="main") as connection:
            assert await value(connection, query="SELECT to_regclass('kept')") is None


async def test_a_refused_statement_is_no_outage(pool: Pool) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        await run(pool, "SELECT * FROM missing")
    with pytest.raises(psycopg.errors.QueryCanceled):
        await run(pool, "SET LOCAL statement_timeout = 1", "SELECT pg_sleep(600)")


async def test_the_sessions_are_named_and_their_times_are_in_utc(pool: Pool) -> None:
    async with tenant_transaction(pool, tenant="main") as connection:
        assert (
            await value(connection, query="SELECT current_setting('application_name')")
            == "tutela test"
        )
        assert await value(connection, query="SELECT current_setting('TimeZone')") == "UTC"
        assert not connection.autocommit


async def test_a_statement_that_comes_back_is_prepared(empty_database_url: str) -> None:
    async with await open_pool(empty_database_url, max_size=1) as one:
        for _ in range(5):
            async with tenant_transaction(one, tenant="main") as connection:
                await connection.execute("SELECT 'again' || %s", ("x",))
        async with tenant_transaction(one, tenant="main") as connection:
            query = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%again%'"
            assert await value(connection, query=query) == 1


async def test_a_killed_backend_in_a_transaction_is_an_outage_of_that_transaction(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    async with await open_pool(server.url, max_size=2) as pool:
        with pytest.raises(DatabaseUnavailable) as lost:
            await lose_the_session(pool)
        assert lost.value.status == 503
        async with tenant_transaction(pool, tenant="main") as connection:
            assert await value(connection, query="SELECT 1") == 1


async def test_after_a_restart_of_the_server_no_transaction_meets_a_dead_connection(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    async with await open_pool(server.url, min_size=4, max_size=4) as pool:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: server.poll() is not None, what="the killed server to be gone")
        server.start()
        for _ in range(8):
            async with tenant_transaction(pool, tenant="main") as connection:
                assert await value(connection, query="SELECT 1") == 1


async def test_a_server_that_is_away_is_an_outage_in_bounded_time(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    async with await open_pool(server.url, max_size=1, wait_seconds=0.5) as pool:
        server.stop()
        with pytest.raises(DatabaseUnavailable):
            async with tenant_transaction(pool, tenant="main"):
                pass
    with pytest.raises(DatabaseUnavailable):
        await open_pool(server.url, wait_seconds=0.3)


async def test_a_silent_server_is_given_up_at_the_limit(pool: Pool) -> None:
    with pytest.raises(DatabaseUnavailable, match="no answer"):
        await run(pool, "SELECT pg_sleep(600)", limit_seconds=0.2)


async def test_a_timeout_of_the_block_itself_is_passed_on(pool: Pool) -> None:
    with pytest.raises(TimeoutError):
        async with tenant_transaction(pool, tenant="main", limit_seconds=60):
            raise TimeoutError


async def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(DatabaseUnavailable):
            await open_pool(f"postgresql://a@127.0.0.1:{port}/b", wait_seconds=0.3)


async def test_an_outage_tells_neither_sql_nor_address(empty_database_url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as lost:
        await open_pool(empty_database_url.replace("tutela@", "nobody-here@"), wait_seconds=0.3)
    assert "nobody-here" not in lost.value.detail
    assert "socket" not in lost.value.detail


async def test_of_two_that_wait_for_each_other_one_is_told_and_the_other_goes_on(
    pool: Pool,
) -> None:
    both = asyncio.Barrier(2)

    async def take(first: int, *, then: int) -> None:
        async with tenant_transaction(pool, tenant="a") as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (first,))
            await both.wait()
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (then,))

    ended = await asyncio.gather(take(1, then=2), take(2, then=1), return_exceptions=True)
    assert [type(each) for each in ended if each is not None] == [Deadlocked]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (psycopg.OperationalError(), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.DiskFull(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.ReadOnlySqlTransaction(), True),
        (psycopg.errors.QueryCanceled(), False),
        (psycopg.errors.SerializationFailure(), False),
        (psycopg.errors.DeadlockDetected(), False),
        (psycopg.errors.LockNotAvailable(), False),
    ],
)
def test_an_outage_is_told_from_a_refusal(error: psycopg.Error, expected: bool) -> None:  # noqa: FBT001 - a case of the table
    assert means_unavailable(error) is expected


async def test_a_server_that_keeps_passes_the_check(pool: Pool) -> None:
    async with pool.connection() as connection:
        await check_durability(connection)


@pytest.mark.parametrize("value_found", ["off", "local", "remote_write"])
async def test_a_session_that_may_forget_is_refused(pool: Pool, value_found: str) -> None:
    async with pool.connection() as connection:
        await connection.execute(f"SET LOCAL synchronous_commit = {value_found}".encode())
        with pytest.raises(DurabilityRefused, match=f"synchronous_commit is {value_found}"):
            await check_durability(connection)


async def test_the_role_of_the_house_is_bound_by_row_security_and_the_superuser_is_not(
    pool: Pool, postgres_server: EmbeddedServer
) -> None:
    async with pool.connection() as connection:
        assert await is_bound_by_row_security(connection)
    async with await psycopg.AsyncConnection.connect(postgres_server.superuser_url) as connection:
        assert not await is_bound_by_row_security(connection)


async def test_a_server_that_is_too_old_is_refused(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pool.connection() as connection:
        check_server(connection)
        monkeypatch.setattr("tutela.database.pool.MINIMUM_MAJOR", 99)
        with pytest.raises(ServerUnsuitable, match="99 or later"):
            check_server(connection)


async def test_a_database_in_another_encoding_is_refused(postgres_server: EmbeddedServer) -> None:
    superuser = await psycopg.AsyncConnection.connect(
        postgres_server.superuser_url, autocommit=True
    )
    async with superuser:
        await superuser.execute(
            "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"
            " LOCALE_PROVIDER libc LOCALE 'C'"
        )
        try:
            url = postgres_server.superuser_url.replace("/postgres?", "/latin?")
            async with await psycopg.AsyncConnection.connect(url) as connection:
                with pytest.raises(ServerUnsuitable, match="UTF-8"):
                    check_server(connection)
        finally:
            await superuser.execute("DROP DATABASE latin WITH (FORCE)")


async def test_the_clocks_are_compared(pool: Pool) -> None:
    async with pool.connection() as connection:
        same = await clock_offset_seconds(connection)
        hour_behind = await clock_offset_seconds(connection, now_seconds=lambda: 0.0)
    assert abs(same) < 60
    assert hour_behind > 1e9


def test_options_of_the_url_are_kept() -> None:
    text = connection_string("postgresql://h/d?options=-c%20work_mem%3D5MB", name="n")
    assert "work_mem=5MB" in text
    assert "TimeZone=UTC" in text
