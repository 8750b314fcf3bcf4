"""Batches: good lines go in whatever stands beside them; each is answered in its place."""

import asyncio
import json
import os
from typing import Any

import httpx
import pytest

from tests.fixtures.site import Site, notice
from tutela.intake.channels.batch import (
    LINES_MAX,
    STRIDE_LINES,
    Batch,
    Line,
    LineRefused,
    notices_of,
    take_lines,
)
from tutela.intake.door import Intake, Sending

BATCH = "/v1/notices/batch"


def line(name: str, **fields: object) -> bytes:
    return json.dumps(notice(external_id=name, **fields)).encode()


async def send(web: Site, *, lines: list[bytes], end: bytes = b"\n") -> httpx.Response:
    return await web.post(BATCH, body=end.join(lines), content_type="application/x-ndjson")


def results(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(each) for each in answer.text.splitlines()]


async def test_of_the_same_line_many_times_the_first_is_the_one_that_is_taken(web: Site) -> None:
    rooms, instant = web.house, web.house.clock.now()
    at_once = Intake(rooms.pool, keys=rooms.keys, clock=lambda: instant, chance=os.urandom)
    sending = Sending(caller=await rooms.caller(), door="batch")

    async def record_line(refused: LineRefused) -> None:
        raise AssertionError(refused.error)

    prepare = notices_of(at_once, sending=sending)
    batch = Batch(intake=at_once, sending=sending, record_line=record_line, prepare=prepare)
    lines = [Line(number, line("a")) for number in range(1, 21)]
    parts = [part async for part in take_lines(lines, batch=batch)]
    told = [json.loads(each) for each in b"".join(parts).splitlines()]
    assert [each["status"] for each in told] == ["accepted", *["duplicate"] * 19]


async def test_good_lines_go_in_and_order_is_kept(web: Site) -> None:
    lines = [
        line("a"),
        b"{",
        line("b", country="XX"),
        line("a"),
        json.dumps(notice()).encode(),
        line("c"),
        line("a", country="DE"),
        b'{"external_id": "\xff"}',
        line("d", channel="authority"),
    ]
    told = results(await send(web, lines=lines))
    assert [each["line"] for each in told] == list(range(1, 10))
    assert [each["status"] for each in told] == [
        *("accepted", "refused", "refused", "duplicate", "refused"),
        *("accepted", "refused", "refused", "refused"),
    ]
    assert [each.get("code") for each in told if each["status"] == "refused"] == [
        *("not_json", "invalid_body", "invalid_body", "key_reused", "not_json"),
        "channel_not_yours",
    ]
    assert told[0]["id"] == told[3]["id"]
    assert told[0]["receipt"] == told[3]["receipt"]
    assert told[2]["errors"][0]["pointer"] == "/country"
    assert told[4]["errors"][0]["pointer"] == "/external_id"
    assert all("try_again" not in each for each in told)
    assert await web.house.rows("SELECT count(*) FROM notice") == [(2,)]
    rows = await web.house.rows("SELECT line FROM refused_call ORDER BY line")
    assert [number for (number,) in rows] == [2, 3, 5, 7, 8, 9]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
async def test_line_ends_and_empty_lines(web: Site, end: bytes) -> None:
    told = results(
        await send(web, lines=[b"", line("a"), b"  ", b"", line("b"), b"", b""], end=end)
    )
    assert [(each["line"], each["status"]) for each in told] == [(2, "accepted"), (5, "accepted")]


@pytest.mark.parametrize("body", [b"", b"\n\n", b" \r\n"])
async def test_a_batch_of_nothing_is_refused(web: Site, body: bytes) -> None:
    answer = await send(web, lines=[body])
    assert answer.status_code == 422


@pytest.mark.parametrize("count", [LINES_MAX + 1, 3 * LINES_MAX])
async def test_more_lines_than_may_be_are_refused_together(web: Site, count: int) -> None:
    answer = await send(web, lines=[b"{}"] * count)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{LINES_MAX}"
    assert await web.house.rows("SELECT count(*) FROM notice") == [(0,)]


async def test_as_many_lines_as_may_be_are_answered(web: Site) -> None:
    told = results(await send(web, lines=[b"{}"] * (LINES_MAX - 1) + [line("a")]))
    assert len(told) == LINES_MAX
    assert told[-1]["status"] == "accepted"


async def test_a_line_that_is_too_long_is_refused_alone(web: Site) -> None:
    long = line("b", explanation="x" * 1024 * 1024)
    told = results(await send(web, lines=[line("a"), long, line("c")]))
    assert [each["status"] for each in told] == ["accepted", "refused", "accepted"]
    assert told[1]["code"] == "too_large"


async def test_a_fault_refuses_its_line_alone(web: Site) -> None:
    await web.house.rows("ALTER TABLE notice ADD CHECK (language <> 'pl')")
    lines = [line("a"), line("b", language="pl"), line("c")]
    told = results(await send(web, lines=lines))
    assert [each["status"] for each in told] == ["accepted", "refused", "accepted"]
    assert told[1]["code"] == "internal"
    assert "notice" not in told[1]["errors"][0]["message"]
    assert await web.house.rows("SELECT code, line FROM refused_call") == [("internal", 2)]


async def test_a_batch_of_another_type_is_415(web: Site) -> None:
    answer = await web.post(BATCH, body=line("a"), content_type="text/csv")
    assert answer.status_code == 415


async def test_a_batch_takes_no_parameters(web: Site) -> None:
    answer = await web.post(f"{BATCH}?require=article_16", body=line("a"))
    assert answer.status_code == 422


async def test_the_same_key_twice_in_one_batch_is_one_notice(web: Site) -> None:
    told = results(await send(web, lines=[line("a")] * (2 * STRIDE_LINES)))
    assert sorted({each["status"] for each in told}) == ["accepted", "duplicate"]
    assert [each["status"] for each in told].count("accepted") == 1
    assert len({each["id"] for each in told}) == 1


async def test_a_batch_sent_again_gives_the_first_answers(web: Site) -> None:
    lines = [line(f"k-{number}") for number in range(300)]
    first = results(await send(web, lines=lines))
    again = results(await send(web, lines=lines))
    assert {each["status"] for each in first} == {"accepted"}
    assert {each["status"] for each in again} == {"duplicate"}
    assert [each["receipt"] for each in first] == [each["receipt"] for each in again]


async def test_the_same_batch_from_many_at_once_is_stored_once(web: Site) -> None:
    lines = [line(f"k-{number}") for number in range(50)]
    answers = await asyncio.gather(*(send(web, lines=lines) for _ in range(6)))
    told = [results(answer) for answer in answers]
    for index in range(50):
        at_one_line = [each[index] for each in told]
        assert [each["status"] for each in at_one_line].count("accepted") == 1
        assert len({each["id"] for each in at_one_line}) == 1
    assert await web.house.rows("SELECT count(*) FROM notice") == [(50,)]
