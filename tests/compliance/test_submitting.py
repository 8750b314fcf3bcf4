"""Each statement of a list is filed once, whatever becomes of single calls."""

import json
import random
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import pytest

from tests.compliance.calling import TOKEN, means, scripted
from tests.compliance.samples import a_statement
from tests.fixtures.transparency import Hand, standing
from tutela.compliance.transparency import (
    AnswerUnfit,
    Client,
    Filed,
    NotAllowed,
    Outcome,
    Refused,
    Terms,
    TokenRefused,
    Unclear,
)
from tutela.drills.transparency_database.faults import Fault
from tutela.drills.wire import Answer, Call, said, told
from tutela.drills.wire import Outcome as WireOutcome

QUICK = Terms(timeout_seconds=0.3)


def statements(count: int, **changes: object) -> list[dict[str, Any]]:
    return [a_statement(puid=f"p-{number}", **changes) for number in range(count)]


async def outcomes(client: Client, *, of: Iterable[Mapping[str, object]]) -> list[Outcome]:
    return [outcome async for outcome in client.submit(of)]


async def until_ended(
    client: Client, *, of: Iterable[Mapping[str, object]], ended_by: type[Exception]
) -> AsyncIterator[Outcome]:
    """The outcomes before the submission ended with that error."""
    try:
        async for outcome in client.submit(of):
            yield outcome
    except ended_by:
        return
    pytest.fail("it did not end")


def puids(filed: Iterable[Outcome]) -> list[str]:
    return [outcome.puid for outcome in filed if isinstance(outcome, Filed)]


async def test_a_list_is_filed_in_batches_and_answered_in_its_order() -> None:
    async with (
        standing() as there,
        Client(there.url, token=TOKEN, means=means(there.hand)) as client,
    ):
        got = await outcomes(client, of=statements(250))
        again = await outcomes(client, of=statements(250))
        assert there.database.state()["stored"] == 250
    assert puids(got) == puids(again) == [f"p-{number}" for number in range(250)]
    assert all(isinstance(each, Filed) and each.uuid for each in got)
    assert again == [Filed(f"p-{number}", None) for number in range(250)]


async def test_what_is_refused_stands_alone_and_the_rest_is_filed() -> None:
    wrong: dict[int, dict[str, object]] = {
        3: {"category": None},
        99: {"content_language": "xx"},
        120: {"puid": "a b"},
    }
    several = [{**each, **wrong.get(number, {})} for number, each in enumerate(statements(130))]
    async with (
        standing() as there,
        Client(there.url, token=TOKEN, means=means(there.hand)) as client,
    ):
        got = await outcomes(client, of=several)
        assert there.database.state()["stored"] == 127
    assert {number: each for number, each in enumerate(got) if not isinstance(each, Filed)} == {
        3: Refused("p-3", {"category": ("The category field is required.",)}),
        99: Refused("p-99", {"content_language": ("The selected content language is invalid.",)}),
        120: Refused("a b", {"puid": ("The puid format is invalid.",)}),
    }


async def test_a_puid_that_comes_twice_and_what_is_no_json_are_refused_unsent() -> None:
    several = [a_statement(puid=7), a_statement(puid=" 7"), a_statement(puid="8", nobody=object())]
    async with (
        standing() as there,
        Client(there.url, token=TOKEN, means=means(there.hand)) as client,
    ):
        first, *others = await outcomes(client, of=several)
    assert isinstance(first, Filed)
    assert others == [
        Refused("7", {"puid": ("The PUID comes twice in this submission.",)}),
        Refused("8", {"": ("The statement can't be written as JSON.",)}),
    ]


@pytest.mark.parametrize("fault", Fault)
async def test_one_fault_in_three_calls_files_each_once(fault: Fault) -> None:
    async with (
        standing(rates={fault: 0.33}, slow_seconds=5) as there,
        Client(there.url, token=TOKEN, terms=QUICK, means=means(there.hand)) as client,
    ):
        got = await outcomes(client, of=statements(300 if fault is not Fault.SLOW else 40))
        state = there.database.state()
    assert puids(got) == [f"p-{number}" for number in range(len(got))]
    assert state["stored"] == len(got)
    assert there.database.faults.made[fault] > 0


async def test_a_thousand_with_one_in_twenty_of_each_fault_are_each_filed_once() -> None:
    rates = dict.fromkeys(Fault, 0.05)
    async with (
        standing(rates=rates, slow_seconds=5, seed=11) as there,
        Client(there.url, token=TOKEN, terms=QUICK, means=means(there.hand)) as client,
    ):
        got = await outcomes(client, of=statements(1000))
        state = there.database.state()
    assert puids(got) == [f"p-{number}" for number in range(1000)]
    assert state["stored"] == 1000
    assert all(there.database.faults.made[fault] for fault in Fault)


