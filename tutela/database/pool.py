"""Connections: a pool, a transaction for one tenant, and what a server must promise."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
import psycopg_pool
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tutela.database.binaries import MINIMUM_MAJOR
from tutela.database.errors import (
    DatabaseUnavailable,
    Deadlocked,
    DurabilityRefused,
    ServerUnsuitable,
)

#: The tenant setting of a worker, which serves every tenant.
EVERY_TENANT = "*"

#: A transaction that waits for its client longer than this is ended by the server.
IDLE_IN_TRANSACTION_SECONDS = 60
#: How long a transaction may take that does not say otherwise, for client and server alike.
LIMIT_SECONDS = 15.0
#: How long a connection may take to roll back before it is given up.
ROLLBACK_SECONDS = 5.0
#: How long to wait for a new connection before the server counts as away.
CONNECT_SECONDS = 5

#: SQLSTATE classes that mean: this server cannot serve now (PostgreSQL, appendix A).
UNAVAILABLE_CLASSES = frozenset(
    {
        "08",  # connection exception
        "53",  # insufficient resources: disk full, too many connections
        "57",  # operator intervention: shut down, crashed, starting
        "58",  # system error: input or output
    }
)
#: A query that was cancelled or ran out of its own time: the server is there.
CANCELLED = "57014"
#: The primary has become a standby; a transaction idled, or took, longer than it may.
LOST_STATES = frozenset({"25006", "25P03", "25P04"})

SETTINGS_THAT_KEEP = {
    "fsync": frozenset({"on"}),
    "synchronous_commit": frozenset({"on", "remote_apply"}),
    "full_page_writes": frozenset({"on"}),
}

Connection = psycopg.AsyncConnection[Any]
Pool = psycopg_pool.AsyncConnectionPool[Connection]


async def open_pool(
    url: str,
    *,
    min_size: int = 1,
    max_size: int = 10,
    name: str = "tutela",
    wait_seconds: float = 10.0,
) -> Pool:
    """An open pool: prepared statements, no autocommit, times in UTC, `name` as application name.

    `wait_seconds` bounds the wait for the first connections, and for a free one later.
    Errors: `DatabaseUnavailable` where the server does not answer in that time.
    """
    pool: Pool = psycopg_pool.AsyncConnectionPool(
        connection_string(url, name=name),
        connection_class=psycopg.AsyncConnection[Any],
        kwargs={"autocommit": False, "prepare_threshold": 2},
        min_size=min_size,
        max_size=max_size,
        timeout=wait_seconds,
        name=name,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=wait_seconds)
    except psycopg.OperationalError as error:
        await pool.close()
        raise unavailable(error) from error
    return pool


def connection_string(url: str, *, name: str) -> str:
    """The URL as libpq takes it, with the house's settings where it names none of its own."""
    given = conninfo_to_dict(url)
    options = [
        "-c TimeZone=UTC",
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_SECONDS}s",
        "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
        "-c tcp_user_timeout=10s",
    ]
    usual = {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
    settings = {
        **usual,
        **given,
        "application_name": name,
        "options": " ".join([*options, str(given.get("options") or "")]).strip(),
    }
    return make_conninfo("", **settings)


@asynccontextmanager
async def tenant_transaction(
    pool: Pool, *, tenant: str, limit_seconds: float | None = LIMIT_SECONDS
) -> AsyncIterator[Connection]:
    """A connection in a transaction that sees the rows of `tenant` alone; committed at the end.

    It is rolled back where the block raises. `limit_seconds` bounds the whole of it on both sides:
    a server that has gone silent is given up, and a server whose client has gone silent lets go of
    what the transaction held. Errors: `DatabaseUnavailable` where no connection is to be
    had or it was lost; where that happens at the commit, whether it was done is open. `Deadlocked`
    where nothing was done because another transaction went first.
    """
    if not tenant:
        raise ValueError("a transaction needs a tenant")
    try:
        async with asyncio.timeout(limit_seconds) as limit:
            connection = await _begun(pool, tenant=tenant, limit_seconds=limit_seconds)
            try:
                async with _committed(connection):
                    yield connection
            finally:
                await pool.putconn(connection)
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise DatabaseUnavailable(f"The database gave no answer in {limit_seconds} s.") from error
    except psycopg.errors.DeadlockDetected as error:
        raise Deadlocked("Nothing was changed; try again.") from error
    except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError) as error:
        if not means_unavailable(error):
            raise
        raise unavailable(error) from error


