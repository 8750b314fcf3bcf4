"""A database server of the benchmark's own, and equal databases on it, one for each run."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from benchmarks import machine, stored
from benchmarks.stored import World
from tutela.database.binaries import find_binaries
from tutela.database.cluster import ROLE, SUPERUSER
from tutela.database.embedded import EmbeddedServer
from tutela.database.readiness import connection_url


class Arena:
    """The embedded server as `tutela up` runs it, in a folder that goes with it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tutela-bench-"))
        self.folder.chmod(0o711)
        self.pgbench = find_binaries().program("pgbench")
        self.server = EmbeddedServer(self.folder / "data")

    def __enter__(self) -> Self:
        self.server.start()
        self._admin = psycopg.connect(self.server.superuser_url, autocommit=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._admin.close()
        self.server.stop()
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        """The URL of a database for the role of the service, bound by row-level security."""
        return connection_url(self.server.placement, role=ROLE, database=database)

    def build(self, database: str, *, notices: int) -> World:
        """A new database with so many notices stored."""
        self.create(database)
        superuser = connection_url(self.server.placement, role=SUPERUSER, database=database)
        return asyncio.run(
            stored.build(
                self.url(database),
                superuser_url=superuser,
                key_folder=self.folder / "keys",
                notices=notices,
            )
        )

    def create(self, database: str) -> None:
        """An empty database."""
        self._create(database, template="template1")

    @contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        """The URL of a copy that lasts as long as the context."""
        name = f"{template}_{time.monotonic_ns()}"
        self._create(name, template=template)
        try:
            yield self.url(name)
        finally:
            self._admin.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def settle(self) -> None:
        """Writes out what is dirty, so that every run begins as far from its next checkpoint."""
        self._admin.execute("CHECKPOINT")

    def wal_bytes(self) -> int:
        """How far the log of the server has come."""
        row = self._admin.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
        assert row is not None
        return int(row[0])

    def cpu_seconds(self) -> float:
        """Processor time of the database server so far, with all its processes."""
        assert self.server.pid is not None
        return machine.cpu_seconds(machine.descendants(self.server.pid))

    def _create(self, name: str, *, template: str) -> None:
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(ROLE), sql.Identifier(template)
            )
        )
