"""Folders and servers for tests that start and kill their own."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tutela.database.cluster import Tuning
from tutela.database.embedded import EmbeddedServer
from tutela.database.placement import Host

SMALL = Tuning(shared_buffers_mb=16, max_wal_size_mb=256, max_connections=20)

StartServer = Callable[[Path], EmbeddedServer]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder with a short path that every user can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="tutela-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def host(open_folder: Path) -> Host:
    """This machine, with all places outside the data folder in the folder of the test."""
    return Host(None, open_folder / "shared", (open_folder,))


@pytest.fixture
def told() -> list[str]:
    """The lines of progress that servers of `make_server` told."""
    return []


@pytest.fixture
def make_server(host: Host, told: list[str]) -> Iterator[StartServer]:
    """Makes servers that are stopped at the end of the test, whatever it did to them."""
    made: list[EmbeddedServer] = []

    def make(data_folder: Path) -> EmbeddedServer:
        server = EmbeddedServer(data_folder, host=host, tuning=SMALL, report=told.append)
        made.append(server)
        return server

    yield make
    for server in reversed(made):
        server.stop()
