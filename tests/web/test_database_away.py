"""A database that is away: 503 with when to come back, and nothing acknowledged is lost."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.types import Message, Receive, Scope

from tests.fixtures.house import Rooms
from tests.fixtures.site import Site, notice, site_on
from tutela.access.founding import found
from tutela.database.cluster import Tuning
from tutela.database.embedded import EmbeddedServer
from tutela.database.migrations import migrate
from tutela.database.pool import open_pool
from tutela.intake import commit
from tutela.intake.refusals import RefusalLog

SMALL = Tuning(shared_buffers_mb=16, max_wal_size_mb=256, max_connections=20)
AWAY_SECONDS = 20.0


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="tutela-test-"))
    folder.chmod(0o711)
    server = EmbeddedServer(folder / "data", tuning=SMALL)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest_asyncio.fixture
async def away(server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[Site]:
    """A site whose database a test may stop and start."""
    await migrate(server.url)
    pool = await open_pool(server.url, min_size=1, max_size=4, wait_seconds=2.0)
    keys = await found(pool, key_folder=tmp_path / "k", now=datetime.now(UTC), chance=os.urandom)
    rooms = Rooms(pool=pool, keys=keys)
    refusals = RefusalLog(pool, keys=keys, clock=rooms.clock.now, chance=os.urandom)
    application = site_on(rooms, refusals=refusals)
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tutela") as client:
        yield Site(rooms, application, client, refusals)
    await pool.close()


async def stop(server: EmbeddedServer) -> None:
    await asyncio.to_thread(server.stop)


def lines(count: int) -> bytes:
    return b"\n".join(json.dumps(notice(external_id=f"b-{n}")).encode() for n in range(count))


async def batch_call(site: Site, *, body: bytes) -> tuple[Scope, Receive]:
    """The scope of a batch as a server hands it in, and its body."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return left.pop()

    headers = [
        (b"authorization", f"Bearer {await site.token()}".encode()),
        (b"content-type", b"application/x-ndjson"),
        (b"content-length", str(len(body)).encode()),
    ]
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/notices/batch",
        "query_string": b"",
        "headers": headers,
    }
    return scope, receive


async def test_while_it_is_away_calls_are_503_and_after_it_they_go_in(
    away: Site, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "PURSUIT_SECONDS", 0.5)
    first = await away.post("/v1/notices", body=notice(external_id="k-1"))
    assert first.status_code == 201
    await stop(server)
    async with asyncio.timeout(AWAY_SECONDS):
        single, batch, lookup, report, no_one = await asyncio.gather(
            away.post("/v1/notices", body=notice(external_id="k-2")),
            away.post("/v1/notices/batch", body=lines(300), content_type="application/x-ndjson"),
            away.call("/v1/receipts/lookup", body={"code": first.json()["receipt"]["code"]}),
            away.post(
                "/xrpc/com.atproto.moderation.createReport",
                body={"reasonType": "x", "subject": {"did": "did:plc:a"}},
            ),
            away.post("/v1/notices", body=notice(), authorization="Bearer tutela_other"),
        )
    for answer in (single, batch, lookup, report, no_one):
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) > 0
    assert single.json()["code"] == "database_unavailable"
    assert report.json()["error"] == "NotEnoughResources"
    assert away.refusals.unrecorded >= 5
    server.start()
    again = await away.post("/v1/notices", body=notice(external_id="k-1"))
    assert (again.status_code, again.json()) == (200, first.json())
    retried = await away.post("/v1/notices", body=notice(external_id="k-2"))
    assert retried.status_code in {200, 201}
    assert await away.house.rows("SELECT count(*) FROM notice") == [(2,)]


async def test_a_batch_that_the_database_leaves_says_which_lines_to_send_again(
    away: Site, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "PURSUIT_SECONDS", 0.5)
    body = lines(1_000)
    told: list[bytes] = []

    async def send(message: Message) -> None:
        told.append(bytes(message.get("body", b"")))
        if len(told) == 2:
            await stop(server)

    async with asyncio.timeout(AWAY_SECONDS):
        await away.application(*await batch_call(away, body=body), send)
    results = [json.loads(line) for line in b"".join(told).splitlines()]
    assert [each["line"] for each in results] == list(range(1, 1_001))
    accepted = [each for each in results if each["status"] == "accepted"]
    again = [each for each in results if each.get("try_again")]
    assert accepted
    assert again
    assert len(accepted) + len(again) == 1_000
    assert {each["code"] for each in again} == {"database_unavailable"}
    server.start()
    answer = await away.post("/v1/notices/batch", body=body, content_type="application/x-ndjson")
    second = [json.loads(line) for line in answer.text.splitlines()]
    assert {each["status"] for each in second} <= {"accepted", "duplicate"}
    assert [second[each["line"] - 1]["id"] for each in accepted] == [
        each["id"] for each in accepted
    ]
    assert await away.house.rows("SELECT count(*) FROM notice") == [(1_000,)]
