"""Second looks on screens: blind for whoever answers, both verdicts for the lead who settles."""

import os
import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.decisions.test_quality import ACT, decided_by, person, room_of, said
from tests.fixtures.service import RunningTutela
from tests.fixtures.site import Site
from tests.fixtures.staff import LogIn, logged_in
from tutela.decisions.quality.looking import answer, take
from tutela.decisions.quality.planning import QualityPlan, plan_otherwise
from tutela.domain.vocabulary import Role

#: Of its own: no other test decides there.
SERVICE = "looks"
QUALITY = f"/console/{SERVICE}/quality"
HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 2_000 + " שלום Ελλάδα Україна 漢字"
SCAM = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"


async def test_whoever_looks_again_is_told_nothing_of_the_decision(web: Site) -> None:
    await web.token()
    lead = await person(web.house, name="lead", role=Role.LEAD)
    one, two = [await person(web.house, name=name) for name in ("one", "two")]
    plan = QualityPlan(share=1.0, gold_share=0.0)
    await plan_otherwise(room_of(web.house), caller=lead, plan=plan)
    await decided_by(web.house, who=one)
    client = await logged_in(web, role=Role.REVIEWER, name="two")
    taken = await client.post("/console/main/quality/take")
    shown = await client.get(taken.headers["location"])
    assert shown.status_code == 200
    assert "A second look" in shown.text
    for told in ("why that is illegal", "what was found", "Decided earlier", "one"):
        assert not re.search(rf"\b{told}\b", shown.text.partition("<main")[2]), told
    own = await logged_in(web, role=Role.REVIEWER, name="one")
    assert (await own.get(taken.headers["location"])).status_code == 404
    waiting = await (await logged_in(web, role=Role.LEAD, name="lead")).get(
        taken.headers["location"]
    )
    assert waiting.status_code == 404, "a look that nobody has answered is the looker's alone"
    look_id = await take(room_of(web.house), caller=two)
    assert look_id is not None
    await answer(room_of(web.house), caller=two, look_id=look_id, answered=said(ACT))
    assert "You found what was decided" in (await client.get(taken.headers["location"])).text


async def test_an_answer_that_lacks_something_says_what(web: Site) -> None:
    await web.token()
    client = await logged_in(web, role=Role.LEAD)
    place = "/console/main/quality/looks/0190a0a0-0000-7000-8000-000000000000"
    for form, wrong in (
        ({"outcome": ""}, ["/outcome", "/why"]),
        ({"outcome": "act", "why": "x"}, ["/category", "/ground"]),
        ({"outcome": "act", "category": "none", "ground": "x", "why": "x" * 5_000}, ["/why"]),
    ):
        given = await client.post(f"{place}/answer", data=form, headers={"hx-request": "true"})
        assert (given.status_code, given.headers["hx-retarget"]) == (422, "#fault")
        assert all(field in given.text for field in wrong)
    assert (await client.post(f"{place}/settle", data=full())).status_code == 404
    assert (await client.get("/console/main/quality/looks/x")).status_code == 404
    plan = await client.post("/console/main/quality/plan", data={"share": "x", "gold_share": "1"})
    assert plan.status_code == 422


def full() -> dict[str, str]:
    return {"outcome": "act", "category": SCAM, "ground": "illegal", "why": "token 4f1c"}


def test_a_dispute_goes_from_a_blind_look_to_a_lead_who_settles_it(
    log_in: LogIn, running_tutela: RunningTutela
) -> None:
    running_tutela.token(service=SERVICE)
    lead = log_in(Role.LEAD)
    lead.goto(QUALITY)
    lead.fill("#share", "100")
    lead.fill("#gold_share", "0")
    lead.get_by_role("button", name="Plan it so").click()
    expect(lead.locator("#share")).to_have_value("100")
    decide(running_tutela)
    looker = log_in(Role.REVIEWER)
    looker.goto(QUALITY)
    looker.get_by_role("button", name="Take a second look").click()
    expect(looker.locator(".words").first).to_contain_text("<script>")
    looker.select_option("#outcome", "act")
    looker.fill("#why", HOSTILE)
    looker.get_by_role("button", name="That is what I find").click()
    expect(looker.locator("#fault")).to_contain_text("Category say for which harm")
    expect(looker.locator("#why")).to_have_value(re.compile("script"))
    looker.select_option("#category", SCAM)
    looker.select_option("#ground", "illegal")
    looker.get_by_role("button", name="That is what I find").click()
    expect(looker.get_by_role("heading", name="Your second look is kept")).to_be_visible()
    settle(lead)


def settle(lead: Page) -> None:
    lead.goto(QUALITY)
    lead.get_by_role("link", name=re.compile("^Case ")).last.click()
    lead.select_option("#outcome", "act")
    lead.select_option("#category", SCAM)
    lead.select_option("#ground", "illegal")
    lead.fill("#why", "token 9b07")
    lead.get_by_role("button", name="Settle it").click()
    expect(lead.get_by_role("heading", name="Settled")).to_be_visible()
    expect(lead.locator("main")).to_contain_text("False negative")
    expect(lead.locator("main")).to_contain_text("still stands")
    lead.goto(QUALITY)
    row = lead.get_by_role("row", name=re.compile("left, and has to go"))
    expect(row).to_contain_text("1")


def decide(service: RunningTutela) -> None:
    """A case with hostile words, dismissed by a program's token."""
    subject = {"kind": "content", "id": os.urandom(8).hex()}
    body = {"category": SCAM, "subjects": [subject], "explanation": HOSTILE}
    with service.client(service.token(service=SERVICE)) as client:
        assert client.post("/v1/notices", json=body).status_code == 201
    with service.client(service.token(role="reviewer", service=SERVICE)) as client:
        while (case := claim(client)) is not None:
            dismissal = {
                "lease_token": case["lease_token"],
                "items": case["open_items"],
                "outcome": "dismiss",
                "explanation": "nothing here breaks a rule",
                "guideline_version": "2026-10",
            }
            given = client.post(f"/v1/cases/{case['id']}/decisions", json=dismissal)
            assert given.status_code == 201, given.text


def claim(client: httpx.Client) -> dict[str, Any] | None:
    given = client.post("/v1/cases/claim")
    found: dict[str, Any] | None = given.json() if given.status_code == 200 else None
    return found
