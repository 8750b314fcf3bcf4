"""Bodies as networks bring them: huge, slow, cut, chunked, folded; over a real port."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.types import Receive

from tests.fixtures.service import RunningTutela
from tests.fixtures.site import Site, notice, served
from tutela.domain.vocabulary import Channel
from tutela.web import body as bodies
from tutela.web.body import CutShort, IncomingBody, TooLarge, TooSlow

HUGE_BYTES = 200_000_000
PIECE = b" " * 1_000_000
PATHS = ("/v1/notices", "/v1/notices/batch", "/xrpc/com.atproto.moderation.createReport")
ANSWER_SECONDS = 20.0


@pytest_asyncio.fixture
async def port(web: Site) -> AsyncIterator[int]:
    async with served(web.application) as url:
        yield int(url.rpartition(":")[2])


async def said(port: int, *, head: str, body: bytes = b"", then_close: bool = False) -> str:
    """What is answered to bytes that a client would not send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.replace("\n", "\r\n").encode() + body)
    await writer.drain()
    if then_close:
        writer.write_eof()
    async with asyncio.timeout(ANSWER_SECONDS):
        answer = await reader.read(65_536)
    writer.close()
    return answer.decode()


def pieces() -> Iterator[bytes]:
    for _ in range(HUGE_BYTES // len(PIECE)):
        yield PIECE


def peak_kib(process_id: int) -> int:
    """The most memory that a process ever had resident."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.parametrize("chunked", [False, True], ids=["with_length", "chunked"])
@pytest.mark.parametrize("path", PATHS)
def test_a_body_of_200_mb_is_413_and_costs_no_memory(
    running_tutela: RunningTutela, path: str, *, chunked: bool
) -> None:
    web_process = running_tutela.process_ids()["web-0"]
    kind = "application/x-ndjson" if path.endswith("batch") else "application/json"
    with running_tutela.client(running_tutela.token()) as client:
        client.get("/v1/ledger/head")
        before = peak_kib(web_process)
        content = pieces() if chunked else PIECE * (HUGE_BYTES // len(PIECE))
        answer = client.post(path, content=content, headers={"content-type": kind})
        assert answer.status_code == 413
        again = client.post("/v1/notices", json=notice())
        assert again.status_code == 201
    bound_kib = 80 * 1024 if path.endswith("batch") else 24 * 1024
    assert peak_kib(web_process) - before < bound_kib


def test_a_body_of_200_mb_without_a_token_is_401(running_tutela: RunningTutela) -> None:
    with httpx.Client(base_url=running_tutela.base_url, trust_env=False, timeout=30.0) as client:
        assert client.post("/v1/notices", content=pieces()).status_code == 401
        assert client.post("/v1/notices", content=pieces()).status_code == 401


def test_a_folded_body_is_415_and_is_not_unfolded(running_tutela: RunningTutela) -> None:
    web_process = running_tutela.process_ids()["web-0"]
    before = peak_kib(web_process)
    bomb = gzip.compress(bytes(HUGE_BYTES), compresslevel=9)
    with running_tutela.client(running_tutela.token()) as client:
        answer = client.post("/v1/notices", content=bomb, headers={"content-encoding": "gzip"})
    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"
    assert peak_kib(web_process) - before < 24 * 1024


async def test_a_body_that_is_cut_stores_nothing(web: Site, port: int) -> None:
    token = await web.token()
    whole = json.dumps(notice()).encode()
    head = (
        f"POST /v1/notices HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
        f"Content-Type: application/json\nContent-Length: {len(whole)}\n\n"
    )
    await said(port, head=head, body=whole[:-5], then_close=True)
    rows = await web.house.rows("SELECT count(*) FROM notice")
    assert rows == [(0,)]


async def test_a_chunked_body_is_taken(web: Site, port: int) -> None:
    token = await web.token()
    whole = json.dumps(notice()).encode()
    chunks = b"".join(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in whole) + b"0\r\n\r\n"
    head = (
        f"POST /v1/notices HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
        "Content-Type: application/json\nTransfer-Encoding: chunked\n\n"
    )
    assert (await said(port, head=head, body=chunks)).startswith("HTTP/1.1 201")


@pytest.mark.parametrize(
    "framing",
    [
        "Transfer-Encoding: chunked\n\nzz\n",
        "Content-Length: 5\nContent-Length: 6\n\nabcde",
        "Content-Length: 99999999999999999999999\n\n",
        "Content-Length: -1\n\n",
    ],
)
async def test_framing_that_is_none_is_400(web: Site, port: int, framing: str) -> None:
    token = await web.token()
    head = (
        f"POST /v1/notices HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
        f"Content-Type: application/json\n{framing}"
    )
    assert (await said(port, head=head)).startswith("HTTP/1.1 400")


async def test_head_is_get_without_a_body(port: int) -> None:
    get = await said(port, head="GET /v1/ledger/head HTTP/1.1\nHost: a\n\n")
    head = await said(port, head="HEAD /v1/ledger/head HTTP/1.1\nHost: a\n\n")
    assert head.splitlines()[0] == get.splitlines()[0]
    assert head.endswith("\r\n\r\n")


async def test_a_connection_serves_on_after_a_refused_body(web: Site, port: int) -> None:
    token = await web.token(channels=(Channel.USER,))
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(3):
            large = await client.post("/v1/notices", content=bytes(5_000_000), headers=headers)
            assert large.status_code == 413
            nobody = await client.post("/v1/notices", content=bytes(5_000_000))
            assert nobody.status_code == 401
            taken = await client.post("/v1/notices", json=notice(), headers=headers)
            assert taken.status_code == 201


def receiving(*messages: dict[str, object]) -> Receive:
    """An ASGI `receive` that gives the messages and then nothing for ever."""
    left = list(messages)

    async def receive() -> dict[str, object]:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    return receive


def chunk(body: bytes, *, more: bool = True) -> dict[str, object]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    incoming = IncomingBody(receiving(chunk(b"{")), headers={b"content-length": b"2"})
    with pytest.raises(TooSlow):
        await incoming.read(max_bytes=10)


async def test_a_body_that_drips_is_thrown_away_for_a_while_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "DISCARD_SECONDS", 0.05)
    incoming = IncomingBody(receiving(chunk(b"{")), headers={b"content-length": b"20"})
    with pytest.raises(TooLarge):
        await incoming.read(max_bytes=10)


async def test_no_more_is_thrown_away_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "DISCARD_BYTES", 8)
    receive = receiving(chunk(b"1234"), chunk(b"5678"), chunk(b"90", more=False))
    await IncomingBody(receive, headers={b"transfer-encoding": b"chunked"}).discard()
    assert (await receive())["body"] == b"90"


async def test_a_body_ends_where_its_length_says() -> None:
    incoming = IncomingBody(
        receiving(chunk(b"12"), chunk(b"34")), headers={b"content-length": b"4"}
    )
    assert await incoming.read(max_bytes=10) == b"1234"


async def test_a_sender_who_goes_is_told_of_nothing() -> None:
    gone = receiving(chunk(b"1"), {"type": "http.disconnect"})
    with pytest.raises(CutShort):
        await IncomingBody(gone, headers={b"content-length": b"9"}).read(max_bytes=10)