@asynccontextmanager
async def every_tenant_transaction(
    pool: Pool, *, limit_seconds: float | None = LIMIT_SECONDS
) -> AsyncIterator[Connection]:
    """As `tenant_transaction`, for workers that serve every tenant."""
    async with tenant_transaction(
        pool, tenant=EVERY_TENANT, limit_seconds=limit_seconds
    ) as connection:
        yield connection


def means_unavailable(error: psycopg.Error) -> bool:
    """Whether the server is away or cannot serve, rather than refusing this statement."""
    state = error.sqlstate
    if state is None:
        return True
    return state != CANCELLED and (state[:2] in UNAVAILABLE_CLASSES or state in LOST_STATES)


def unavailable(error: Exception) -> DatabaseUnavailable:
    """The house's error for a lost or missing connection, without the server's words."""
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    return DatabaseUnavailable(
        "The database is away or cannot serve now. What was acknowledged is kept; try again.",
        evidence={"sqlstate": state or "none", "kind": type(error).__name__},
    )


async def check_durability(connection: Connection) -> None:
    """Nothing where the server keeps what it acknowledges; else `DurabilityRefused`.

    It reads the settings of this session: `fsync`, `synchronous_commit`, `full_page_writes`.
    """
    for setting, wanted in SETTINGS_THAT_KEEP.items():
        answer = await connection.execute("SELECT current_setting(%s)", (setting,))
        row = await answer.fetchone()
        found = row[0] if row else "unknown"
        if found not in wanted:
            raise DurabilityRefused(
                f"{setting} is {found}: a crash would lose acknowledged notices. "
                f"Set it to {' or '.join(sorted(wanted))}, for the server and for the role.",
                evidence={setting: str(found)},
            )


def check_server(connection: Connection) -> None:
    """Nothing where the server is recent and keeps UTF-8; else `ServerUnsuitable`."""
    version, encoding = connection.info.server_version, "server_encoding"
    if version // 10_000 < MINIMUM_MAJOR:
        raise ServerUnsuitable(
            f"The server is PostgreSQL {version // 10_000}; {MINIMUM_MAJOR} or later is needed.",
            evidence={"version": str(version)},
        )
    if connection.info.parameter_status(encoding) != "UTF8":
        raise ServerUnsuitable("The database is not in UTF-8: create one with ENCODING 'UTF8'.")


async def is_bound_by_row_security(connection: Connection) -> bool:
    """Whether row-level security binds the session's role: no superuser, no right to bypass."""
    answer = await connection.execute(
        "SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user"
    )
    return bool((await answer.fetchall())[0][0])


async def clock_offset_seconds(
    connection: Connection, *, now_seconds: Callable[[], float] = time.time
) -> float:
    """How far the server's clock is ahead of this machine's, in seconds.

    Measured as in RFC 5905, section 8: the middle of the round trip against the server's time.
    """
    await connection.execute("SELECT 1")
    before = now_seconds()
    answer = await connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
    after = now_seconds()
    return float((await answer.fetchall())[0][0]) - (before + after) / 2


async def _begun(pool: Pool, *, tenant: str, limit_seconds: float | None) -> Connection:
    limit = f"{(limit_seconds or 0) * 1000:.0f}ms"
    for _ in range(pool.max_size + 1):
        connection = await pool.getconn()
        try:
            await connection.execute(
                "SELECT set_config('tutela.tenant', %s, true),"
                " set_config('transaction_timeout', %s, true)",
                (tenant, limit),
            )
        except BaseException as error:
            await pool.putconn(connection)
            if not isinstance(error, psycopg.OperationalError) or not connection.closed:
                raise
            lost = error
        else:
            return connection
    raise lost


@asynccontextmanager
async def _committed(connection: Connection) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        with suppress(psycopg.Error, TimeoutError):
            async with asyncio.timeout(ROLLBACK_SECONDS):
                await connection.rollback()
        raise
    await connection.commit()
