"""Witnesses of a house: asked, answered, lagging, lying, away; and what is said of each."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.drops.drop import QUIET
from tests.fixtures.house import Rooms
from tests.fixtures.logs import key
from tests.fixtures.site import Site, served
from tutela.cli import findings
from tutela.cli.findings import Mark
from tutela.database.pool import every_tenant_transaction
from tutela.domain.vocabulary import Role
from tutela.ledger import heads, notes, proofs
from tutela.ledger.notes import COSIGNATURE, Verifier
from tutela.publishing import asking, witnesses
from tutela.publishing.rounds import Rounds
from tutela.publishing.witnesses import (
    BadWitness,
    CosignatureRefused,
    Witnessed,
    WitnessState,
)
from tutela.reconciliation.reconcile import is_lost, reconcile
from tutela.witness.serving import application
from tutela.witness.state import State, Trusted, Watched

NAME = "example.org/w"
WITNESS = Verifier(NAME, key(9).public_key().public_bytes_raw(), COSIGNATURE)
#: What a witness makes of the text of the checkpoint that it is shown.
Lie = Callable[[str, int], Response]


@dataclass
class Asking:
    """A house with one witness configured."""

    rooms: Rooms
    client: httpx.AsyncClient

    async def configure(self, url: str | None, *, verifier: Verifier = WITNESS) -> None:
        now = self.rooms.clock.now()
        await witnesses.add(self.rooms.pool, tenant="main", url=url, key=str(verifier), now=now)

    async def grow(self, count: int = 1) -> None:
        caller = await self.rooms.caller()
        for _ in range(count):
            await self.rooms.take(caller)
        await self.rooms.sequencer.sequence_all()

    async def round(self) -> int:
        """One round, in which nobody is spared for having been asked just now."""
        rounds = Rounds(pool=self.rooms.pool, client=self.client, clock=self.real)
        await self.rooms.rows("UPDATE ledger_witness SET retry_at = NULL")
        return await rounds.ask_all()

    def real(self) -> datetime:
        return self.rooms.clock.now()

    async def standing(self, *, after_seconds: float = 0) -> Witnessed:
        now = self.real() + timedelta(seconds=after_seconds)
        (standing,) = await witnesses.standings(self.rooms.pool, tenant="main", now=now)
        return standing


@pytest.fixture
async def house(rooms: Rooms) -> AsyncIterator[Asking]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield Asking(rooms, client)


async def origin_of(rooms: Rooms) -> str:
    ((log_id,),) = await rooms.rows("SELECT log_id FROM ledger_log WHERE tenant = 'main'")
    return heads.origin(log_id)


async def state_for(rooms: Rooms, *, folder: Path) -> State:
    """A witness that trusts the log of the house."""
    origin = await origin_of(rooms)
    state = State.create(folder, name=NAME, seed=bytes([9]) * 32)
    trusted = Trusted(key=str(Verifier(origin, rooms.keys.public_key)))
    state.remember(Watched(origin=origin, keys=[trusted]))
    return state


def clock_of(rooms: Rooms) -> Callable[[], int]:
    return lambda: int(rooms.clock.now().timestamp())


def lying(lie: Lie, *, rooms: Rooms) -> Starlette:
    async def answer(request: Request) -> Response:
        _, _, note = (await request.body()).partition(b"\n\n")
        return lie(notes.read(note).text, clock_of(rooms)())

    return Starlette(routes=[Route("/add-checkpoint", answer, methods=["POST"])])


def signed(text: str, *, at: int, seed: int = 9, name: str = NAME) -> Response:
    verifier = Verifier(name, key(seed).public_key().public_bytes_raw(), COSIGNATURE)
    line = notes.cosign(text, by=verifier, signer=key(seed).sign, at_seconds=at)
    return PlainTextResponse(str(line))


@asynccontextmanager
async def told_lies(house: Asking, *, lie: Lie) -> AsyncIterator[str]:
    async with served(lying(lie, rooms=house.rooms)) as url:
        await house.configure(url)
        await house.grow()
        yield url


async def test_a_witness_holds_each_head_and_everybody_can_see_it(
    web: Site, tmp_path: Path
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        house = Asking(web.house, client)
        state = await state_for(web.house, folder=tmp_path / "w")
        async with served(application(state, clock=clock_of(web.house))) as url:
            await house.configure(url)
            for size in (3, 4, 304):
                ((before,),) = await web.house.rows("SELECT size FROM ledger_log")
                await house.grow(size - before)
                assert await house.round() == 1
                standing = await house.standing(after_seconds=500)
                assert (standing.state, standing.last_size) == (WitnessState.HELD, size)
    note = notes.read((await web.client.get("/v1/ledger/checkpoint")).content)
    assert notes.cosigned_at(note.text, line=note.signatures[-1], verifier=WITNESS)
    token = await web.token(Role.LEAD)
    status = await web.client.get("/v1/status", headers={"authorization": f"Bearer {token}"})
    assert status.json()["witness"] == "witnessed"
    assert status.json()["witnesses"][0]["last_size"] == 304
    assert 'tutela_witnesses{state="held"} 1.0' in (await web.client.get("/metrics")).text
    kept = await web.house.rows("SELECT size FROM ledger_cosignature ORDER BY size")
    assert kept == [(3,), (4,), (304,)]


async def test_without_a_witness_the_status_says_unwitnessed(web: Site) -> None:
    token = await web.token(Role.LEAD)
    status = await web.client.get("/v1/status", headers={"authorization": f"Bearer {token}"})
    assert (status.json()["witness"], status.json()["witnesses"]) == ("unwitnessed", [])
    assert (await findings.of_witnesses(web.house.pool)).detail.endswith("unwitnessed")


async def test_a_witness_is_asked_again_from_the_size_that_it_knows(
    house: Asking, tmp_path: Path
) -> None:
    state = await state_for(house.rooms, folder=tmp_path / "w")
    async with served(application(state, clock=clock_of(house.rooms))) as url:
        await house.configure(url)
        await house.grow(3)
        assert await house.round() == 1
        await house.rooms.rows("UPDATE ledger_witness SET last_size = 1")
        await house.grow(2)
        assert await house.round() == 1


LIES: dict[str, tuple[Lie, WitnessState, str]] = {
    "another key": (
        lambda text, at: signed(text, at=at, seed=8),
        WitnessState.REFUSED,
        "no cosignature of this head",
    ),
    "another name": (
        lambda text, at: signed(text, at=at, name="example.org/v"),
        WitnessState.REFUSED,
        "no cosignature of this head",
    ),
    "another text": (
        lambda text, at: signed(text + "more\n", at=at),
        WitnessState.REFUSED,
        "no cosignature of this head",
    ),
    "another time": (
        lambda text, at: signed(text, at=at - 3600),
        WitnessState.REFUSED,
        "no cosignature of this head",
    ),
    "nonsense": (
        lambda _text, _at: PlainTextResponse("thanks\n"),
        WitnessState.REFUSED,
        "its answer is no cosignature",
    ),
    "bytes": (
        lambda _text, _at: Response(b"\xff\xfe\0"),
        WitnessState.REFUSED,
        "its answer is no cosignature",
    ),
    "nothing": (lambda _text, _at: Response(), WitnessState.REFUSED, "is no cosignature"),
    "unknown": (lambda _text, _at: Response(status_code=404), WitnessState.REFUSED, "answered 404"),
    "busy": (lambda _text, _at: Response(status_code=503), WitnessState.AWAY, "answered 503"),
    "elsewhere": (
        lambda _text, _at: RedirectResponse("http://127.0.0.1:1/"),
        WitnessState.REFUSED,
        "answered 307",
    ),
    "a fork without proof": (
        lambda text, _at: PlainTextResponse(f"fork\n\n{text}\n\u2014 x AAAAAAAA\n", 409),
        WitnessState.REFUSED,
        "answered 409",
    ),
    "a larger size": (
        lambda _text, _at: Response("99\n", 409, {"content-type": "text/x.tlog.size"}),
        WitnessState.REFUSED,
        "it has cosigned 99 leaves, the log has 1",
    ),
    "always another size": (
        lambda _text, _at: Response("0\n", 409, {"content-type": "text/x.tlog.size"}),
        WitnessState.REFUSED,
        "answered 409",
    ),
}


@pytest.mark.parametrize("named", LIES)
async def test_a_witness_that_lies_is_refused_and_said_to_be(house: Asking, named: str) -> None:
    lie, state, words = LIES[named]
    async with told_lies(house, lie=lie):
        assert await house.round() == 0
    standing = await house.standing()
    assert (standing.state, standing.last_size, standing.behind_by) == (state, 0, 1)
    assert words in (standing.last_error or "")
    assert not standing.forked
    assert await house.rooms.rows("SELECT size FROM ledger_cosignature") == []


async def endless(part: bytes, *, seconds: float) -> AsyncIterator[bytes]:
    while True:
        yield part
        await asyncio.sleep(seconds)


@pytest.mark.parametrize(
    ("part", "seconds", "words"),
    [(b"x" * 65_536, 0, "DecodingError"), (b"x", 0.05, "TimeoutError")],
)
async def test_a_witness_that_never_ends_is_left(
    house: Asking, monkeypatch: pytest.MonkeyPatch, part: bytes, seconds: float, words: str
) -> None:
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 2.0)
    async with told_lies(
        house, lie=lambda _text, _at: StreamingResponse(endless(part, seconds=seconds))
    ):
        assert await house.round() == 0
    standing = await house.standing()
    assert (standing.state, standing.last_error) == (WitnessState.AWAY, f"no answer: {words}")


async def test_a_witness_that_is_away_is_behind_and_an_alarm_and_no_loss(house: Asking) -> None:
    await house.configure("http://127.0.0.1:9")
    await house.grow(2)
    assert await house.round() == 0
    standing = await house.standing(after_seconds=500)
    assert (standing.state, standing.last_error) == (WitnessState.AWAY, "no answer: ConnectError")
    assert (await findings.of_witnesses(house.rooms.pool)).mark is Mark.WARN
    soon = await reconcile(house.rooms.pool, now=house.real(), limits=QUIET)
    assert [each.check for each in soon.faults] == []
    later = house.real() + timedelta(hours=1)
    report = await reconcile(house.rooms.pool, now=later, limits=QUIET)
    assert [each.check for each in report.faults] == ["witness_behind"]
    assert not is_lost(report)
    assert await witnesses.remove(house.rooms.pool, tenant="main", name=NAME)
    assert (await reconcile(house.rooms.pool, now=later, limits=QUIET)).faults == []


async def test_a_witness_that_was_away_for_a_year_is_still_asked_again(house: Asking) -> None:
    await house.configure("http://127.0.0.1:9")
    await house.grow(2)
    async with every_tenant_transaction(house.rooms.pool) as connection:
        await connection.execute("UPDATE ledger_witness SET failures = 100000")
    assert await house.round() == 0
    assert (await house.standing()).last_error == "no answer: ConnectError"


async def test_a_witness_that_was_not_asked_for_long_is_behind(house: Asking) -> None:
    await house.configure(None)
    await house.grow(2)
    assert await house.round() == 0
    assert (await house.standing()).state is WitnessState.HELD
    assert (await house.standing(after_seconds=500)).state is WitnessState.BEHIND


async def test_a_fork_that_a_witness_proves_is_a_loss_until_somebody_looks(
    house: Asking, tmp_path: Path
) -> None:
    state = await state_for(house.rooms, folder=tmp_path / "w")
    origin = await origin_of(house.rooms)
    other = heads.checkpoint(
        os.urandom(32),
        log_id=origin.removeprefix("tutela/"),
        size=2,
        signing=house.rooms.keys.signing,
    )
    root = notes.read_checkpoint(other.text).root.hex()
    (watched,) = state.all_watched()
    state.remember(
        Watched(origin=origin, keys=watched.keys, size=2, root=root, checkpoint=str(other))
    )
    async with served(application(state, clock=clock_of(house.rooms))) as url:
        await house.configure(url)
        await house.grow(2)
        assert await house.round() == 0
        standing = await house.standing()
        assert (standing.state, standing.forked) == (WitnessState.REFUSED, True)
        await house.grow(1)
        assert await house.round() == 0
    assert (await house.standing()).forked
    ((proof,),) = await house.rooms.rows("SELECT fork FROM ledger_witness")
    assert str(other) in proof
    report = await reconcile(house.rooms.pool, now=house.real(), limits=QUIET)
    assert "log_forked" in [each.check for each in report.faults]
    assert is_lost(report)
    assert (await findings.of_witnesses(house.rooms.pool)).mark is Mark.FAIL


async def test_a_witness_that_nobody_reaches_brings_its_cosignature(
    web: Site, tmp_path: Path
) -> None:
    house = Asking(web.house, web.client)
    await house.configure(None)
    await house.grow(2)
    note = notes.read((await proofs.checkpoint(web.house.pool, log_id=None)).encode())
    line = notes.cosign(note.text, by=WITNESS, signer=key(9).sign, at_seconds=clock_of(web.house)())
    for _ in range(2):
        answer = await web.call("/v1/ledger/cosignatures", body={"note": f"{note}{line}"})
        assert (answer.status_code, answer.json()) == (200, {"taken": 1})
    assert (await house.standing(after_seconds=500)).state is WitnessState.HELD
    assert str(line) in (await web.client.get("/v1/ledger/checkpoint")).text


async def test_what_no_witness_of_the_log_signed_is_not_taken(house: Asking) -> None:
    await house.configure(None)
    await house.grow(2)
    now = house.real()
    note = await proofs.checkpoint(house.rooms.pool, log_id=None)
    text = notes.read(note.encode()).text
    forged = text.replace("\n2\n", "\n1\n")
    lines = {
        note: "No witness of this log",
        "nonsense": "a note is a text",
        note + str(notes.cosign(text, by=WITNESS, signer=key(8).sign, at_seconds=0)): "No witness",
        f"{forged}\n"
        + str(notes.cosign(forged, by=WITNESS, signer=key(9).sign, at_seconds=0)): "of no head",
    }
    for signed_note, words in lines.items():
        with pytest.raises(CosignatureRefused, match=words):
            await witnesses.take(house.rooms.pool, signed=signed_note, now=now)


@pytest.mark.parametrize(
    ("url", "verifier", "words"),
    [
        ("http://w", "nonsense", "a verifier key is"),
        ("http://w", str(Verifier(NAME, bytes(32))), "the key of a log"),
        ("ftp://w", str(WITNESS), "no http or https"),
    ],
)
async def test_what_is_no_witness_is_not_added(
    rooms: Rooms, url: str, verifier: str, words: str
) -> None:
    with pytest.raises(BadWitness, match=words):
        await witnesses.add(rooms.pool, tenant="main", url=url, key=verifier, now=rooms.clock.now())


async def test_a_witness_of_one_tenant_is_not_another_s(house: Asking) -> None:
    await house.configure(None)
    await house.rooms.caller(tenant="other")
    now = house.real()
    assert await witnesses.standings(house.rooms.pool, tenant="other", now=now) == []
    seen = await house.rooms.rows("SELECT name FROM ledger_witness", tenant="other")
    assert seen == []