async def test_a_database_that_refuses_without_a_name_is_asked_in_halves() -> None:
    def take(call: Call) -> WireOutcome:
        sent = [each["puid"] for each in json.loads(call.body)["statements"]]
        sizes.append(len(sent))
        if "p-5" in sent:
            return WireOutcome(Answer(413, b"too large"))
        stored = [{"uuid": puid, "puid": puid, "created_at": "now"} for puid in sent]
        return WireOutcome(said(201, content={"statements": stored}))

    sizes: list[int] = []
    async with scripted(take) as (client, _):
        got = await outcomes(client, of=statements(8))
    assert [each for each in got if not isinstance(each, Filed)] == [
        Refused("p-5", {"": ("The call is too large.",)})
    ]
    assert sizes == [8, 4, 4, 2, 1, 1, 2]


async def test_a_puid_under_way_elsewhere_is_waited_for() -> None:
    def take(call: Call) -> WireOutcome:
        if call.method == "POST":
            message = "The platform identifier(s) are not all unique within this call."
            errors = {"puid": [message], "existing_puids": ["p-0"]}
            return WireOutcome(said(422, content={"message": message, "errors": errors}))
        looks.append(call.path)
        content = {"message": "", "puid": "p-0"}
        return WireOutcome(said(302 if len(looks) > 3 else 404, content=content))

    looks: list[str] = []
    async with scripted(take) as (client, script):
        assert await outcomes(client, of=statements(1)) == [Filed("p-0", None)]
    assert len(looks) == 4
    assert script.hand.seconds > 0


async def test_what_stays_unanswered_is_unclear_when_patience_ends() -> None:
    hand = Hand()
    terms = Terms(patience_seconds=60)
    async with Client("http://127.0.0.1:9", token=TOKEN, terms=terms, means=means(hand)) as client:
        got = await outcomes(client, of=statements(2))
    assert got == [Unclear("p-0", "ConnectError."), Unclear("p-1", "ConnectError.")]
    assert 30 <= hand.seconds <= 60


async def test_a_wait_beyond_patience_is_not_waited() -> None:
    away = Answer(429, b"", headers={"retry-after": "86400"})
    async with scripted(lambda _: WireOutcome(away)) as (client, script):
        assert await outcomes(client, of=statements(1)) == [Unclear("p-0", "Too many calls.")]
    assert script.hand.seconds < 60


async def test_a_token_that_is_refused_ends_it_and_what_was_sent_before_is_known() -> None:
    async with (
        standing() as there,
        Client(
            there.url, token=TOKEN, terms=Terms(batches_at_once=1), means=means(there.hand)
        ) as client,
    ):
        got: list[Outcome] = []
        async for outcome in until_ended(client, of=statements(300), ended_by=TokenRefused):
            got.append(outcome)
            if len(got) == 100:
                there.database.rotate(TOKEN, new="other")
        assert there.database.state()["stored"] == len(got) == 100


@pytest.mark.parametrize(
    ("after", "ended_by"),
    [
        (said(403, content={"message": "no"}), NotAllowed),
        (told(404, message="no route"), AnswerUnfit),
    ],
)
async def test_what_may_be_stored_when_it_ends_is_unclear(
    after: Answer, ended_by: type[Exception]
) -> None:
    answers = [WireOutcome(None), WireOutcome(after)]
    async with scripted(lambda _: answers.pop(0)) as (client, _):
        got = [each async for each in until_ended(client, of=statements(1), ended_by=ended_by)]
    assert [each.puid for each in got if isinstance(each, Unclear)] == ["p-0"]


async def test_an_answer_that_names_others_is_no_answer() -> None:
    def take(call: Call) -> WireOutcome:
        if call.method == "POST":
            return WireOutcome(said(201, content={"statements": []}))
        known = len(script.calls) > 10
        return WireOutcome(said(302 if known else 404, content={"message": "", "puid": "p-0"}))

    async with scripted(take) as (client, script):
        assert await outcomes(client, of=statements(1)) == [Filed("p-0", None)]
    assert script.hand.seconds > 5


async def test_what_was_sent_to_something_else_is_unclear() -> None:
    page = WireOutcome(Answer(200, b"<html>", "text/html"))
    async with scripted(lambda _: page) as (client, _):
        got = [each async for each in until_ended(client, of=statements(2), ended_by=AnswerUnfit)]
    title = "That is no answer of the Transparency Database"
    assert got == [Unclear("p-0", title), Unclear("p-1", title)]


async def test_statements_may_come_as_they_are_made_and_stop_being_read() -> None:
    made: list[int] = []

    async def source() -> AsyncIterator[dict[str, Any]]:
        for number in range(10_000):
            made.append(number)
            yield a_statement(puid=f"p-{number}")

    async with (
        standing() as there,
        Client(there.url, token=TOKEN, means=means(there.hand)) as client,
    ):
        submitted = client.submit(source())
        first = await anext(submitted)
        await submitted.aclose()
    assert first.puid == "p-0"
    assert len(made) <= 3300


async def test_two_submissions_of_one_list_file_each_once() -> None:
    several = statements(60)
    random.Random(3).shuffle(several)
    async with (
        standing() as there,
        Client(there.url, token=TOKEN, means=means(there.hand)) as one,
        Client(there.url, token=TOKEN, means=means(there.hand)) as two,
    ):
        await one.create_batch(several[:7])
        got = await outcomes(one, of=several) + await outcomes(two, of=several[::-1])
        assert there.database.state()["stored"] == 60
    assert len(puids(got)) == 120
