"""A form that is sent twice is done once, without scripts and in any process."""

import asyncio
import re
from collections.abc import Mapping

import httpx
import pytest
from playwright.sync_api import expect

from tests.access.test_authorisation import routes
from tests.access.test_others_things import OWNERS, kind_of, site
from tests.console.test_every_form import EACH_COUNTS, below, fields, filled, forms_of, sender
from tests.fixtures.everything import everything
from tests.fixtures.service import RunningTutela
from tests.fixtures.site import Site, notice, site_on
from tests.fixtures.staff import LogIn, logged_in
from tutela.access import sent_forms
from tutela.domain.vocabulary import Role
from tutela.web.console.cookies import COOKIE
from tutela.web.console.screen import Needs

__all__ = ["site"]
QUEUE = "/console/main/queue"
FORM = {"content-type": "application/x-www-form-urlencoded"}
#: What leads to no other page: a value that is read, a preview. Each sending is one more look.
LEADS_NOWHERE = {
    "guard/entries/{entry_id}/open",
    "lists/proposals/{proposal_id}/open",
    "networks/leads/{lead_id}/open",
}


def mark_in(page: str) -> str:
    """The mark that all forms of the page carry."""
    (mark,) = set(re.findall(r'name="once" value="([0-9a-f]{24})"', page))
    return str(mark)


async def waiting(web: Site, *, count: int) -> httpx.AsyncClient:
    """A lead in front of as many open cases."""
    for number in range(count):
        subjects = [{"kind": "content", "id": f"post-{number}"}]
        assert (await web.post("/v1/notices", body=notice(subjects=subjects))).status_code == 201
    return await logged_in(web, role=Role.LEAD)


async def on_desks(web: Site) -> int:
    ((count,),) = await web.house.rows(
        "SELECT count(*) FROM case_file WHERE lease_token IS NOT NULL"
    )
    return int(count)


async def test_two_clicks_at_once_on_two_processes_take_one_case(web: Site) -> None:
    client = await waiting(web, count=3)
    another = httpx.AsyncClient(
        transport=httpx.ASGITransport(site_on(web.house, refusals=web.refusals)),
        base_url="http://tutela",
        cookies={COOKIE: client.cookies[COOKIE]},
    )
    once = {"once": mark_in((await client.get(QUEUE)).text)}
    given = await asyncio.gather(
        *(each.post(f"{QUEUE}/claim", data=once) for each in (client, another) for _ in range(4))
    )
    led_to = {each.headers["location"] for each in given}
    (case,) = {each.removesuffix("?sent=before") for each in led_to}
    assert {each.status_code for each in given} == {303}
    assert sum(each.headers["location"] == case for each in given) == 1
    assert await on_desks(web) == 1
    assert "it was done once" in (await client.get(f"{case}?sent=before")).text


async def test_a_page_that_is_shown_again_or_beside_takes_the_next_one(web: Site) -> None:
    client = await waiting(web, count=3)
    marks = [mark_in((await client.get(QUEUE)).text) for _ in range(3)]
    assert len(set(marks)) == 3
    for mark in marks:
        given = await client.post(f"{QUEUE}/claim", data={"once": mark})
        assert "sent" not in given.headers["location"]
    assert await on_desks(web) == 3
    part = await client.post(
        f"{QUEUE}/claim", data={"once": marks[0]}, headers={"hx-request": "true"}
    )
    assert part.headers["hx-redirect"].endswith("?sent=before"), "by a script as well"


async def test_what_was_refused_or_is_filled_in_anew_is_taken(web: Site) -> None:
    client = await waiting(web, count=1)
    once = {"once": mark_in((await client.get("/console/main/quality")).text)}
    plan = "/console/main/quality/plan"
    assert (await client.post(plan, data={**once, "share": "x"})).status_code == 422
    for share in ("10", "20", "10"):
        given = await client.post(plan, data={**once, "share": share, "gold_share": "1"})
        assert given.status_code == 303
    planned = await web.house.rows("SELECT share::float FROM quality_plan ORDER BY id")
    assert planned == [(0.1,), (0.2,)], "the third was the first again"


