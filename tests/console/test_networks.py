"""Searches for networks on screens: asked for, read with every id masked, opened, dismissed."""

import re

import httpx
import pytest_asyncio

from tests.decisions.test_confirming import tell
from tests.fixtures.networking import (
    OTHERS,
    RING,
    SEEDS,
    edges,
    one_came_back,
    platform_told,
    room_of,
)
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.canonical import timestamp
from tutela.domain.vocabulary import Role
from tutela.networks.stored.running import work_off

PLACE = "/console/main/networks"
CHILD = RING[5]
HOSTILE = "<script>alert(1)</script>\u202eabc " + "x" * 1900


@pytest_asyncio.fixture
async def lead(web: Site) -> httpx.AsyncClient:
    """A lead, on a platform that told of a ring one of whose members may be a child."""
    await platform_told(web, pairs=edges())
    at = timestamp(web.house.clock.now())
    await tell(web, {"id": "c", "type": "account", "at": at, "account_id": CHILD, "minor": "yes"})
    return await logged_in(web, role=Role.LEAD, name="lead-1")


async def asked(client: httpx.AsyncClient, **form: str) -> str:
    """The address of the search that the form asks for."""
    typed = {"reason": "x", "seeds": "\n".join(SEEDS), **form}
    given = await client.post(f"{PLACE}/runs", data=typed)
    assert given.status_code == 303, given.text
    return given.headers["location"]


async def case_page(web: Site, *, client: httpx.AsyncClient, at: str) -> str:
    """The address of the only group that the search found."""
    assert await work_off(room_of(web)) == 1
    (found,) = set(re.findall(rf"{PLACE}/cases/[0-9a-f-]+", (await client.get(at)).text))
    return str(found)


def leads_in(text: str) -> list[str]:
    """The ids of leads that can be opened on a page."""
    return re.findall(r'action="[^"]*/leads/([0-9a-f-]+)/open"', text)


async def test_a_search_is_asked_for_once_however_often_the_form_is_sent(
    web: Site, lead: httpx.AsyncClient
) -> None:
    form = (await lead.get(f"{PLACE}/new")).text
    (key,) = re.findall(r'name="key" value="([^"]+)"', form)
    first = await asked(lead, key=key)
    assert await asked(lead, key=key) == first
    assert "waits for a worker" in (await lead.get(first)).text
    assert 'hx-trigger="every 2s"' in (await lead.get(f"{first}/progress")).text
    assert await work_off(room_of(web)) == 1
    ended = await lead.get(f"{first}/progress", headers={"hx-request": "true"})
    assert "has ended" in ended.text
    assert "hx-trigger" not in ended.text
    assert "The seeds find each other." in (await lead.get(first)).text


async def test_a_group_with_somebody_whom_one_knows_is_not_there(
    web: Site, lead: httpx.AsyncClient
) -> None:
    run = await asked(lead)
    case = await case_page(web, client=lead, at=run)
    other = await logged_in(web, role=Role.LEAD, name="lead-2")
    found = set(leads_in((await other.get(run)).text))
    own = {"kind": "own", "subject_kind": "account", "named": RING[6], "by": "id"}
    assert (await other.post("/console/main/interests", data=own)).status_code == 303
    assert (await other.get(case)).status_code == 404
    assert (await other.post(f"{case}/dismiss", data={"reason": "x"})).status_code == 404
    assert case not in (await other.get(PLACE)).text
    shown = await other.get(run)
    assert len(found - set(leads_in(shown.text))) == 1, "theirs alone is left out"
    assert (await lead.get(case)).status_code == 200


async def test_what_was_typed_wrongly_is_named_and_nothing_is_asked(
    web: Site, lead: httpx.AsyncClient
) -> None:
    for wrong, said in (
        ({"reason": " "}, "/reason"),
        ({"seeds": "nobody"}, "/seeds/0"),
        ({"leads_max": "9" * 5000}, "/leads_max"),
    ):
        typed = {"reason": "x", "seeds": "\n".join(SEEDS), **wrong}
        given = await lead.post(f"{PLACE}/runs", data=typed, headers={"hx-request": "true"})
        assert (given.status_code, given.headers["hx-retarget"]) == (422, "#fault")
        assert said in given.text
    assert await web.house.rows("SELECT 1 FROM network_run") == []


