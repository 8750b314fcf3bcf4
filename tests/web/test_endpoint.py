"""The one way in: faults become statuses, a public call keeps its pace, nothing else gets out."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.routing import Route

from tests.fixtures.site import Site, notice
from tutela.access.pace import Pace
from tutela.errors import TutelaError
from tutela.web.answer import Answer, answer, begun
from tutela.web.direct import DirectSite
from tutela.web.endpoint import Asked, Endpoint, Handler, Minutes, Terms
from tutela.web.fallback import no_call
from tutela.web.problem import problem


async def called(web: Site, *, terms: Terms, handler: Handler) -> httpx.Response:
    """The answer of a call that only this test has."""
    transport = httpx.ASGITransport(site_of(web, terms=terms, handler=handler))
    async with httpx.AsyncClient(transport=transport, base_url="http://tutela") as client:
        return await client.post("/call", json={})


def site_of(web: Site, *, terms: Terms, handler: Handler) -> DirectSite:
    endpoint = Endpoint(
        "POST /call",
        handler=handler,
        terms=terms,
        desk=web.house.desk,
        minutes=Minutes(record=web.refusals.record, measure=lambda *_, **__: None),
    )
    return DirectSite(
        [Route("/call", endpoint, methods=["POST"])], exception_handlers={HTTPException: no_call}
    )


async def fine(asked: Asked) -> Answer:
    return answer({"body": asked.body.decode()})


async def test_a_fault_is_a_500_without_a_stack_and_has_its_row(web: Site) -> None:
    async def broken(_: Asked) -> Answer:
        raise ZeroDivisionError("token 4411")

    told = await called(web, terms=Terms(right=None), handler=broken)
    assert told.status_code == 500
    assert told.json()["code"] == "internal"
    assert "4411" not in told.text
    assert "Zero" not in told.text
    rows = await web.house.rows("SELECT status, code, door FROM refused_call")
    assert rows == [(500, "internal", "POST /call")]


async def test_a_public_call_that_asks_who_calls_is_a_fault(web: Site) -> None:
    async def asks(asked: Asked) -> Answer:
        return answer({"who": asked.caller.name})

    assert (await called(web, terms=Terms(right=None), handler=asks)).status_code == 500


async def test_those_who_call_too_often_are_told_when_to_come_back(web: Site) -> None:
    terms = Terms(right=None, pace=Pace(per_second=0.0, burst=2.0))
    told = [await called(web, terms=terms, handler=fine) for _ in range(4)]
    assert [each.status_code for each in told] == [200, 200, 429, 429]
    assert told[2].headers["retry-after"] == "1"
    assert told[2].json()["code"] == "too_many"


async def test_answers_are_kept_by_nobody(web: Site) -> None:
    for told in (
        await called(web, terms=Terms(right=None), handler=fine),
        await web.client.get("/nothing"),
        await web.post("/v1/notices", body=notice()),
        await web.post("/v1/notices", body=b""),
    ):
        assert told.headers["cache-control"] == "no-store"
        assert told.headers["x-content-type-options"] == "nosniff"


async def test_a_call_that_takes_no_body_reads_none(web: Site) -> None:
    told = await called(web, terms=Terms(right=None, takes=None), handler=fine)
    assert told.json() == {"body": ""}


async def test_no_lines_are_an_answer_too() -> None:
    async def nothing() -> AsyncIterator[bytes]:
        for line in list[bytes]():
            yield line

    assert [line async for line in (await begun(nothing())).lines] == [b""]


@pytest.mark.parametrize(
    ("status", "header"), [(401, b"www-authenticate"), (429, b"retry-after"), (503, b"retry-after")]
)
def test_a_problem_says_what_helps(status: int, header: bytes) -> None:
    class Odd(TutelaError):
        """For this test."""

    Odd.status = status
    assert [name for name, _ in problem(Odd()).headers] == [header]
