"""Rules on screens: one person proposes, another agrees, in shadow first, and one turns it off."""

import os
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.fixtures.auditing import faults
from tests.fixtures.ruling import WHY, modes, rule_text
from tests.fixtures.service import RunningTutela
from tests.fixtures.site import Site
from tests.fixtures.staff import LogIn, logged_in
from tutela.domain.vocabulary import Role

RULES = "/console/main/rules"
#: WCAG 2.2, 2.5.8 at level AA.
TARGET_PIXELS = 24
HOSTILE = "<script>alert(1)</script>\u202e العربية हिन्दी 漢字 " + "x" * 900
#: Where pictures for the docs are written; nothing is where it is not set.
PICTURES = os.environ.get("TUTELA_PICTURES")


def form(**changed: str) -> dict[str, str]:
    return {"text": rule_text(), "reason": WHY, "days": "90", "percent": "80"} | changed


async def version_of(client: httpx.AsyncClient, **changed: str) -> str:
    given = await client.post(f"{RULES}/propose", data=form(**changed))
    assert given.status_code == 303, given.text
    return str(given.headers["location"])


async def test_a_rule_goes_from_a_form_to_live_by_two_people_and_off_by_one(web: Site) -> None:
    one = await logged_in(web, role=Role.LEAD, name="lead-1")
    two = await logged_in(web, role=Role.LEAD, name="lead-2")
    text = rule_text(title="<script>alert(1)</script>")
    place = await version_of(one, text=text)
    assert await version_of(one, text=text) == place
    own = (await one.get(place)).text
    assert "<script>alert" not in own + (await one.get(RULES)).text
    assert "Take your own word back" in own
    assert f"{place}/approve" not in own
    assert (await one.post(f"{place}/approve", data={"reason": ""})).status_code == 403
    assert "Nothing can be said" in (await two.get(f"{place}/preview")).text
    for act in ("approve", "promote"):
        assert (await two.post(f"{place}/{act}", data={"reason": ""})).headers["location"] == place
    assert await modes(web.house) == [("says-token", 1, "live")]
    shown = (await one.get(place)).text
    assert "at least 80 % of its matches" in shown
    assert f"{place}/promote" not in shown
    off = {"policy": "says-token", "mode": "off", "reason": WHY, "hours": "2"}
    assert (await one.post(f"{RULES}/switch", data=off)).status_code == 303
    assert "Switched off: says-token" in (await two.get(RULES)).text
    assert (await two.post(f"{RULES}/switch", data=off | {"mode": "on"})).status_code == 303
    assert "Nothing is switched off" in (await two.get(f"{RULES}/switch")).text


async def test_a_form_that_is_not_fit_is_shown_again_with_the_place_and_all_that_was_typed(
    web: Site,
) -> None:
    one = await logged_in(web, role=Role.LEAD, name="lead-1")
    unfit = rule_text(when="content.txt == 'x'", title="Kept as typed")
    for place in ("propose", "propose/preview"):
        given = await one.post(f"{RULES}/{place}", data=form(text=unfit, reason=HOSTILE))
        assert given.status_code == 422
        assert "rule.yaml:9:" in given.text
        assert "Kept as typed" in given.text
        assert "<script>alert" not in given.text
    for wrong in ({"days": "0"}, {"percent": "101"}, {"days": "x"}, {"reason": ""}, {"text": ""}):
        assert (await one.post(f"{RULES}/propose", data=form(**wrong))).status_code == 422
    assert await web.house.rows("SELECT FROM rule_version") == []


def test_two_people_and_a_switch_in_a_browser(running_tutela: RunningTutela, log_in: LogIn) -> None:
    running_tutela.token()
    one, two = log_in(Role.LEAD), log_in(Role.COMPLIANCE)
    one.goto(f"{RULES}/propose")
    one.fill("#text", rule_text(when="content.txt == 'x'"))
    one.fill("#reason", HOSTILE)
    one.get_by_role("button", name="Propose", exact=True).click()
    expect(one.locator("#fault")).to_contain_text("content.txt")
    expect(one.locator("#reason")).to_have_value(HOSTILE)
    one.fill("#text", rule_text())
    one.get_by_role("button", name="See what it would have matched").click()
    expect(one.locator("#hits")).to_be_visible()
    assert faults(one, target_pixels=TARGET_PIXELS) == []
    one.get_by_role("button", name="Propose", exact=True).dblclick()
    one.wait_for_url(f"**{RULES}/versions/*")
    two.goto(one.url)
    two.get_by_role("button", name="Agree", exact=True).click()
    expect(two.get_by_role("button", name="Make it live")).to_be_visible()
    picture(two)
    two.get_by_role("button", name="Make it live").click()
    expect(two.locator(".tag.good")).to_be_visible()
    assert faults(two, target_pixels=TARGET_PIXELS) == []
    _off_and_on(two)


def _off_and_on(page: Page) -> None:
    page.goto(f"{RULES}/switch")
    page.select_option("#policy", "says-token")
    page.get_by_label("Turn it off").check()
    page.fill("#switch-why", WHY)
    page.get_by_role("button", name="Throw the switch").click()
    expect(page.get_by_text("Something is off")).to_be_visible()
    assert faults(page, target_pixels=TARGET_PIXELS) == []
    page.goto(RULES)
    expect(page.get_by_text("Switched off: says-token")).to_be_visible()
    assert faults(page, target_pixels=TARGET_PIXELS) == []


def picture(page: Page) -> None:
    if PICTURES:
        page.set_viewport_size({"width": 1100, "height": 800})
        page.emulate_media(color_scheme="light")
        page.screenshot(path=Path(PICTURES) / "rule-version.png")
