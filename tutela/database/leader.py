"""One leader among many processes, by an advisory lock that lives as long as its session."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, LiteralString

import psycopg

from tutela.database.errors import DatabaseUnavailable, LeadershipLost
from tutela.database.pool import Connection, connection_string, means_unavailable, unavailable

#: Between two tries of a process that is not the leader.
TRY_SECONDS = 0.5
#: How long the server keeps the lead for a session that says nothing, and a leader waits for an
#: answer: a half-open connection ends the lead on both sides.
SILENT_SECONDS = 10.0

_HAS_LOCK: Final = (
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND pid = pg_backend_pid() AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32) | objid::bigint = %s AND objsubid = 1)"
)


class Lead:
    """The leadership of one name, for as long as `connection` lives.

    A transaction on `connection` is fenced by nature: it can only commit while the session that
    holds the lock is there. Work on other connections must ask `check` and be safe without it.
    """

    def __init__(
        self, name: str, *, connection: Connection, silent_seconds: float = SILENT_SECONDS
    ) -> None:
        self.name = name
        self.connection = connection
        self._silent_seconds = silent_seconds

    async def try_take(self) -> bool:
        """Whether this process leads now. Errors: `DatabaseUnavailable`."""
        try:
            async with asyncio.timeout(self._silent_seconds):
                return await self._answer(
                    "SELECT pg_try_advisory_lock(%s)"
                    " FROM set_config('idle_session_timeout', %s, false)",
                    values=(lock_key(self.name), f"{self._silent_seconds * 1000:.0f}ms"),
                )
        except (psycopg.OperationalError, TimeoutError) as error:
            if isinstance(error, psycopg.Error) and not means_unavailable(error):
                raise
            raise unavailable(error) from error

    async def check(self) -> None:
        """Nothing while this process is the leader; else `LeadershipLost`.

        Ask more often than every `SILENT_SECONDS`: the server takes a silent leader for dead.
        """
        try:
            async with asyncio.timeout(self._silent_seconds):
                has_lock = await self._answer(_HAS_LOCK, values=(lock_key(self.name),))
        except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError) as error:
            raise self.lost() from error
        if not has_lock:
            raise self.lost()

    async def _answer(self, query: LiteralString, *, values: tuple[object, ...]) -> bool:
        row = await (await self.connection.execute(query, values)).fetchone()
        return row is not None and bool(row[0])

    def lost(self) -> LeadershipLost:
        """The error to raise where the leadership has gone."""
        return LeadershipLost(
            f"The session that held the lead of {self.name} has ended; another may have it.",
            evidence={"name": self.name},
        )


def lock_key(name: str) -> int:
    """The advisory lock of a name: 63 bits of its SHA-256, so that it is never negative."""
    digest = hashlib.sha256(b"tutela leader " + name.encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


@asynccontextmanager
async def leadership(
    url: str,
    *,
    name: str,
    try_seconds: float = TRY_SECONDS,
    silent_seconds: float = SILENT_SECONDS,
) -> AsyncIterator[Lead]:
    """Waits until this process leads `name`, and leads for the length of the block.

    It asks every `try_seconds` rather than waiting inside the server, where a waiting statement
    would hold back vacuum. The connection is its own and in autocommit mode; one that says nothing
    for `silent_seconds` loses the lead.
    Errors: `DatabaseUnavailable` while waiting, `LeadershipLost` where the session ended within.
    """
    try:
        connection = await psycopg.AsyncConnection[Any].connect(
            connection_string(url, name=f"tutela lead {name}"), autocommit=True
        )
    except psycopg.OperationalError as error:
        raise unavailable(error) from error
    async with connection:
        lead = Lead(name, connection=connection, silent_seconds=silent_seconds)
        while not await lead.try_take():  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(try_seconds)
        try:
            yield lead
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if connection.closed:
                raise lead.lost() from error
            raise


async def lead_again_and_again(
    url: str,
    *,
    name: str,
    work: Callable[[Lead], Awaitable[None]],
    try_seconds: float = TRY_SECONDS,
) -> None:
    """Runs `work` whenever this process leads, until `work` returns of its own accord.

    A lost lead or a database that is away means waiting and trying again; every other error of
    `work` is passed on.
    """
    while True:
        try:
            async with leadership(url, name=name, try_seconds=try_seconds) as lead:
                await work(lead)
                return
        except (LeadershipLost, DatabaseUnavailable):
            await asyncio.sleep(try_seconds)
