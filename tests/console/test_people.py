"""The staff on a screen: asked for by one admin, agreed to by another, hostile words as text."""

import re

import pytest
from argon2 import PasswordHasher

from tests.fixtures.site import Site
from tests.fixtures.staff import PASSWORD, logged_in
from tutela.access import users
from tutela.domain.vocabulary import Role

PLACE = "/console/main/people"
HOSTILE = "<script>alert(1)</script> \u202eabc \u2067xyz\u2069 " + "w" * 1_900


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(users, "_hasher", quick)


async def test_a_person_joins_by_two_admins_and_chooses_a_password(web: Site) -> None:
    one = await logged_in(web, role=Role.ADMIN, name="admin-1")
    two = await logged_in(web, role=Role.ADMIN, name="admin-2")
    form = {"kind": "join", "name": "lead-7", "role": "lead", "reason": HOSTILE}
    given = await one.post(f"{PLACE}/changes", data=form)
    assert given.headers["location"] == PLACE
    mine, theirs = await one.get(PLACE), await two.get(PLACE)
    assert ("/agree" in mine.text, "/agree" in theirs.text) == (False, True)
    assert ("<script>alert" in theirs.text, "&lt;script&gt;alert" in theirs.text) == (False, True)
    (agree,) = re.findall(r'action="(/console/main/people/changes/[0-9a-f-]+/agree)"', theirs.text)
    assert (await one.post(agree)).status_code == 403
    made = await two.post(agree)
    (password,) = re.findall(r'<code id="password">([^<]+)</code>', made.text)
    assert password not in (await two.get(PLACE)).text
    login = {"name": "lead-7", "password": password, "next": "/console/main"}
    entered = await web.client.post("/login", data=login)
    assert entered.headers["location"] == "/login/password?next=/console/main"
    assert (await web.client.get("/console/main")).status_code == 303
    short = {"new": "short", "again": "short", "next": "/console/main"}
    assert (await web.client.post("/login/password", data=short)).status_code == 422
    own = {"new": "a password of mine", "again": "a password of mine", "next": "/console/main"}
    done = await web.client.post("/login/password", data=own)
    assert (done.status_code, done.headers["location"]) == (303, "/console/main")
    assert (await web.client.get("/console/main")).status_code == 200


async def test_an_auditor_sees_the_staff_and_changes_nothing(web: Site) -> None:
    await logged_in(web, role=Role.ADMIN, name="admin-1")
    client = await logged_in(web, role=Role.AUDITOR)
    shown = await client.get(PLACE)
    assert ("admin-1" in shown.text, "/shut-out" in shown.text) == (True, False)
    out = {"name": "admin-1", "reason": "x"}
    assert (await client.post(f"{PLACE}/shut-out", data=out)).status_code == 403


async def test_whoever_is_shut_out_is_out_at_once(web: Site) -> None:
    one = await logged_in(web, role=Role.ADMIN, name="admin-1")
    lead = await logged_in(web, role=Role.LEAD, name="lead-1")
    await one.post(f"{PLACE}/shut-out", data={"name": "lead-1", "reason": "left"})
    assert (await lead.get("/console/main")).status_code == 303
    assert "Shut out" in (await one.get(PLACE)).text


async def test_sessions_of_somebody_end_and_they_may_come_back(web: Site) -> None:
    one = await logged_in(web, role=Role.ADMIN, name="admin-1")
    lead = await logged_in(web, role=Role.LEAD, name="lead-1")
    await one.post(f"{PLACE}/log-out", data={"name": "lead-1", "reason": HOSTILE})
    assert (await lead.get("/console/main")).status_code == 303
    shown = (await one.get(PLACE)).text
    assert ("Logged out" in shown, "<script>alert" in shown) == (True, False)
    login = {"name": "lead-1", "password": PASSWORD, "next": "/console/main"}
    entered = await web.client.post("/login", data=login)
    assert entered.headers["location"] == "/console/main"


async def test_what_is_no_change_is_told_with_its_place(web: Site) -> None:
    one = await logged_in(web, role=Role.ADMIN, name="admin-1")
    for form in ({}, {"kind": "x"}, {"kind": "join", "name": "a b", "reason": "x"}):
        given = await one.post(f"{PLACE}/changes", data=form)
        assert given.status_code == 422, form
