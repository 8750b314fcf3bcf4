"""Auditors and inspectors are shown nothing without a row that says so."""

import pytest

from tests.fixtures.governing import token_of
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

NOTED = "SELECT seen_by, role, door, way, what, case_id FROM view_noted ORDER BY id"


async def read(web: Site, *, at: str, token: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    return (await web.client.get(at, headers=headers)).status_code


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INSPECTOR])
async def test_what_they_read_is_a_row_by_either_door(web: Site, role: Role) -> None:
    await web.token()
    name = f"{role}-1"
    token = await token_of(web.house, name=name, role=role)
    client = await logged_in(web, role=role, name=name)
    assert await read(web, at="/v1/guard/entries?limit=5", token=token) == 200
    assert (await client.get("/console/main/guard/surfaces?x=1")).status_code == 200
    assert (await client.get("/account")).status_code == 200
    assert await read(web, at="/v1/cases", token=token) == 403
    assert await read(web, at="/v1/guard/entries/0", token=token) == 404
    assert await read(web, at="/v1/views", token=token) == 200
    assert await web.house.rows(NOTED) == [
        (name, str(role), "token", "read", "/v1/guard/entries", None),
        (name, str(role), "console", "read", "/console/main/guard/surfaces", None),
        (name, str(role), "token", "log_read", "views", None),
    ]


async def test_what_cant_be_noted_is_not_shown(web: Site) -> None:
    await web.token()
    auditor = await token_of(web.house, name="auditor-1", role=Role.AUDITOR)
    lead = await token_of(web.house, name="lead-1", role=Role.LEAD)
    client = await logged_in(web, role=Role.AUDITOR, name="auditor-1")
    await web.house.rows("ALTER TABLE view_noted ADD CHECK (way <> 'read')")
    for at in ("/v1/status", "/v1/guard/entries"):
        assert await read(web, at=at, token=auditor) == 500
        assert await read(web, at=at, token=lead) == 200
    shown = await client.get("/console/main")
    assert (shown.status_code, "The fault was logged" in shown.text) == (500, True)


async def test_a_list_of_cases_is_one_row_and_says_by_what_was_looked(web: Site) -> None:
    await web.token()
    client = await logged_in(web, role=Role.REVIEWER, name="reviewer-1")
    token = await token_of(web.house, name="reviewer-1", role=Role.REVIEWER)
    for at in ("/console/main/queue", "/console/main/queue?family=scams&state=free&language=de"):
        assert (await client.get(at)).status_code == 200
    assert await read(web, at="/v1/cases?limit=10", token=token) == 200
    assert await web.house.rows(NOTED) == [
        ("reviewer-1", "reviewer", "console", "found", "queue", None),
        ("reviewer-1", "reviewer", "console", "found", "queue by family, language, standing", None),
        ("reviewer-1", "reviewer", "token", "found", "cases", None),
    ]
