"""The service that the reports go to: its address, its commands, and its rows."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.doors_neighbours import Neighbours
from tutela.database.embedded import EmbeddedServer, locate_database

READY = "ready "
STOP_SECONDS = 60.0
TUTELA = Path(sys.executable).with_name("tutela")
VERIFIER = Path(sys.executable).with_name("tutela-verify")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A running service with its folders, and a folder for what goes in and out."""

    url: str
    neighbours: Neighbours
    data_folder: Path
    key_folder: Path
    folder: Path

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command on this service, run to its end."""
        where = ("--data", str(self.data_folder), "--keys", str(self.key_folder))
        return _run([TUTELA, *arguments, *where])

    def verify(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`tutela-verify`, run to its end."""
        return _run([VERIFIER, *arguments])

    def token(self, *, role: str = "service", name: str, channel: str = "user") -> str:
        """A new token."""
        named = ("--role", role, "--name", name, "--channel", channel)
        done = self.command("token", "create", *named)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    def rows(self, query: str, **params: object) -> list[tuple[Any, ...]]:
        """What a query finds, in all tenants."""
        server = locate_database(self.data_folder, url=None)
        assert isinstance(server, EmbeddedServer)
        server.join()
        try:
            with psycopg.connect(server.url) as connection:
                connection.execute("SELECT set_config('tutela.tenant', '*', false)")
                return connection.execute(query.encode(), params).fetchall()
        finally:
            server.stop()


@contextmanager
def started(neighbours: Neighbours) -> Iterator[Place]:
    """`tutela up` in a folder of its own, gone with the context."""
    with tempfile.TemporaryDirectory(prefix="tutela-doors-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        where = {"TUTELA_DATA": str(folder / "data"), "TUTELA_KEYS": str(folder / "keys")}
        with (folder / "log").open("wb") as log:
            child = subprocess.Popen(
                [TUTELA, "up", "--port", "0"],
                env={**os.environ, **where, **neighbours.environment},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert child.stdout is not None
        try:
            said = child.stdout.readline().strip()
            if not said.startswith(READY):
                raise SystemExit(f"tutela up did not start: {(folder / 'log').read_text()[-4000:]}")
            yield Place(
                url=said.removeprefix(READY),
                neighbours=neighbours,
                data_folder=folder / "data",
                key_folder=folder / "keys",
                folder=folder,
            )
        finally:
            child.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_SECONDS)
            child.kill()
            child.stdout.close()


def _run(arguments: list[Path | str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, check=False)
