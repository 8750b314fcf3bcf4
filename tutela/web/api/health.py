"""`GET /healthz` and `GET /readyz`: whether this process lives and can commit a notice."""

import asyncio
import shutil
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import psycopg
import structlog

from tutela.access.keys import KeySet
from tutela.database import migrations, queries
from tutela.database.errors import DatabaseError
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.errors import FieldError, TutelaError
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.problem import problem

#: Less room than this where the database lies, and the next checkpoint may fail.
DISK_FREE_MIN_BYTES = 256 * 1024 * 1024
PROBE_SECONDS = 2.0

_sql = queries.load("tutela.web", file="health.sql")
_log = structlog.get_logger(__name__)


class NotReady(TutelaError):
    """A notice can't be committed by this process now."""

    code = "not_ready"
    title = "A notice can't be committed now"
    status = HTTPStatus.SERVICE_UNAVAILABLE


def show_health() -> Handler:
    """200: the process lives."""

    async def handle(asked: Asked) -> Answer:
        del asked
        return answer({"status": "alive"})

    return handle


def show_readiness(pool: Pool, *, keys: KeySet, data_folder: Path | None) -> Handler:
    """200 where a notice can be committed; else 503 with what stands in the way.

    It commits a record of the write-ahead log that leaves no row. `data_folder` is None where the
    database lies elsewhere.
    """

    async def handle(asked: Asked) -> Answer:
        del asked
        wrong = [*_disk_errors(data_folder), *await _database_errors(pool, keys=keys)]
        if not wrong:
            return answer({"status": "ready"})
        _log.warning("not_ready", checks=[each.pointer for each in wrong])
        return problem(NotReady(detail="Come back in a moment.", errors=wrong))

    return handle


def _disk_errors(data_folder: Path | None) -> Iterator[FieldError]:
    if data_folder is None:
        return
    try:
        free = shutil.disk_usage(data_folder).free
    except OSError:
        yield FieldError("/disk", "the data folder can't be reached")
        return
    if free < DISK_FREE_MIN_BYTES:
        yield FieldError("/disk", f"less than {DISK_FREE_MIN_BYTES} bytes are free")


async def _database_errors(pool: Pool, *, keys: KeySet) -> list[FieldError]:
    try:
        async with (
            asyncio.timeout(PROBE_SECONDS * 2),
            every_tenant_transaction(pool, limit_seconds=PROBE_SECONDS) as connection,
        ):
            return await _wrong_with(connection, keys=keys)
    except (DatabaseError, psycopg.Error, TimeoutError) as cause:
        return [FieldError("/database", f"a commit fails: {type(cause).__name__}")]


async def _wrong_with(connection: Connection, *, keys: KeySet) -> list[FieldError]:
    wrong: list[FieldError] = []
    cursor = await connection.execute(_sql.probe)
    (takes_no_writes, fingerprint) = (await cursor.fetchall())[0]
    if takes_no_writes:
        wrong.append(FieldError("/database", "takes no writes: a standby, or read-only"))
    if fingerprint != keys.fingerprint:
        wrong.append(FieldError("/keys", "not the keys that this database was made with"))
    if await migrations.pending(connection):
        wrong.append(FieldError("/migrations", "not all are applied"))
    if not wrong:
        await connection.execute(_sql.write_probe)
    return wrong
