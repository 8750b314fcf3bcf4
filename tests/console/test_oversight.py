"""The screens of who may look where: opened, looked at by another, and shown as text."""

from uuid import UUID

import pytest

from tests.fixtures.site import Site, notice
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

HOSTILE = "<script>x()</script> \u202egnihton\u202c שלום مرحبا 你好 здравствуй " + "w" * 2000
CHILD = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"


async def a_childs_case(web: Site) -> str:
    body = notice(
        category=CHILD,
        possible_minor={"depicted": True},
        explanation=HOSTILE,
        subjects=[{"kind": "content", "id": HOSTILE[:200]}],
    )
    given = await web.post("/v1/notices", body=body)
    assert given.status_code == 201, given.text
    ((case_id,),) = await web.house.rows(
        "SELECT case_id FROM item WHERE notice_id = %(id)s", id=UUID(given.json()["id"])
    )
    return str(case_id)


@pytest.mark.parametrize("reason", [HOSTILE[:1900]])
async def test_a_case_is_opened_read_and_looked_at_by_another(web: Site, reason: str) -> None:
    case_id = await a_childs_case(web)
    reviewer = await logged_in(web, role=Role.REVIEWER, name="reviewer-1")
    lead = await logged_in(web, role=Role.LEAD, name="lead-1")
    assert (await reviewer.get(f"/console/main/cases/{case_id}")).status_code == 404
    form = {"case": case_id, "reason": reason}
    given = await reviewer.post("/console/main/glass", data=form)
    assert given.status_code == 303, given.text
    seen = await reviewer.get(given.headers["location"])
    assert (seen.status_code, "<script>x" in seen.text) == (200, False)
    assert "&lt;script&gt;x()" in seen.text
    waits = await lead.get("/console/main/oversight")
    assert "reviewer-1" in waits.text
    assert "<script>x" not in waits.text
    ((opening,),) = await web.house.rows("SELECT id FROM oversight")
    look = f"/console/main/oversight/{opening}/look"
    said = {"finding": "in_order", "words": HOSTILE[:1900]}
    assert (await lead.post(look, data=said)).status_code == 303
    after = await lead.get("/console/main/oversight?show=all")
    assert "<script>x" not in after.text
    assert "In order" in after.text
    views = await lead.get("/console/main/views", params={"by": "reviewer-1"})
    assert views.text.count("Opened by break-glass") == 2


async def test_who_works_on_what_is_said_on_a_screen(web: Site) -> None:
    given = await web.post("/v1/notices", body=notice())
    assert given.status_code == 201
    reviewer = await logged_in(web, role=Role.REVIEWER, name="reviewer-1")
    lead = await logged_in(web, role=Role.LEAD, name="lead-1")
    ((case_id,),) = await web.house.rows("SELECT id FROM case_file")
    assert (await reviewer.get(f"/console/main/cases/{case_id}")).status_code == 200
    form = {"person": "reviewer-1", "by": "harms", "families": "speech", "languages": "de, fr"}
    assert (await lead.post("/console/main/needs", data=form)).status_code == 303
    assert "Speech; de, fr" in (await lead.get("/console/main/needs")).text
    assert (await reviewer.get(f"/console/main/cases/{case_id}")).status_code == 404
    assert (await lead.post("/console/main/needs", data={"person": "x"})).status_code == 422
    assert (await reviewer.get("/console/main/needs")).status_code == 403


@pytest.mark.parametrize("asked", ["after=x", "case=<b>", "limit=0", "after=" + "9" * 40])
async def test_what_no_page_of_the_log_can_be_is_refused(web: Site, asked: str) -> None:
    client = await logged_in(web, role=Role.AUDITOR)
    assert (await client.get(f"/console/main/views?{asked}")).status_code == 422
