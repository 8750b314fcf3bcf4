"""What no page of ours sends: refused with a page for a person, the right status, and a row."""

import random
from urllib.parse import urlencode

import httpx
import pytest

from tests.fixtures.site import Site, site_on
from tests.public.forms import FORM, PLACE, Visit, report
from tests.web.test_health import rooms_of
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Role
from tutela.web.endpoint import MAX_BODY_BYTES, TooMany
from tutela.web.public.calls import public_pages
from tutela.web.public.offer import Offer
from tutela.web.public.pages import error_page

PATHS = ("/report", "/report/status", "/report/evidence", "/report/receipt")
BAD: dict[str, tuple[bytes, int]] = {
    "unknown field": (b"code=a&text=b&where=c&more=d", 422),
    "field said twice": (b"lang=en&lang=de", 422),
    "nul": (b"lang=en%00", 422),
    "latin-1": (b"lang=%E9", 422),
    "raw bytes": (b"lang=\xe9", 422),
    "many fields": (b"&".join(b"f%d=" % number for number in range(65)), 422),
    "too large": (b"lang=" + b"x" * MAX_BODY_BYTES, 413),
}


async def posted(web: Site, *, path: str, body: bytes, **headers: str) -> httpx.Response:
    given = {"content-type": FORM} | {name.replace("_", "-"): v for name, v in headers.items()}
    return await web.client.post(path, content=body, headers=given)


def is_page(answer: httpx.Response) -> bool:
    return answer.headers["content-type"] == "text/html; charset=utf-8" and "<h1>" in answer.text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", BAD)
async def test_a_form_that_is_not_ours_gets_a_page_and_a_row(
    web: Site, path: str, name: str
) -> None:
    body, status = BAD[name]
    answer = await posted(web, path=path, body=body, accept_language="de")
    assert (answer.status_code, is_page(answer)) == (status, True)
    assert '<html lang="de"' in answer.text
    assert await web.house.rows("SELECT door, status FROM refused_call") == [
        (f"POST {path}", status)
    ]


@pytest.mark.parametrize("body", [b"step=4", b"step=", b"harm=x", b"danger=no", b"about_kind=x"])
async def test_a_choice_that_the_page_does_not_offer_is_refused(web: Site, body: bytes) -> None:
    answer = await posted(web, path="/report", body=body)
    assert (answer.status_code, is_page(answer)) == (422, True)


@pytest.mark.parametrize("path", PATHS)
async def test_json_is_no_form(web: Site, path: str) -> None:
    answer = await posted(web, path=path, body=b"{}", content_type="application/json")
    assert (answer.status_code, is_page(answer)) == (415, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "same-origin", "origin": "null"}, 422),
        ({"sec_fetch_site": "none"}, 422),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "https://tutela"}, 422),
        ({"origin": "null"}, 422),
        ({}, 422),
    ],
)
async def test_a_form_of_another_site_is_refused(
    web: Site, headers: dict[str, str], status: int
) -> None:
    answer = await posted(web, path="/report", body=b"where=&go=next", **headers)
    assert (answer.status_code, is_page(answer)) == (status, True)


def test_too_many_people_are_told_when_to_come_back() -> None:
    answer = error_page(root="", offer=Offer())(
        TooMany(), headers={b"accept-language": b"de;q=0.5, en;q=0.4"}
    )
    assert answer.status == 429
    assert (b"retry-after", b"1") in answer.headers
    assert "Gerade sind sehr viele Menschen hier" in answer.body.decode()


async def test_every_public_page_has_a_pace(web: Site) -> None:
    assert [call.path for call in public_pages(rooms_of(web)) if call.terms.pace is None] == []


async def test_a_report_that_can_t_be_stored_now_stays_on_the_page(web: Site) -> None:
    application = site_on(web.house, refusals=web.refusals, public_service="main/none")
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://tutela") as client:
        away = Site(web.house, application, client, web.refusals)
        visit = await Visit(away).open()
        await visit.press("next", where=PLACE)
        await visit.press("next", harm="scam", why="token 4f1c")
        await visit.press("send", good_faith="yes")
        assert visit.status == 503
        assert visit.answer is not None
        assert visit.answer.headers["retry-after"] == "2"
        assert "Your report is not sent yet" in visit.text
        typed = {"where": PLACE, "harm": "scam", "why": "token 4f1c", "good_faith": "yes"}
        assert visit.fields.items() >= typed.items()
        await web.house.caller(service="none")
        await visit.press("send")
        assert visit.status == 201


async def test_a_program_with_a_token_speaks_for_its_own_service(web: Site) -> None:
    token = await web.new_token(service="other")
    body = urlencode({"where": PLACE, "go": "send", "step": "3"}).encode()
    given = {"authorization": f"Bearer {token}", "idempotency_key": "k-1"}
    answer = await posted(web, path="/report", body=body, **given)
    assert answer.status_code == 201
    assert await web.house.rows("SELECT service, key FROM submission_key") == [("other", "k-1")]
    assert (await posted(web, path="/report", body=body, **given)).status_code == 200


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.REVIEWER, 403)])
async def test_a_token_that_may_not_send_is_refused(
    web: Site, role: Role | None, status: int
) -> None:
    token = "unknown" if role is None else await web.new_token(role)
    body = urlencode({"where": PLACE, "go": "send", "step": "3"}).encode()
    answer = await posted(web, path="/report", body=body, authorization=f"Bearer {token}")
    assert (answer.status_code, is_page(answer)) == (status, True)
    assert await web.house.rows("SELECT count(*) FROM notice") == [(0,)]


async def test_whatever_is_typed_is_taken_or_shown_again(web: Site) -> None:
    chance = random.Random(20_261_122)
    taken = 0
    for _ in range(60):
        typed = {name: _typed(chance) for name in ("where", "why", "name", "email")}
        visit = await Visit(web).open()
        sent = visit.fields | {"step": "3", "go": "send", "asked": "why"} | typed
        await visit.post("/report", **sent)
        names_a_place = any(not is_blank(line) for line in typed["where"].splitlines())
        fits = max(map(len, typed["where"].splitlines()), default=0) <= 512
        assert (visit.status == 201) == (names_a_place and fits), typed
        assert visit.status in (201, 422)
        taken += visit.status == 201
    assert await web.house.rows("SELECT count(*) FROM notice") == [(taken,)]


def _typed(chance: random.Random) -> str:
    letters = (
        "a9 \t\r\n\"'<>&%+=;\u0085\u00e9\u0301\u200b\u2028\u202e\ufeff\uffff\U0001f9ff\x01\x7f"
    )
    return "".join(chance.choices(letters, k=chance.choice((0, 1, 3, 40, 256))))


async def test_a_body_of_half_a_form_is_taken_as_far_as_it_goes(web: Site) -> None:
    answer = await posted(web, path="/report", body=b"where=x&go=send&step=3&asked=why")
    assert answer.status_code == 201
    assert (await report(web, fields={"where": "x"})).status == 201
