"""The public page: a person's browser without scripts, step by step, sends what they typed."""

import asyncio
import re
from contextlib import AsyncExitStack
from typing import Final

import httpx

from benchmarks.doors_own import EMAIL, NAME, address_of
from benchmarks.doors_place import Place
from benchmarks.doors_sending import Acknowledged, Send, one_by_one
from benchmarks.doors_world import Lack, Report
from tutela.domain.vocabulary import Category

#: What people choose on the page.
KINDS: Final = {
    Category.SCAMS_AND_FRAUD: "scam",
    Category.VIOLENCE: "violence",
    Category.ILLEGAL_OR_HARMFUL_SPEECH: "hate",
}
#: Answers that say to come back.
BUSY: Final = frozenset({429, 503})

_HIDDEN: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_CODE: Final = re.compile(r'<p class="code"><code>([^<]+)</code>')


async def open_page(place: Place, *, stack: AsyncExitStack) -> Send:
    """People without an account."""
    client = await stack.enter_async_context(
        httpx.AsyncClient(base_url=place.url, timeout=60.0, trust_env=False)
    )

    async def send(report: Report) -> Acknowledged:
        page = await _until_served(client, method="GET", typed=None)
        for step in _steps(report):
            page = await _until_served(client, method="POST", typed={**_hidden(page), **step})
        while page.status_code == httpx.codes.OK:
            again = {**_typed(report), **_hidden(page), "go": "send"}
            page = await _until_served(client, method="POST", typed=again)
        found = _CODE.search(page.text)
        assert page.status_code == httpx.codes.CREATED, page.text[:2_000]
        assert found is not None
        return Acknowledged(report=report, code=found[1])

    return one_by_one(send)


def _steps(report: Report) -> list[dict[str, str]]:
    """What is typed on each page, and the button that is pressed."""
    typed = _typed(report)
    shown = (("where",), ("harm", "why"), ("name", "email", "good_faith"))
    return [
        {**{name: typed[name] for name in names if name in typed}, "go": go}
        for names, go in zip(shown, ("next", "next", "send"), strict=True)
    ]


def _typed(report: Report) -> dict[str, str]:
    lacks = report.lacks
    place = address_of(report)
    said = {
        "where": place or f"the one called {report.subject}",
        "harm": KINDS.get(report.category, "other") if report.category else "",
        "why": "" if Lack.EXPLANATION in lacks else report.words,
        "name": "" if lacks & {Lack.NOTIFIER, Lack.NAME} else NAME,
        "email": "" if lacks & {Lack.NOTIFIER, Lack.EMAIL} else EMAIL,
        "good_faith": "" if Lack.GOOD_FAITH in lacks else "yes",
    }
    return {name: text for name, text in said.items() if text}


def _hidden(page: httpx.Response) -> dict[str, str]:
    return dict(_HIDDEN.findall(page.text))


async def _until_served(
    client: httpx.AsyncClient, *, method: str, typed: dict[str, str] | None
) -> httpx.Response:
    while True:
        page = await client.request(method, "/report", data=typed)
        if page.status_code not in BUSY:
            return page
        await asyncio.sleep(float(page.headers["Retry-After"]))
