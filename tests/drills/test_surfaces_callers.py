"""How the platform calls the guard's server, and what it does where no answer comes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import pytest

from tutela.drills.surfaces.asking import GuardUnreached, answer
from tutela.drills.surfaces.callers import OverHttp
from tutela.drills.wire import Answer, Call, Outcome, Take, said, serving
from tutela.guard.asking import ALLOWED, GuardAsked, Item, ItemKind, Surface, Viewer

ASKED = GuardAsked(
    items=(
        Item(kind=ItemKind.TEXT, value="garden"),
        Item(kind=ItemKind.CONTENT, value="post-1", author="a-1", tags=("rain",), minor=True),
    ),
    viewer=Viewer(account_id="a-2"),
)


@asynccontextmanager
async def calling(take: Take) -> AsyncIterator[OverHttp]:
    async with serving(take) as url, aiohttp.ClientSession(url) as session:
        yield OverHttp(session, token="t")


async def test_a_call_says_what_is_shown_to_whom_by_the_words_of_the_interface() -> None:
    calls: list[Call] = []

    def take(call: Call) -> Outcome:
        calls.append(call)
        return Outcome(said(200, content=answer([ALLOWED, ALLOWED], version=7)))

    async with calling(take) as guard:
        found = await guard.ask(Surface.HASHTAG, asked=ASKED)
    assert (found.list_version, len(found.results)) == (7, 2)
    (call,) = calls
    assert (call.method, call.path) == ("POST", "/v1/guard/hashtag")
    assert call.headers["authorization"] == "Bearer t"
    assert msgspec.json.decode(call.body, type=GuardAsked) == ASKED


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(said(429, content={})),
        Outcome(said(500, content={})),
        Outcome(Answer(200, b"<html>")),
        Outcome(said(200, content=answer([ALLOWED], version=7))),
        Outcome(None),
    ],
    ids=["too many", "broken", "no JSON", "other items", "no answer"],
)
async def test_what_is_no_answer_is_never_an_allowance(outcome: Outcome) -> None:
    async with calling(lambda _: outcome) as guard:
        with pytest.raises(GuardUnreached):
            await guard.ask(Surface.SEARCH, asked=ASKED)
