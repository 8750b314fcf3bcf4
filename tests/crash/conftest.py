"""A way to the database of a test through the proxy, and one beside it."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from benchmarks import proxy
from benchmarks.proxy import SOCKET_NAME, Proxy
from tutela.database.cluster import ROLE
from tutela.database.embedded import EmbeddedServer

SILENT_ATTEMPT_SECONDS = 0.2

Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Road:
    """The way through the proxy and the one beside it."""

    relay: Proxy
    through: str
    beside: str

    async def connect(self) -> Connection:
        return await psycopg.AsyncConnection[Any].connect(self.through, connect_timeout=5)

    async def rows(self) -> int:
        async with await psycopg.AsyncConnection[Any].connect(self.beside) as connection:
            answer = await connection.execute("SELECT count(*) FROM fact")
            return int((await answer.fetchall())[0][0])


@pytest.fixture
def silence_seconds() -> float:
    """How long a silent connection is held open after its client has gone."""
    return SILENT_ATTEMPT_SECONDS


@pytest.fixture
async def road(
    postgres_server: EmbeddedServer, empty_database_url: str, silence_seconds: float
) -> AsyncIterator[Road]:
    folder = Path(tempfile.mkdtemp(prefix="tutela-proxy-"))
    database = conninfo_to_dict(empty_database_url)["dbname"]
    async with proxy.running(
        folder,
        server_socket=postgres_server.placement.socket_folder / SOCKET_NAME,
        silence_seconds=silence_seconds,
    ) as relay:
        through = f"postgresql://{ROLE}@/{database}?host={quote(str(folder), safe='')}"
        found = Road(relay, through, empty_database_url)
        async with await found.connect() as connection:
            await connection.execute("CREATE TABLE fact (name text PRIMARY KEY)")
        yield found
    shutil.rmtree(folder)
