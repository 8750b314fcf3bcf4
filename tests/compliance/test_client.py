"""The client's calls: typed answers, errors by kind, and nothing that leads elsewhere."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.compliance.calling import TOKEN, means, scripted
from tests.compliance.samples import a_statement
from tests.fixtures.transparency import standing
from tutela.compliance.transparency import (
    AnswerUnfit,
    CallLimited,
    Client,
    DatabaseUnfit,
    NotAllowed,
    PuidsTaken,
    StatementsRefused,
    Terms,
    TokenRefused,
    Unanswered,
)
from tutela.compliance.transparency.tokens import TokenSource
from tutela.drills.transparency_database.database import Holder
from tutela.drills.wire import Answer, Outcome, said, told


async def test_one_and_many_are_filed_and_known_by_their_puid() -> None:
    async with standing() as there, Client(there.url, token=TOKEN) as client:
        await client.ping()
        one = await client.create(a_statement(puid="a"))
        many = await client.create_batch([a_statement(puid="b"), a_statement(puid="c")])
        assert (one.puid, one.id is not None) == ("a", True)
        assert [each.puid for each in many] == ["b", "c"]
        assert len({one.uuid, *(each.uuid for each in many)}) == 3
        known = [await client.existing_puid(puid) for puid in ("a", "c", "d")]
    assert known == [True, True, False]


async def test_what_breaks_the_rules_is_said_by_field_and_by_index() -> None:
    wrong = a_statement(puid="b", category=None)
    async with standing() as there, Client(there.url, token=TOKEN) as client:
        with pytest.raises(StatementsRefused) as of_one:
            await client.create(wrong)
        with pytest.raises(StatementsRefused) as of_many:
            await client.create_batch([a_statement(puid="a"), wrong])
    required = {"category": ("The category field is required.",)}
    assert (of_one.value.errors_of_call, of_one.value.by_index) == (required, {})
    assert (of_many.value.errors_of_call, of_many.value.by_index) == ({}, {1: required})


async def test_a_puid_that_is_taken_is_named() -> None:
    async with standing() as there, Client(there.url, token=TOKEN) as client:
        await client.create(a_statement(puid="7"))
        with pytest.raises(PuidsTaken) as of_one:
            await client.create(a_statement(puid="7"))
        with pytest.raises(PuidsTaken) as of_many:
            await client.create_batch([a_statement(puid="a"), a_statement(puid="7")])
        with pytest.raises(PuidsTaken) as within:
            await client.create_batch([a_statement(puid=8), a_statement(puid="8")])
    assert of_one.value.puids == of_many.value.puids == ("7",)
    assert within.value.puids == ("8",)


@pytest.mark.parametrize("size", [0, 101])
async def test_a_batch_of_another_size_is_not_sent(size: int) -> None:
    async with Client("https://database.invalid", token=TOKEN) as client:
        with pytest.raises(ValueError, match="1 to 100"):
            await client.create_batch([a_statement()] * size)


async def test_a_user_without_the_right_is_told_so() -> None:
    idle = {TOKEN: Holder(platform="platform-1", may_file=False)}
    async with standing(tokens=idle) as there, Client(there.url, token=TOKEN) as client:
        with pytest.raises(NotAllowed):
            await client.create(a_statement())


@pytest.mark.parametrize("kind", ["file", "call", "awaited call"])
async def test_a_rotated_token_is_asked_for_again(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")

    async def awaited() -> str:
        return file.read_text()

    sources: dict[str, TokenSource] = {
        "file": file,
        "call": file.read_text,
        "awaited call": awaited,
    }
    async with standing() as there, Client(there.url, token=sources[kind]) as client:
        await client.ping()
        there.database.rotate(TOKEN, new="1|newer")
        file.write_text("1|newer")
        await client.ping()
        there.database.rotate("1|newer", new="1|newest")
        with pytest.raises(TokenRefused):
            await client.ping()


async def test_no_token_where_there_should_be_one_is_said(tmp_path: Path) -> None:
    sources: list[TokenSource] = [tmp_path / "none", "", "a\nb", lambda: "ä"]
    for source in sources:
        async with Client("https://database.invalid", token=source) as client:
            with pytest.raises(DatabaseUnfit):
                await client.ping()


@pytest.mark.parametrize(
    "address",
    [
        "http://database.invalid",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "database.invalid",
        "https://",
        "https://user@database.invalid",
        "https://database.invalid?a=b",
        "https://a.example:port",
    ],
)
def test_an_address_without_tls_is_refused(address: str) -> None:
    with pytest.raises(DatabaseUnfit):
        Client(address, token=TOKEN)


@pytest.mark.parametrize("address", ["http://localhost:1", "http://[::1]/a", "https://a.example/"])
def test_loopback_and_tls_are_taken(address: str) -> None:
    Client(address, token=TOKEN)


async def test_a_limit_is_told_with_its_wait_and_holds_the_next_call() -> None:
    past = "Sun, 06 Nov 1994 08:49:37 GMT"
    texts = ["7", "", "soon", past]
    headers = [{"retry-after": text} for text in texts]
    answers = [Answer(429, b"Limit Reached.", "text/plain", each) for each in headers]
    async with scripted(lambda _: Outcome(answers.pop(0))) as (client, script):
        waits = []
        for _ in texts:
            with pytest.raises(CallLimited) as limited:
                await client.ping()
            waits.append((limited.value.retry_after_seconds, int(script.hand.seconds)))
    assert waits == [(7.0, 0), (None, 7), (None, 7), (0.0, 7)]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_in_trouble_leaves_it_open_whether_it_stored(status: int) -> None:
    async with scripted(lambda _: Outcome(Answer(status, b"<html>"))) as (client, _):
        with pytest.raises(Unanswered) as unanswered:
            await client.create(a_statement())
    assert unanswered.value.may_be_stored


async def test_a_cut_and_a_late_answer_leave_it_open_and_no_connection_does_not() -> None:
    def take(call: object) -> Outcome:
        return outcomes.pop(0)

    outcomes = [Outcome(None), Outcome(said(200, content={}), 30.0)]
    async with scripted(take, terms=Terms(timeout_seconds=0.2)) as (client, _):
        for _ in range(2):
            with pytest.raises(Unanswered) as unanswered:
                await client.create(a_statement())
            assert unanswered.value.may_be_stored
    async with Client("http://127.0.0.1:9", token=TOKEN) as client:
        with pytest.raises(Unanswered) as unreached:
            await client.create(a_statement())
    assert not unreached.value.may_be_stored


async def test_an_answer_beyond_all_bounds_is_not_read_to_its_end() -> None:
    body = b'{"a": "' + b"x" * 5000
    terms = Terms(answer_max_bytes=1000)
    async with scripted(lambda _: Outcome(Answer(200, body)), terms=terms) as (client, _):
        with pytest.raises(AnswerUnfit):
            await client.ping()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    away = Answer(status, b"", headers={"location": "/elsewhere"})
    async with scripted(lambda _: Outcome(away)) as (client, script):
        for call in (
            client.ping(),
            client.create(a_statement()),
            client.existing_puid("a"),
        ):
            with pytest.raises(AnswerUnfit):
                await call
    assert "/elsewhere" not in {call.path for call in script.calls}


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (told(HTTPStatus.NOT_FOUND, message="no route"), "existing"),
        (said(HTTPStatus.FOUND, content={"message": "found", "puid": "b"}), "existing"),
        (said(HTTPStatus.OK, content={"message": "found", "puid": "a"}), "existing"),
        (said(HTTPStatus.CREATED, content={"uuid": 1}), "create"),
        (said(HTTPStatus.CREATED, content=[]), "create"),
        (Answer(HTTPStatus.UNPROCESSABLE_ENTITY, b"\xff"), "create"),
        (told(HTTPStatus.UNPROCESSABLE_ENTITY, message="without errors"), "create"),
        (told(HTTPStatus.NOT_FOUND, message="no route"), "create"),
    ],
)
async def test_an_answer_of_another_kind_is_named(answer: Answer, what: str) -> None:
    async with scripted(lambda _: Outcome(answer)) as (client, _):
        calls: dict[str, Callable[[], object]] = {
            "existing": lambda: client.existing_puid("a"),
            "create": lambda: client.create(a_statement()),
        }
        with pytest.raises(AnswerUnfit):
            await calls[what]()  # type: ignore[misc]


async def test_calls_stay_under_the_limits_of_the_database() -> None:
    async with (
        standing() as there,
        Client(there.url, token=TOKEN, means=means(there.hand)) as client,
    ):
        for _ in range(450):
            await client.ping()
    assert there.database.calls == 450
    assert there.hand.seconds == pytest.approx(449 / 150)
