"""The guideline of the day: beside the case, prefilled, held by every door, and read strictly."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.console.working import claimed, form_of, hidden_fields, reported
from tests.fixtures.house import Rooms as House
from tests.fixtures.site import Site, site_on
from tests.fixtures.staff import logged_in
from tests.house.tree import ROOT
from tutela.domain.vocabulary import Role
from tutela.review.guidelines import GuidelinesUnreadable, read_guidelines

REGISTER = """
[[guideline]]
version = "2026-09"
valid_from = 2026-09-01
families = ["scams"]
title = "Scams"
words = "the old one"

[[guideline]]
version = "{version}"
valid_from = {day}
families = ["scams"]
title = "Scams <b>today</b>"
words = "look at what is promised"
url = "https://guidelines.example/scams"
[[guideline.reasons]]
name = "A trader as any other"
outcome = "dismiss"
explanation = "The offer names who sells and what."
"""


def register(folder: Path, *, text: str) -> Path:
    path = folder / "guidelines.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest_asyncio.fixture
async def guided(web: Site, rooms: House, tmp_path: Path) -> AsyncIterator[Site]:
    """The site with a guideline that begins tomorrow beside an older one."""
    day = rooms.clock.now().date() + timedelta(days=1)
    found = read_guidelines(register(tmp_path, text=REGISTER.format(version="2026-12", day=day)))
    application = site_on(rooms, refusals=web.refusals, guidelines=found)
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tutela") as client:
        yield Site(rooms, application, client, web.refusals)


async def test_the_guideline_of_the_day_stands_beside_the_case_and_in_the_form(
    guided: Site,
) -> None:
    await reported(guided)
    client = await logged_in(guided, role=Role.REVIEWER)
    at = await claimed(client)
    page = (await client.get(at)).text
    assert "the old one" in page
    assert 'value="2026-09"' in page
    guided.house.clock.ahead = timedelta(days=1)
    client = await logged_in(guided, role=Role.REVIEWER)
    await client.post(f"{at}/claim", data={"go": "1"})
    page = (await client.get(at)).text
    assert "look at what is promised" in page
    assert "&lt;b&gt;today" in page
    assert 'value="2026-12"' in page
    assert "The offer names who sells and what." in page


async def test_a_guideline_that_is_not_in_force_is_refused_by_every_door(guided: Site) -> None:
    await reported(guided)
    client = await logged_in(guided, role=Role.REVIEWER)
    at = await claimed(client)
    form = await form_of(client, at=at, guideline_version="2026-10")
    refused = await client.post(f"{at}/decide", data=form)
    assert (refused.status_code, "2026-09 is" in refused.text) == (422, True)
    await client.post(f"{at}/release", data=form)
    token = await guided.token(Role.REVIEWER)
    headers = {"authorization": f"Bearer {token}"}
    case = (await guided.client.post("/v1/cases/claim", headers=headers, json={})).json()
    body = {
        "lease_token": case["lease_token"],
        "items": case["open_items"],
        "outcome": "dismiss",
        "explanation": "nothing",
        "guideline_version": "2026-10",
        "external_id": "d-1",
    }
    path = f"/v1/cases/{case['id']}/decisions"
    assert (await guided.client.post(path, headers=headers, json=body)).status_code == 422
    body["guideline_version"] = "2026-09"
    assert (await guided.client.post(path, headers=headers, json=body)).status_code == 201
    guided.house.clock.ahead = timedelta(days=1)
    assert (await guided.client.post(path, headers=headers, json=body)).status_code == 200


async def test_an_earlier_decision_by_another_guideline_is_flagged(guided: Site) -> None:
    await reported(guided)
    client = await logged_in(guided, role=Role.REVIEWER)
    at = await claimed(client)
    fields = hidden_fields((await client.get(at)).text)
    form = await form_of(client, at=at, guideline_version="2026-09", **fields)
    assert (await client.post(f"{at}/decide", data=form)).status_code == 303
    assert "not the guideline of that day" not in (await client.get(at)).text
    await guided.house.rows("UPDATE decision SET guideline_version = '2025-01'")
    assert "not the guideline of that day" in (await client.get(at)).text


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("[[guideline]]\nversion = 1", "str"),
        ("guideline = 1", "array"),
        ("=", "Invalid"),
        (REGISTER.format(version="x", day="2026-09-01"), "scams has two"),
        (REGISTER.format(version="x", day="2026-10-01").replace("https:", "javascript:"), "url"),
    ],
)
def test_a_register_that_cant_be_read_is_named_with_what_is_wrong(
    tmp_path: Path, wrong: str, why: str
) -> None:
    path = register(tmp_path, text=wrong)
    with pytest.raises(GuidelinesUnreadable) as told:
        read_guidelines(path)
    assert str(path) in told.value.detail
    assert why in told.value.detail


def test_without_a_register_any_version_is_taken() -> None:
    assert not read_guidelines(None).is_stale("x", family="scams", day=date(2026, 11, 22))


def test_the_register_of_the_page_can_be_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "decide-a-case.md").read_text(encoding="utf-8")
    text = page.partition("```toml\n")[2].partition("```")[0]
    found = read_guidelines(register(tmp_path, text=text))
    there = found.on(date(2026, 11, 22), family="scams")
    assert there is not None
    assert there.reasons[0].outcome == "dismiss"
    assert found.on(date(2026, 10, 31), family="scams") is None