async def test_every_id_is_masked_until_it_is_opened_for_a_reason_that_stays(
    web: Site, lead: httpx.AsyncClient
) -> None:
    address = await asked(lead)
    case = await case_page(web, client=lead, at=address)
    shown = (await lead.get(case)).text
    for text in (shown, (await lead.get(address)).text):
        assert not any(f">{name}<" in text or f" {name}" in text for name in RING)
    assert (await web.house.rows("SELECT sum(whole)::int FROM network_look")) == [(0,)]
    first = leads_in(shown)[0]
    at = f"{PLACE}/leads/{first}/open"
    assert (await lead.post(at, data={"reason": " "})).status_code == 422
    opened = await lead.post(at, data={"reason": HOSTILE}, headers={"hx-request": "true"})
    assert any(f">{name}<" in opened.text for name in RING)
    assert "<html" not in opened.text
    assert (await web.house.rows("SELECT sum(whole)::int FROM network_look")) == [(1,)]
    told = (await lead.get(case)).text
    assert "&lt;script&gt;alert(1)" in told
    assert "<script>alert" not in told
    ((leaf,),) = await web.house.rows(
        "SELECT convert_from(content, 'UTF8') FROM ledger_leaf WHERE fact_type = 'network.opened'"
    )
    assert not any(name in leaf for name in (*RING, "lead-1", "alert"))


async def test_a_possible_minor_is_opened_by_specialists_alone_and_a_reader_opens_nobody(
    web: Site, lead: httpx.AsyncClient
) -> None:
    case = await case_page(web, client=lead, at=await asked(lead))
    ids = leads_in((await lead.get(case)).text)
    assert len(ids) == len(RING)
    allowed = {}
    for role in (Role.SPECIALIST, Role.INVESTIGATOR, Role.COMPLIANCE, Role.AUDITOR):
        client = await logged_in(web, role=role)
        allowed[role] = len(leads_in((await client.get(case)).text))
        answers = [
            (await client.post(f"{PLACE}/leads/{each}/open", data={"reason": "x"})).status_code
            for each in ids
        ]
        assert answers.count(200) == allowed[role], role
        assert set(answers) <= {200, 403}
    assert list(allowed.values()) == [len(RING), len(RING) - 1, 0, 0]


async def test_the_picture_shows_every_member_and_says_what_it_shows(
    web: Site, lead: httpx.AsyncClient
) -> None:
    case = await case_page(web, client=lead, at=await asked(lead))
    text = (await lead.get(case)).text
    assert text.count("<use ") == len(RING)
    assert "3 seeds and 9 other accounts with" in text
    assert "possible minor" in text
    assert re.search(r'class="e0" d="M\d+', text)


async def test_a_group_is_dismissed_once_with_a_reason(web: Site, lead: httpx.AsyncClient) -> None:
    case = await case_page(web, client=lead, at=await asked(lead))
    assert "Groups that wait" in (await lead.get(PLACE)).text
    first = await lead.post(f"{case}/dismiss", data={"reason": "a school class"})
    assert (first.status_code, first.headers["location"]) == (303, case)
    again = await lead.post(f"{case}/dismiss", data={"reason": "a school class"})
    assert again.status_code == 409
    told = (await lead.get(case)).text
    assert "a school class" in told
    assert "Dismiss the group" not in told
    assert case not in (await lead.get(PLACE)).text


async def test_a_group_says_who_may_have_come_back_and_what_speaks_for_care(web: Site) -> None:
    await one_came_back(web)
    client = await logged_in(web, role=Role.LEAD, name="lead-2")
    at = await case_page(web, client=client, at=await asked(client))
    shown = (await client.get(at)).text
    assert "What speaks for care" in shown
    assert "1; 1 accounts look like one of them come back" in shown
    assert re.search("under a new id. Created [12] days? after the removal", shown)


async def test_a_cases_page_shows_where_its_account_stands_to_whoever_asks(
    web: Site, lead: httpx.AsyncClient
) -> None:
    body = {"category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"}
    for name in (RING[7], OTHERS[7]):
        subject = {"kind": "account", "id": name}
        answer = await web.post("/v1/notices", body={**body, "subjects": [subject]})
        assert answer.status_code == 201
    group = await case_page(web, client=lead, at=await asked(lead))
    (ringed, other) = [
        f"/console/main/cases/{case_id}"
        for (case_id,) in await web.house.rows("SELECT id FROM case_file ORDER BY id")
    ]
    shown = (await lead.get(ringed)).text
    assert f'<a href="{group}">In a group of {len(RING)}</a>, open' in shown
    assert "In none that was found." in (await lead.get(other)).text
    looks = await web.house.rows("SELECT count(*) FROM network_look")
    picture = await lead.get(f"{ringed}/network", headers={"hx-request": "true"})
    assert (picture.text.count("<use "), picture.text.count('class="own"')) == (len(RING), 1)
    assert RING[7] not in picture.text
    assert await web.house.rows("SELECT count(*) FROM network_look") == [(looks[0][0] + 1,)]
    assert "<svg" not in (await lead.get(f"{other}/network")).text
    reader = await logged_in(web, role=Role.COMPLIANCE)
    assert (await reader.get(f"{ringed}/network")).status_code == 403
    reviewer = await logged_in(web, role=Role.REVIEWER)
    assert "Networks</dt>" not in (await reviewer.get(ringed)).text
    assert "<svg" not in (await reviewer.get(f"{ringed}/network")).text
