"""What a witness cosigns over HTTP, and what it refuses, with the status of C2SP tlog-witness."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.fixtures.logs import SmallLog, cosigned
from tutela.ledger import notes
from tutela.witness.serving import application
from tutela.witness.state import State, StateUnusable, Trusted, Watched, digest

NOW = 1_800_000_000


@pytest.fixture
def log() -> SmallLog:
    return SmallLog().grow(5)


@pytest.fixture
def state(tmp_path: Path, log: SmallLog) -> State:
    state = State.create(tmp_path / "witness", name="example.org/w", seed=bytes([9]) * 32)
    key = Trusted(key=str(log.verifier))
    state.remember(Watched(origin=log.verifier.name, keys=[key]))
    return state


@pytest_asyncio.fixture
async def client(state: State) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(state, clock=lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://witness") as client:
        yield client


async def ask(client: httpx.AsyncClient, *, body: bytes | str) -> httpx.Response:
    return await client.post(
        "/add-checkpoint", content=body if isinstance(body, bytes) else body.encode()
    )


async def test_a_log_that_grows_is_cosigned_again_and_again(
    client: httpx.AsyncClient, log: SmallLog, state: State
) -> None:
    old_size = 0
    for more in (0, 1, 3, 300):
        log.grow(more)
        answer = await ask(client, body=log.request(old_size))
        assert answer.status_code == 200, answer.text
        at = cosigned(answer.text, checkpoint=log.checkpoint(), verifier=state.verifier)
        assert at == NOW
        old_size = len(log.leaves)
    shown = await client.get(f"/{digest(log.verifier.name)}/checkpoint")
    note = notes.read(shown.content)
    assert notes.read_checkpoint(note.text).size == 309
    assert notes.cosigned_at(note.text, line=note.signatures[-1], verifier=state.verifier) == NOW


async def test_another_old_size_is_a_conflict_that_names_the_right_one(
    client: httpx.AsyncClient, log: SmallLog
) -> None:
    assert (await ask(client, body=log.request(3))).text == "0\n"
    assert (await ask(client, body=log.request(0))).status_code == 200
    log.grow(3)
    answer = await ask(client, body=log.request(0))
    assert (answer.status_code, answer.text) == (409, "5\n")
    assert answer.headers["content-type"] == "text/x.tlog.size"


async def test_a_rollback_is_refused(client: httpx.AsyncClient, log: SmallLog) -> None:
    assert (await ask(client, body=log.request(0))).status_code == 200
    answer = await ask(client, body=log.request(3, size=3))
    assert (answer.status_code, answer.text) == (409, "5\n")
    answer = await ask(client, body=log.request(4, size=4).replace(b"old 4", b"old 5"))
    assert answer.status_code == 400


async def test_another_root_of_the_size_is_a_fork_that_is_kept_and_shown(
    client: httpx.AsyncClient, log: SmallLog, state: State
) -> None:
    other = log.forked(5, at=3)
    assert (await ask(client, body=log.request(0))).status_code == 200
    for old_size in (5, 0):
        answer = await ask(client, body=other.request(old_size))
        assert answer.status_code == 409
        assert answer.headers["content-type"].startswith("text/plain")
    assert log.checkpoint() in answer.text
    assert other.checkpoint() in answer.text
    (fork,) = (await client.get(f"/{digest(log.verifier.name)}/forks")).json()
    assert (fork["held"], fork["shown"]) == (log.checkpoint(), other.checkpoint())
    assert [each.size for each in state.forks()] == [5]
    assert (await ask(client, body=log.request(5))).status_code == 200


async def test_a_longer_fork_has_no_proof(client: httpx.AsyncClient, log: SmallLog) -> None:
    other = log.forked(9, at=3)
    assert (await ask(client, body=log.request(0))).status_code == 200
    assert (await ask(client, body=other.request(5))).status_code == 422
    without = cosigning_without_proof(other)
    assert (await ask(client, body=without)).status_code == 422


def cosigning_without_proof(log: SmallLog) -> str:
    return f"old 5\n\n{log.checkpoint()}"


async def test_an_unknown_log_and_an_untrusted_key_are_refused(
    client: httpx.AsyncClient, log: SmallLog
) -> None:
    assert (await ask(client, body=SmallLog("log-b").grow(2).request(0))).status_code == 404
    assert (await ask(client, body=SmallLog(seed=2).grow(2).request(0))).status_code == 403
    text, _, _ = log.checkpoint().partition("\n\n")
    _, _, stranger = log.grow(1).checkpoint().partition("\n\n")
    assert (await ask(client, body=f"old 0\n\n{text}\n\n{stranger}")).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"new 0\n\n",
        b"old -1\n\nCHECKPOINT",
        b"old 00\n\nCHECKPOINT",
        b"old 6\n\nCHECKPOINT",
        b"old 99999999999999999999\n\nCHECKPOINT",
        b"old 1\nnonsense\n\nCHECKPOINT",
        b"old 1\nAAAA\n\nCHECKPOINT",
        b"old 1\n" + b"A" * 43 + b"=\n" * 64 + b"\nCHECKPOINT",
        b"old 0\n\nno note",
        b"\xff\n\nCHECKPOINT",
        b"x" * 40_000,
    ],
)
async def test_what_is_no_request_is_malformed(
    client: httpx.AsyncClient, log: SmallLog, body: bytes
) -> None:
    asked = body.replace(b"CHECKPOINT", log.checkpoint().encode())
    assert (await ask(client, body=asked)).status_code == 400


async def test_an_empty_log_has_one_root_only(
    client: httpx.AsyncClient, log: SmallLog, state: State
) -> None:
    log.leaves.clear()
    assert (await ask(client, body=log.request(0))).status_code == 200
    assert (await ask(client, body=SmallLog().grow(3).request(0))).status_code == 200


async def test_of_two_histories_at_the_same_time_one_is_cosigned(
    client: httpx.AsyncClient, log: SmallLog, state: State
) -> None:
    histories = [log.forked(9, at=at) for at in range(5)]
    answers = await asyncio.gather(*(ask(client, body=each.request(0)) for each in histories * 4))
    statuses = [answer.status_code for answer in answers]
    signed = {n % 5 for n, status in enumerate(statuses) if status == 200}
    assert len(signed) == 1, statuses
    assert statuses.count(409) == len(statuses) - statuses.count(200)
    assert len(state.forks()) == 4


async def test_nothing_is_known_of_what_was_never_cosigned(
    client: httpx.AsyncClient, log: SmallLog
) -> None:
    assert (await client.get(f"/{digest(log.verifier.name)}/checkpoint")).status_code == 404
    assert (await client.get("/..%2fwitness/checkpoint")).status_code == 404
    assert (await client.get(f"/{digest('x')}/forks")).json() == []


async def test_a_witness_that_cannot_write_signs_nothing(
    client: httpx.AsyncClient, log: SmallLog, tmp_path: Path
) -> None:
    logs = tmp_path / "witness" / "logs"
    logs.rename(tmp_path / "elsewhere")
    logs.write_text("")
    answer = await ask(client, body=log.request(0))
    assert answer.status_code == 500
    assert "\u2014" not in answer.text


async def test_a_key_is_trusted_in_its_time_only(
    client: httpx.AsyncClient, log: SmallLog, state: State
) -> None:
    key = str(log.verifier)
    for trusted, status in (
        (Trusted(key=key, valid_from=NOW + 1), 403),
        (Trusted(key=key, valid_to=NOW - 1), 403),
        (Trusted(key=key, valid_from=NOW, valid_to=NOW), 200),
    ):
        state.remember(Watched(origin=log.verifier.name, keys=[trusted]))
        assert (await ask(client, body=log.request(0))).status_code == status


def test_a_witness_is_made_once_and_by_a_name(tmp_path: Path) -> None:
    with pytest.raises(StateUnusable, match="holds no witness"):
        State(tmp_path)
    with pytest.raises(StateUnusable, match="no space"):
        State.create(tmp_path, name="two words", seed=bytes(32))
    State.create(tmp_path, name="w", seed=bytes(32))
    assert (tmp_path / "witness.key").stat().st_mode & 0o077 == 0
    with pytest.raises(StateUnusable, match="already"):
        State.create(tmp_path, name="w", seed=bytes(32))
    (tmp_path / "witness.key").write_text("{")
    with pytest.raises(StateUnusable, match="can't be read"):
        State(tmp_path)
