"""Brings a database to this version's schema: numbered SQL, in order, each once, under a lock."""

import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from tutela.database.errors import DatabaseNewer, MigrationChanged, MigrationsInvalid
from tutela.database.pool import (
    Connection,
    check_server,
    connection_string,
    means_unavailable,
    unavailable,
)

FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")

#: The advisory lock of those who migrate: "tutela" in ASCII, as a number.
LOCK_KEY = 0x7475_7465_6C61

CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migration (
    version integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    version: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def file_name(self) -> str:
        return f"{self.version:04}_{self.name}.sql"


def shipped() -> Traversable:
    """The folder of the migrations that come with this version."""
    return files("tutela.database").joinpath("migrations")


def read_migrations(folder: Traversable) -> list[Migration]:
    """The migrations of a folder, from 1 without a gap.

    Errors: `MigrationsInvalid` for none at all, a gap, a number twice, or a `.sql` file whose name
    is not `NNNN_name.sql`.
    """
    found: list[Migration] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not entry.name.endswith(".sql"):
            continue
        name = FILE_NAME.fullmatch(entry.name)
        if name is None:
            raise MigrationsInvalid(f"{entry.name} is not named NNNN_name.sql.")
        found.append(Migration(int(name[1]), name[2], entry.read_text(encoding="utf-8")))
    if not found:
        raise MigrationsInvalid(f"{folder} holds no migration.")
    for wanted, migration in enumerate(found, 1):
        if migration.version != wanted:
            raise MigrationsInvalid(f"{migration.file_name} stands where {wanted:04} should.")
    return found


async def migrate(
    target: Connection | str, *, folder: Traversable | None = None
) -> list[Migration]:
    """The migrations that were applied now, in order; none where the database was up to date.

    Each runs in a transaction of its own, together with its row in `schema_migration`. Who starts
    at the same time waits. Errors: `MigrationsInvalid`, `MigrationChanged`, `DatabaseNewer`,
    `ServerUnsuitable`, `DatabaseUnavailable`, and the database's own for a file it refuses.
    """
    migrations = read_migrations(folder or shipped())
    async with _connected(target) as connection, _locked(connection):
        check_server(connection)
        await connection.execute(CREATE_TABLE)
        applied = await _applied(connection)
        check_history(applied, known=migrations)
        due = migrations[len(applied) :]
        for migration in due:
            await _apply(migration, connection=connection)
        return due


async def pending(target: Connection | str, *, folder: Traversable | None = None) -> int:
    """How many migrations the database still lacks; errors as `migrate`. It changes nothing."""
    migrations = read_migrations(folder or shipped())
    async with _connected(target) as connection:
        answer = await connection.execute("SELECT to_regclass('schema_migration') IS NOT NULL")
        row = await answer.fetchone()
        applied = await _applied(connection) if row and row[0] else {}
        check_history(applied, known=migrations)
        return len(migrations) - len(applied)


def check_history(applied: Mapping[int, tuple[str, str]], *, known: Sequence[Migration]) -> None:
    """Nothing where `applied` (version: name, SHA-256) is a beginning of `known`.

    Errors: `DatabaseNewer`, `MigrationChanged`.
    """
    unknown = sorted(set(applied) - {migration.version for migration in known})
    if unknown:
        raise DatabaseNewer(
            f"The database has migration {unknown[-1]}, this version of Tutela ends at "
            f"{known[-1].version}. Install the version that made it, or a later one.",
            evidence={"database": str(unknown[-1]), "code": str(known[-1].version)},
        )
    for migration in known[: len(applied)]:
        if applied.get(migration.version) != (migration.name, migration.sha256):
            raise MigrationChanged(
                f"{migration.file_name} is not what was applied to this database. Applied "
                "migrations never change: put it back and write a new one.",
                evidence={"version": str(migration.version)},
            )


async def _apply(migration: Migration, *, connection: Connection) -> None:
    async with connection.transaction():
        before = await _transaction_id(connection)
        await connection.execute(migration.text)
        lost = connection.info.transaction_status is not TransactionStatus.INTRANS
        if lost or await _transaction_id(connection) != before:
            raise MigrationsInvalid(f"{migration.file_name} ends its own transaction.")
        await connection.execute(
            "INSERT INTO schema_migration (version, name, sha256) VALUES (%s, %s, %s)",
            (migration.version, migration.name, migration.sha256),
        )


async def _applied(connection: Connection) -> dict[int, tuple[str, str]]:
    answer = await connection.execute("SELECT version, name, sha256 FROM schema_migration")
    return {version: (name, sha256) for version, name, sha256 in await answer.fetchall()}


async def _transaction_id(connection: Connection) -> object:
    answer = await connection.execute("SELECT pg_current_xact_id()::text")
    return await answer.fetchone()


@asynccontextmanager
async def _connected(target: Connection | str) -> AsyncIterator[Connection]:
    if not isinstance(target, str):
        yield target
        return
    connection: psycopg.AsyncConnection[Any]
    try:
        connection = await psycopg.AsyncConnection.connect(
            connection_string(target, name="tutela migrate"), autocommit=True
        )
        async with connection:
            yield connection
    except psycopg.OperationalError as error:
        if not means_unavailable(error):
            raise
        raise unavailable(error) from error


@asynccontextmanager
async def _locked(connection: Connection) -> AsyncIterator[None]:
    if not connection.autocommit:
        raise MigrationsInvalid("migrate needs a connection in autocommit mode.")
    await connection.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
    try:
        yield
    finally:
        if not connection.closed:
            await connection.execute("SELECT pg_advisory_unlock(%s)", (LOCK_KEY,))
