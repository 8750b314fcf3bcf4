"""One question over HTTP: only an answer in time, of bounded size and of the right shape counts."""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, unquote

import httpx
import msgspec
import pytest

from tutela.drills.wire import Answer, Call, Outcome, said, serving
from tutela.guard.asking import Surface
from tutela.guard.propagation.asking import (
    ANSWER_BYTES_MAX,
    HttpProbe,
    Seen,
    SurfaceUnavailable,
    read_answer,
)
from tutela.guard.propagation.configured import Asking

SEARCH = Asking(
    name="search",
    surface=Surface.SEARCH,
    url="http://127.0.0.1:9/search?q={value}&viewer={viewer}",
    results="/page/results",
    blocked="/blocked",
    controls=("weather",),
)


@asynccontextmanager
async def answering(
    outcome: Callable[[Call], Outcome], **changed: object
) -> AsyncIterator[tuple[HttpProbe, Asking]]:
    numbers = itertools.count(1)
    async with serving(outcome) as url, httpx.AsyncClient(trust_env=False) as client:
        asking = msgspec.structs.replace(
            SEARCH, **{"url": SEARCH.url.replace("http://127.0.0.1:9", url), **changed}
        )
        headers = {(SEARCH.service, SEARCH.name): {"authorization": "Bearer t"}}
        probe = HttpProbe(client, headers=headers, chance=lambda size: next(numbers).to_bytes(size))
        yield probe, asking


def page(results: object, **more: object) -> Outcome:
    return Outcome(said(200, content={"page": {"results": results}, **more}))


async def test_a_surface_is_asked_for_any_value_as_it_stands_by_somebody_new_each_time() -> None:
    calls: list[Call] = []

    def take(call: Call) -> Outcome:
        calls.append(call)
        return page([1, 2])

    values = ["weather", "a/b?c=d&e#f %20", "{viewer}", "\u0434\u00e4 \U0001f600", "x" * 1000, ""]
    async with answering(take) as (probe, asking):
        seen = [await probe.ask(asking, value=each) for each in values]
    assert seen == [Seen(shown=2, blocked=False)] * len(values)
    queries = [parse_qs(each.query, keep_blank_values=True) for each in calls]
    assert [each["q"][0] for each in queries] == values
    assert len({each["viewer"][0] for each in queries}) == len(values)
    assert {each.headers["authorization"] for each in calls} == {"Bearer t"}


async def test_a_value_in_the_path_stays_one_part_of_it() -> None:
    paths: list[str] = []

    def take(call: Call) -> Outcome:
        paths.append(call.path)
        return page(3)

    async with answering(take) as (probe, asking):
        url = asking.url.replace("search?q=", "tags/").partition("&")[0]
        tags = msgspec.structs.replace(asking, url=url)
        assert (await probe.ask(tags, value="a/../b")).shown == 3
    assert [unquote(each) for each in paths] == ["/tags/a/../b"]
    assert paths == ["/tags/a%2F..%2Fb"]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome(said(200, content={"page": {"results": []}}), delay_seconds=5.0), "in 0.2 s"),
        (Outcome(None), "RemoteProtocolError"),
        (Outcome(said(500, content={"page": {"results": []}})), "answered 500"),
        (Outcome(said(404, content={"page": {"results": []}})), "answered 404"),
        (Outcome(Answer(302, b"", headers={"location": "/elsewhere"})), "answered 302"),
        (Outcome(Answer(200, b"x" * (ANSWER_BYTES_MAX + 1))), "more than 1048576 bytes"),
        (Outcome(Answer(200, b"<html>no results</html>")), "no JSON"),
        (Outcome(Answer(200, b'"\xff"')), "no JSON"),
        (Outcome(Answer(200, b"[" * 100_000)), "no JSON"),
        (Outcome(Answer(200, b"")), "no JSON"),
        (Outcome(said(200, content=[])), "`results`"),
        (page(None), "`results`"),
        (page(-1), "`results`"),
        (page("none"), "`results`"),
        (page(results=True), "`results`"),
        (page([], blocked="no"), "`blocked`"),
    ],
)
async def test_what_is_no_answer_is_unavailable_and_never_nothing_shown(
    outcome: Outcome, told: str
) -> None:
    async with answering(lambda _: outcome, timeout_seconds=0.2) as (probe, asking):
        with pytest.raises(SurfaceUnavailable) as unavailable:
            await probe.ask(asking, value="not-told")
    assert told in unavailable.value.detail
    assert "not-told" not in unavailable.value.detail


async def test_a_surface_that_is_down_is_unavailable() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        probe = HttpProbe(client, headers={}, chance=bytes)
        with pytest.raises(SurfaceUnavailable, match="ConnectError"):
            await probe.ask(SEARCH, value="weather")


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        ({"page": {"results": []}}, Seen(shown=0, blocked=False)),
        ({"blocked": True}, Seen(shown=0, blocked=True)),
        ({"page": {"results": None}, "blocked": True}, Seen(shown=0, blocked=True)),
        ({"page": {"results": 7}, "blocked": True}, Seen(shown=7, blocked=True)),
    ],
)
def test_an_answer_is_read_by_the_operators_pointers(answer: object, seen: Seen) -> None:
    assert read_answer(msgspec.json.encode(answer), surface=SEARCH) == seen


def test_ids_of_what_is_shown_are_read_or_nothing_is() -> None:
    named = msgspec.structs.replace(SEARCH, results="/0", id="/a~1b", author="/by/0")
    results = [{"a/b": "p1", "by": ["u1"]}, {"a/b": 2}]
    assert read_answer(msgspec.json.encode([results]), surface=named).ids == {"p1", "u1", "2"}
    with pytest.raises(SurfaceUnavailable, match="`id`"):
        read_answer(msgspec.json.encode([[{"by": []}]]), surface=named)