async def test_whoever_died_over_a_form_lets_the_next_one_act(
    web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await waiting(web, count=2)
    once = {"once": mark_in((await client.get(QUEUE)).text)}
    assert (await client.post(f"{QUEUE}/claim", data=once)).status_code == 303
    await web.house.rows("UPDATE sent_form SET led_to = NULL RETURNING true")
    monkeypatch.setattr(sent_forms, "PATIENCE_SECONDS", 0.3)
    under_way = await client.post(f"{QUEUE}/claim", data=once)
    assert (under_way.status_code, await on_desks(web)) == (409, 1)
    assert "being worked on" in under_way.text
    await web.house.rows(
        "UPDATE sent_form SET begun_at = begun_at - interval '11 s' RETURNING true"
    )
    assert (await client.post(f"{QUEUE}/claim", data=once)).status_code == 303
    assert await on_desks(web) == 2


async def test_what_forms_led_to_is_forgotten_with_the_session(web: Site) -> None:
    client = await waiting(web, count=1)
    once = {"once": mark_in((await client.get(QUEUE)).text)}
    assert (await client.post(f"{QUEUE}/claim", data=once)).status_code == 303
    assert await web.house.rows("SELECT octet_length(digest) FROM sent_form") == [(32,)]
    assert (await client.post("/logout", data=once)).status_code == 303
    assert await web.house.rows("SELECT digest FROM sent_form") == []


async def test_every_form_of_every_page_carries_the_mark_of_its_page(site: Site) -> None:
    things, found = await everything(site), 0
    for route in routes(site):
        if route.screen is None or route.method != "GET" or route.screen.needs is Needs.NOTHING:
            continue
        role, name = OWNERS.get(kind_of(route), (Role.LEAD, "lead-1"))
        client = await logged_in(site, role=role, name=name)
        page = (await client.get(place(route.path, things=things, kind=kind_of(route)))).text
        forms = re.findall(r'<form\b[^>]*method="post"[^>]*>(.{30})', page, flags=re.DOTALL)
        assert all(each.startswith('<input type="hidden" name="onc') for each in forms), route
        found += len(forms)
    assert found > 80


def place(path: str, *, things: Mapping[str, str], kind: str) -> str:
    there = path.replace("{service}", "main")
    return re.sub(r"\{\w+\}", things.get(kind, "0"), there)


@pytest.mark.parametrize("seen", ["whole", "part"])
async def test_every_form_that_leads_to_a_page_is_taken_once_under_one_mark(
    site: Site, seen: str
) -> None:
    """Also those that do something again without a mark: see `EACH_COUNTS`."""
    things = await everything(site)
    again: set[str] = set()
    refused: set[tuple[str, int]] = set()
    headers = FORM | ({"hx-request": "true"} if seen == "part" else {})
    for route in forms_of(site):
        if below(route) in LEADS_NOWHERE:
            continue
        there, said = filled(route, things=things)
        client = await sender(site, route=route)
        told = fields({**said, "once": "0" * 24})
        first = await client.post(there, content=told, headers=headers)
        before = await written(site)
        second = await client.post(there, content=told, headers=headers)
        assert await written(site) == before, (route.name, first.status_code)
        name = "hx-redirect" if seen == "part" else "location"
        if name in first.headers:
            again.add(below(route))
            assert second.headers[name].startswith(first.headers[name].split("?")[0])
            assert "sent=before" in second.headers[name], route.name
        else:
            refused.add((below(route), first.status_code))
    assert len(again) > 25
    whom_it_is_about_was_shut_out = {"needs"}
    assert again >= EACH_COUNTS - LEADS_NOWHERE - whom_it_is_about_was_shut_out, refused


async def written(web: Site) -> object:
    return await web.house.rows(
        "SELECT (SELECT count(*) FROM ledger_leaf),"
        " (SELECT count(*) FROM case_file WHERE lease_token IS NOT NULL)"
    )


def test_a_double_click_without_scripts_takes_one_case(
    log_in: LogIn, running_tutela: RunningTutela
) -> None:
    service = "twice"
    token = running_tutela.token(service=service)
    with running_tutela.client(token) as client:
        for number in range(3):
            subjects = [{"kind": "content", "id": f"post-{number}"}]
            assert client.post("/v1/notices", json=notice(subjects=subjects)).status_code == 201
    reviewer = log_in(Role.LEAD, java_script_enabled=False)
    reviewer.goto(f"/console/{service}/queue")
    reviewer.get_by_role("button", name="Take the next case").dblclick()
    expect(reviewer.get_by_role("button", name="Give back")).to_be_visible()
    reviewer.goto(f"/console/{service}/queue?state=mine")
    expect(reviewer.locator("table.cases tbody tr")).to_have_count(1)
