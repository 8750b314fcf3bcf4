"""Heads that go to a file, to a URL and to a time-stamping authority; and what is said of each."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from rfc3161_client._rust import parse_timestamp_request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.fixtures.authority import REJECTION, Authority
from tests.fixtures.house import Rooms
from tests.fixtures.site import Site, served
from tutela.cli import findings
from tutela.cli.findings import Mark
from tutela.database.pool import tenant_transaction
from tutela.domain.vocabulary import Role
from tutela.ledger import heads, notes, proofs
from tutela.ledger.export import Wanted, export
from tutela.publishing import posting, targets
from tutela.publishing.posting import NotPublished
from tutela.publishing.publication import Publisher
from tutela.publishing.targets import PublicationState, Published, Target
from tutela_verify import Effort, Held, Verdict, verify

Answering = Callable[[bytes], Response]


@dataclass
class Publishing:
    """A house whose heads are published."""

    rooms: Rooms
    client: httpx.AsyncClient
    targets: dict[Target, str] = field(default_factory=dict)

    async def grow(self, *, tenant: str = "main") -> None:
        await self.rooms.take(await self.rooms.caller(tenant=tenant))
        await self.rooms.sequencer.sequence_all()

    async def round(self, *, early: bool = False) -> int:
        """One round; unless it is early, no pause after a failure is left."""
        if not early:
            await self.rooms.rows("UPDATE ledger_publication SET retry_at = NULL")
        return await self.publisher().publish_all()

    def publisher(self) -> Publisher:
        return Publisher(
            pool=self.rooms.pool,
            client=self.client,
            clock=self.rooms.clock.now,
            targets=self.targets,
        )

    async def standing(self, *, after_seconds: float = 0) -> Published:
        now = self.rooms.clock.now() + timedelta(seconds=after_seconds)
        async with tenant_transaction(self.rooms.pool, tenant="main") as connection:
            (standing,) = await targets.standings_in(connection, tenant="main", now=now)
        return standing

    async def log_id(self) -> str:
        ((log_id,),) = await self.rooms.rows("SELECT log_id FROM ledger_log WHERE tenant = 'main'")
        return str(log_id)

    async def stamp(self) -> None:
        await self.publisher().stamp_newest(tenant="main", log_id=await self.log_id())

    async def verified(self, path: Path, *, roots: bytes | None = None) -> Verdict:
        """What `tutela-verify` makes of an export of now."""
        wanted = Wanted(
            tenant="main",
            log_id=await self.log_id(),
            at=self.rooms.clock.now(),
            progress=lambda _done, _all: None,
        )
        await export(self.rooms.pool, wanted=wanted, path=path)
        return verify(path, held=Held(tsa_roots=roots), effort=Effort())


@pytest.fixture
async def house(rooms: Rooms) -> AsyncIterator[Publishing]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield Publishing(rooms, client)


@asynccontextmanager
async def answered(answer: Answering) -> AsyncIterator[str]:
    """The URL of a second party that answers so."""

    async def handle(request: Request) -> Response:
        return answer(await request.body())

    async with served(Starlette(routes=[Route("/heads", handle, methods=["POST"])])) as url:
        yield f"{url}/heads"


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_each_new_head_of_each_log_is_a_line_of_the_file(
    house: Publishing, tmp_path: Path
) -> None:
    path = tmp_path / "heads.jsonl"
    house.targets[Target.FILE] = str(path)
    assert await house.round() == 0
    await house.grow()
    assert await house.round() == 1
    await house.grow()
    await house.grow()
    await house.grow(tenant="other")
    assert await house.round() == 3
    assert await house.round() == 0
    log_id = await house.log_id()
    told = [line for line in lines_of(path) if line["log_id"] == log_id]
    assert [line["size"] for line in told] == [1, 2, 3]
    assert len(lines_of(path)) == 4
    checkpoint = told[-1].pop("checkpoint")
    newest = await proofs.head(house.rooms.pool, log_id=log_id)
    assert told[-1] == _fields(newest)
    assert notes.read_checkpoint(notes.read(checkpoint.encode()).text).size == 3
    assert (await house.standing(after_seconds=500)).state is PublicationState.PUBLISHED


def _fields(head: heads.Head) -> dict[str, Any]:
    return {name: getattr(head, name) for name in head.__struct_fields__}


async def test_what_a_second_party_kept_is_held_against_the_export(
    house: Publishing, tmp_path: Path
) -> None:
    path = tmp_path / "heads.jsonl"
    house.targets[Target.FILE] = str(path)
    await house.grow()
    await house.round()
    await house.grow()
    await house.verified(tmp_path / "log")
    (kept,) = lines_of(path)
    assert verify(tmp_path / "log", held=Held(heads=[kept]), effort=Effort()).witnessed
    other = {**kept, "root": "0" * 64}
    assert not verify(tmp_path / "log", held=Held(heads=[other]), effort=Effort()).ok


async def test_a_line_that_was_torn_does_not_spoil_the_next(
    house: Publishing, tmp_path: Path
) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_text('{"torn":')
    house.targets[Target.FILE] = str(path)
    await house.grow()
    assert await house.round() == 1
    torn, whole = path.read_text().splitlines()
    assert (torn, json.loads(whole)["size"]) == ('{"torn":', 1)


@pytest.mark.parametrize("kind", ["folder", "pipe", "nowhere", "full"])
async def test_a_file_that_cannot_be_written_is_said_and_nothing_is_torn(
    house: Publishing, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "heads"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    house.targets[Target.FILE] = {"nowhere": "/nowhere/heads", "full": "/dev/full"}.get(
        kind, str(path)
    )
    await house.grow()
    assert await house.round() == 0
    standing = await house.standing()
    assert (standing.state, standing.last_size) == (PublicationState.FAILING, 0)
    assert "can't be written" in (standing.last_error or "")
    assert (await findings.of_publication(house.rooms.pool)).mark is Mark.WARN
    house.targets[Target.FILE] = str(tmp_path / "other")
    assert await house.round(early=True) == 1
    assert (await house.standing()).state is PublicationState.PUBLISHED


async def test_each_head_is_posted_and_everybody_can_see_it(web: Site) -> None:
    got: list[dict[str, Any]] = []

    def take(body: bytes) -> Response:
        got.append(json.loads(body))
        return Response(status_code=204)

    async with httpx.AsyncClient(trust_env=False) as client, answered(take) as url:
        house = Publishing(web.house, client, {Target.URL: url})
        await house.grow()
        assert await house.round() == 1
        await house.grow()
        await house.grow()
        assert await house.round() == 2
    assert [each["size"] for each in got] == [1, 2, 3]
    token = await web.token(Role.LEAD)
    status = (
        await web.client.get("/v1/status", headers={"authorization": f"Bearer {token}"})
    ).json()
    assert status["witness"] == "unwitnessed"
    assert [(each["target"], each["last_size"]) for each in status["published"]] == [("url", 3)]
    metrics = (await web.client.get("/metrics")).text
    assert 'tutela_published_logs{state="published",target="url"} 1.0' in metrics
    assert (await findings.of_publication(web.house.pool)).detail == "url published"


async def test_a_party_that_was_away_gets_the_newest_head_when_it_is_back(
    house: Publishing,
) -> None:
    got: list[int] = []
    is_away = False

    def take(body: bytes) -> Response:
        if not is_away:
            got.append(json.loads(body)["size"])
        return Response(status_code=503 if is_away else 200)

    async with answered(take) as url:
        house.targets[Target.URL] = url
        await house.grow()
        await house.round()
        is_away = True
        await house.grow()
        assert await house.round() == 0
        assert await house.round(early=True) == 0
        await house.grow()
        assert await house.round() == 0
        standing = await house.standing()
        assert (standing.state, standing.last_error) == (PublicationState.FAILING, "answered 503")
        assert (standing.last_size, standing.behind_by) == (1, 2)
        is_away = False
        assert await house.round() == 1
        await house.grow()
        assert await house.round() == 1
    assert got == [1, 3, 4]


async def endless(part: bytes, *, seconds: float) -> AsyncIterator[bytes]:
    while True:
        yield part
        await asyncio.sleep(seconds)


WRONG: dict[str, tuple[Answering, str]] = {
    "elsewhere": (lambda _: RedirectResponse("http://127.0.0.1:1/"), "answered 307"),
    "unknown": (lambda _: Response(status_code=404), "answered 404"),
    "slow": (lambda _: StreamingResponse(endless(b"x", seconds=0.05)), "TimeoutError"),
}


@pytest.mark.parametrize("target", [Target.URL, Target.STAMP])
@pytest.mark.parametrize("named", WRONG)
async def test_a_party_that_answers_wrongly_has_no_head(
    house: Publishing, monkeypatch: pytest.MonkeyPatch, named: str, target: Target
) -> None:
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 1.0)
    answer, words = WRONG[named]
    async with answered(answer) as url:
        house.targets[target] = url
        await house.grow()
        assert await house.round() == 0
    assert words in ((await house.standing()).last_error or "")
    assert await house.rooms.rows("SELECT size FROM ledger_stamp") == []


async def test_a_target_that_is_configured_no_more_has_no_standing(house: Publishing) -> None:
    house.targets[Target.URL] = "http://127.0.0.1:9"
    await house.grow()
    assert await house.round() == 0
    assert (await house.standing()).last_error == "no answer: ConnectError"
    house.targets.clear()
    assert await house.round() == 0
    assert await house.rooms.rows("SELECT target FROM ledger_publication") == []


async def test_what_one_log_has_published_is_not_told_to_another(house: Publishing) -> None:
    house.targets[Target.URL] = "http://127.0.0.1:9"
    await house.grow()
    await house.round()
    await house.rooms.caller(tenant="other")
    assert await house.rooms.rows("SELECT target FROM ledger_publication", tenant="other") == []


async def test_the_newest_head_is_stamped_once_a_day(house: Publishing, tmp_path: Path) -> None:
    authority = Authority()
    clock = house.rooms.clock
    async with answered(lambda body: Response(authority.answer(body, at=clock.now()))) as url:
        house.targets[Target.STAMP] = url
        await house.grow()
        assert await house.round(early=True) == 1
        await house.grow()
        assert await house.round(early=True) == 0
        assert (await house.standing(after_seconds=80_000)).state is PublicationState.PUBLISHED
        clock.ahead += timedelta(hours=25)
        assert await house.round(early=True) == 1
        assert await house.round(early=True) == 0
        await house.stamp()
    assert len(authority.asked) == 2
    assert await house.rooms.rows("SELECT size FROM ledger_stamp ORDER BY size") == [(1,), (2,)]
    unchecked = await house.verified(tmp_path / "log")
    assert (unchecked.ok, unchecked.stamps, unchecked.stamps_checked) == (True, 2, False)
    verdict = await house.verified(tmp_path / "log", roots=authority.pem)
    assert verdict.ok, verdict.first_fault
    assert (verdict.stamps, verdict.stamps_checked, verdict.stamped_size) == (2, True, 2)
    assert not verdict.witnessed
    other = (await house.verified(tmp_path / "log", roots=Authority().pem)).first_fault
    assert other is not None
    assert "is by no authority under the roots given" in other.words


GARBAGE: dict[str, tuple[Callable[[bytes, Authority, Rooms], bytes], str]] = {
    "garbage": (lambda _q, _a, _r: b"thanks", "its answer is no time stamp"),
    "nothing": (lambda _q, _a, _r: b"", "its answer is no time stamp"),
    "too large": (lambda _q, _a, _r: bytes(70_000), "longer than 65536 bytes"),
    "refused": (lambda _q, _a, _r: REJECTION, "it did not grant a stamp: rejection"),
    "another question": (
        lambda q, a, r: a.stamp(_digest(q), nonce=7, at=r.clock.now()),
        "another nonce",
    ),
    "no nonce": (lambda q, a, r: a.stamp(_digest(q), nonce=None, at=r.clock.now()), "nonce"),
    "another head": (
        lambda q, a, r: a.stamp(sha256(b"x").digest(), nonce=_nonce(q), at=r.clock.now()),
        "its stamp is not over this head",
    ),
    "half": (lambda q, a, r: a.answer(q, at=r.clock.now())[:300], "its answer is no time stamp"),
}


def _digest(query: bytes) -> bytes:
    return parse_timestamp_request(query).message_imprint.message


def _nonce(query: bytes) -> int | None:
    return parse_timestamp_request(query).nonce


@pytest.mark.parametrize("named", GARBAGE)
async def test_an_answer_that_is_no_stamp_of_this_head_is_not_kept(
    house: Publishing, named: str
) -> None:
    answer, words = GARBAGE[named]
    authority = Authority()
    async with answered(lambda body: Response(answer(body, authority, house.rooms))) as url:
        house.targets[Target.STAMP] = url
        await house.grow()
        assert await house.round() == 0
        with pytest.raises(NotPublished, match=words):
            await house.stamp()
    standing = await house.standing()
    assert standing.state is PublicationState.FAILING
    assert words in (standing.last_error or "")
    assert await house.rooms.rows("SELECT size FROM ledger_stamp") == []


async def test_an_empty_log_cannot_be_stamped(house: Publishing) -> None:
    house.targets[Target.STAMP] = "http://127.0.0.1:9"
    with pytest.raises(NotPublished, match="nothing is in this log yet"):
        await house.stamp()
