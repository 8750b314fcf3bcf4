"""The whole record of one log as a file that anyone can verify without us."""

import asyncio
import base64
import os
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, BinaryIO, LiteralString, TypeVar

from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain import canonical
from tutela.errors import TutelaError
from tutela.ledger import heads, proofs
from tutela.ledger.heads import Head

FORMAT = "tutela-ledger-export"
#: Rows that the server hands over at once.
FETCH_ROWS = 2_000
#: Connections that read leaves side by side: that the server writes their lines takes the time.
READERS = 2

Part = TypeVar("Part")

_sql = queries.load("tutela.ledger")


class NothingToExport(TutelaError):
    """The log has no signed head yet."""

    code = "nothing_to_export"
    title = "The log is empty"
    status = 404


class ExportNotWritten(TutelaError):
    """The file can't be written where it should go."""

    code = "export_not_written"
    title = "The export can't be written"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds."""

    log_id: str
    leaves: int
    receipts: int
    heads: int
    cosignatures: int
    stamps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose log, at which instant, and who is told how many leaves are written."""

    tenant: str
    log_id: str
    at: datetime
    progress: Callable[[int, int], None]


async def export(pool: Pool, *, wanted: Wanted, path: Path) -> Exported:
    """Writes the log as its newest head has it; the file is there whole or not at all.

    Errors: `NothingToExport`, `ExportNotWritten`, `DatabaseUnavailable`.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            async with tenant_transaction(
                pool, tenant=wanted.tenant, limit_seconds=None
            ) as connection:
                writing = _Writing(connection, pool=pool, wanted=wanted, file=file)
                exported = await writing.write()
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise ExportNotWritten(f"{path}: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return exported


async def in_order(parts: Iterable[Coroutine[None, None, Part]]) -> AsyncGenerator[Part]:
    """What each part comes to, in their order; `READERS` of them are under way at a time."""
    waiting = iter(parts)
    under_way = deque(asyncio.create_task(each) for each in islice(waiting, READERS))
    try:
        while under_way:
            came = await under_way.popleft()
            under_way.extend(asyncio.create_task(each) for each in islice(waiting, 1))
            yield came
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


class _Writing:
    """One export under way. What is below the newest head no longer changes."""

    def __init__(
        self, connection: Connection, *, pool: Pool, wanted: Wanted, file: BinaryIO
    ) -> None:
        self._connection = connection
        self._pool = pool
        self._wanted = wanted
        self._file = file

    async def write(self) -> Exported:
        """Every line in the order of the format; the last one says that nothing was cut off."""
        newest = await self._newest()
        self._line(
            b"log",
            value={
                "v": 1,
                "log_id": self._wanted.log_id,
                "size": newest.size,
                "exported_at": canonical.timestamp(self._wanted.at),
                "format": FORMAT,
            },
        )
        await self._write_keys()
        receipts = await self._write_leaves(newest.size)
        counted = await self._write_heads(newest)
        self._line(b"end", value={"leaves": newest.size, "receipts": receipts, **counted})
        return Exported(
            self._wanted.log_id,
            leaves=newest.size,
            receipts=receipts,
            heads=counted["heads"],
            cosignatures=counted["cosignatures"],
            stamps=counted.get("stamps", 0),
        )

    async def _newest(self) -> Head:
        cursor = await self._connection.execute(_sql.last_head, {"tenant": self._wanted.tenant})
        row = await cursor.fetchone()
        if row is None:
            raise NothingToExport(f"Nothing is in the log of {self._wanted.tenant} yet.")
        return heads.of_row(row, log_id=self._wanted.log_id)

    async def _write_keys(self) -> None:
        cursor = await self._connection.execute(_sql.export_keys)
        async for row in cursor:
            self._line(b"key", value={**proofs.key_fields(row), "purpose": "ledger"})

    async def _write_leaves(self, size: int) -> int:
        receipts = 0
        ends = [min(begin + FETCH_ROWS, size) for begin in range(0, size, FETCH_ROWS)]
        parts = in_order((self._read(begin, end=end) for begin, end in pairwise([0, *ends])))
        async with aclosing(parts):
            async for end, lines, count in parts:
                self._file.write(lines)
                receipts += count
                self._wanted.progress(end, size)
        return receipts

    async def _read(self, begin: int, *, end: int) -> tuple[int, bytes, int]:
        named = {"tenant": self._wanted.tenant, "log_id": self._wanted.log_id}
        async with (
            tenant_transaction(
                self._pool, tenant=self._wanted.tenant, limit_seconds=None
            ) as connection,
            connection.cursor(binary=True) as cursor,
        ):
            await cursor.execute(_sql.join_by_index)
            await cursor.execute(_sql.export_leaves, {**named, "begin": begin, "end": end})
            lines, count = (await cursor.fetchall())[0]
        return end, lines or b"", count

    async def _write_heads(self, newest: Head) -> dict[str, int]:
        counted = {"heads": 0, "checkpoints": 0, "cosignatures": 0}
        rows = self._rows(_sql.export_heads, size=newest.size)
        async for *row, checkpoint, cosignatures, stamp in rows:
            head = heads.of_row(row, log_id=self._wanted.log_id)
            self._line(b"head", value=head)
            counted["heads"] += 1
            if checkpoint is not None and (cosignatures or head == newest):
                self._line(b"checkpoint", value={"note": checkpoint})
                counted["checkpoints"] += 1
                for line in cosignatures or ():
                    self._line(b"cosignature", value={"line": line.removesuffix("\n")})
                    counted["cosignatures"] += 1
            if stamp is not None:
                self._write_stamp(stamp, head=head)
                counted["stamps"] = counted.get("stamps", 0) + 1
            if head == newest:
                break
        return counted

    def _write_stamp(self, response: bytes, *, head: Head) -> None:
        told = base64.b64encode(response).decode()
        self._line(b"stamp", value={"size": head.size, "at": head.at, "response": told})

    async def _rows(self, sql: LiteralString, *, size: int) -> AsyncIterator[tuple[Any, ...]]:
        async with self._connection.cursor(name="tutela_export") as cursor:
            cursor.itersize = FETCH_ROWS
            await cursor.execute(sql, {"tenant": self._wanted.tenant, "size": size})
            async for row in cursor:
                yield row

    def _line(self, kind: bytes, *, value: object) -> None:
        self._file.write(kind + b"\t" + canonical.encode(value) + b"\n")
