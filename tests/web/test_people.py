"""The staff over JSON: asked for by one admin, agreed to by another, passwords told once."""

import os
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher

from tests.fixtures.governing import token_of, user
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.access import tokens, users
from tutela.access.tokens import Grant
from tutela.domain.vocabulary import Channel, Role

HOSTILE = "<script>alert(1)</script> \u202eabc \u2067xyz\u2069 " + "w" * 1_900


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(users, "_hasher", quick)


@dataclass
class Speaking:
    """Somebody who calls by a token."""

    web: Site
    token: str

    async def get(self, path: str) -> httpx.Response:
        return await self.web.client.get(path, headers=self._headers)

    async def post(self, path: str, **body: object) -> httpx.Response:
        return await self.web.client.post(path, json=body, headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


async def person(web: Site, *, name: str, role: Role = Role.ADMIN) -> Speaking:
    return Speaking(web, await token_of(web.house, name=name, role=role))


JOIN: dict[str, object] = {"kind": "join", "name": "lead-7", "role": "lead", "reason": HOSTILE}


async def test_a_person_joins_by_two_admins_and_the_password_is_told_once(web: Site) -> None:
    one, two = await person(web, name="admin-1"), await person(web, name="admin-2")
    asked = await one.post("/v1/people/changes", **JOIN)
    assert (asked.status_code, asked.json()["is_made"]) == (201, False)
    again = await one.post("/v1/people/changes", **JOIN)
    assert (again.status_code, again.json()) == (200, asked.json())
    assert (await two.post("/v1/people/changes", **JOIN)).status_code == 409
    place = f"/v1/people/changes/{asked.json()['id']}"
    assert (await one.post(f"{place}/agree")).json()["code"] == "same_person"
    (waiting,) = (await two.get("/v1/people")).json()["waiting"]
    assert (waiting["reason"], waiting["proposed_by"]) == (HOSTILE, "admin-1")
    made = (await two.post(f"{place}/agree")).json()
    assert (made["is_made"], made["name"]) == (True, "lead-7")
    assert (await two.post(f"{place}/agree")).json()["code"] == "illegal_state"
    shown = await two.get("/v1/people")
    assert made["password"] not in shown.text
    assert {each["name"]: each["role"] for each in shown.json()["people"]}["lead-7"] == "lead"
    known = await users.known(
        web.house.pool, tenant="main", name="lead-7", password=made["password"]
    )
    assert known is not None
    assert known.role is Role.LEAD


async def test_the_only_admin_makes_a_change_alone_and_hears_the_password(web: Site) -> None:
    one = await person(web, name="admin-1")
    made = await one.post("/v1/people/changes", **JOIN)
    assert (made.status_code, made.json()["is_made"]) == (201, True)
    assert len(made.json()["password"]) == 24


async def test_a_change_is_taken_back_by_whoever_asked(web: Site) -> None:
    one, two = await person(web, name="admin-1"), await person(web, name="admin-2")
    asked = (await one.post("/v1/people/changes", **JOIN)).json()
    place = f"/v1/people/changes/{asked['id']}"
    assert (await one.post(f"{place}/refuse")).status_code == 204
    assert (await two.post(f"{place}/agree")).status_code == 409
    assert "lead-7" not in (await two.get("/v1/people")).text


async def test_sessions_of_somebody_end_and_they_may_log_in_again(web: Site) -> None:
    one = await person(web, name="admin-1")
    lead = await logged_in(web, role=Role.LEAD, name="lead-1")
    assert (await lead.get("/console/main")).status_code == 200
    ended = await one.post("/v1/people/log-out", name="lead-1", reason="left a desk open")
    assert (ended.status_code, ended.json()) == (200, {"sessions": 1})
    assert (await lead.get("/console/main")).status_code == 303
    back = await logged_in(web, role=Role.LEAD, name="lead-1")
    assert (await back.get("/console/main")).status_code == 200
    ((content,),) = await web.house.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'staff.logged_out'"
    )
    said = bytes(content).decode()
    assert "log_out" in said
    assert not any(word in said for word in ("lead-1", "admin-1", "desk"))


async def test_somebody_is_shut_out_and_the_last_admin_is_not(web: Site) -> None:
    one = await person(web, name="admin-1")
    lead = await person(web, name="lead-1", role=Role.LEAD)
    out = await one.post("/v1/people/shut-out", name="lead-1", reason="left")
    assert (out.status_code, out.content) == (204, b"")
    assert (await lead.get("/v1/status")).status_code == 401
    alone = await one.post("/v1/people/shut-out", name="admin-1", reason="left")
    assert (alone.status_code, alone.json()["code"]) == (409, "staff_change_unfit")
    shown = {each["name"]: each for each in (await one.get("/v1/people")).json()["people"]}
    assert shown["lead-1"]["shut_out_at"] is not None
    assert shown["admin-1"]["shut_out_at"] is None


async def test_what_was_done_is_read_page_by_page_by_those_who_may(web: Site) -> None:
    one, auditor = (
        await person(web, name="admin-1"),
        await person(web, name="auditor-1", role=Role.AUDITOR),
    )
    for name in ("p-1", "p-2", "p-3"):
        await one.post("/v1/people/changes", **JOIN | {"name": name})
    first = (await auditor.get("/v1/people/acts?limit=2")).json()
    rest = (await auditor.get(f"/v1/people/acts?limit=2&after={first['next']}")).json()
    names = [each["name"] for each in (*first["acts"], *rest["acts"])]
    assert (names, rest["next"]) == (["p-3", "p-2", "p-1"], None)
    assert first["acts"][0]["reason"] == HOSTILE
    assert (await auditor.post("/v1/people/changes", **JOIN)).status_code == 403


async def test_a_program_with_the_role_keeps_nobody(web: Site) -> None:
    program = Speaking(web, await web.new_token(Role.ADMIN))
    assert (await program.get("/v1/people")).status_code == 200
    refused = await program.post("/v1/people/changes", **JOIN)
    assert (refused.status_code, refused.json()["code"]) == (403, "needs_person")


WRONG: list[tuple[str, dict[str, object], str]] = [
    ("changes", {}, "/kind"),
    ("changes", JOIN | {"kind": "king"}, "/kind"),
    ("changes", JOIN | {"role": "king"}, "/role"),
    ("changes", JOIN | {"role": "service"}, "role_not_for_people"),
    ("changes", JOIN | {"name": "a b"}, "/name"),
    ("changes", JOIN | {"name": "w" * 65}, "/name"),
    ("changes", JOIN | {"reason": " \n "}, "/reason"),
    ("changes", JOIN | {"reason": "w" * 2_001}, "/reason"),
    ("changes", JOIN | {"password": "x"}, "password"),
    ("shut-out", {"name": "admin-1"}, "/reason"),
    ("log-out", {"name": "nobody-1", "reason": "x"}, "unknown_person"),
]


@pytest.mark.parametrize(("place", "body", "told"), WRONG)
async def test_what_can_not_be_is_told_with_its_place_and_changes_nothing(
    web: Site, place: str, body: dict[str, object], told: str
) -> None:
    one = await person(web, name="admin-1")
    refused = await one.post(f"/v1/people/{place}", **body)
    assert refused.status_code in (404, 422), refused.text
    assert told in refused.text
    assert await web.house.rows("SELECT name FROM staff_user") == [("admin-1",)]
    assert await web.house.rows("SELECT * FROM staff_act") == []
    ((bodies,),) = await web.house.rows("SELECT count(sealed_body) FROM refused_call")
    assert bodies == 0


async def test_a_change_of_another_tenant_is_not_there(web: Site) -> None:
    one = await person(web, name="admin-1")
    await person(web, name="admin-2")
    asked = (await one.post("/v1/people/changes", **JOIN)).json()
    stranger = await strangers_admin(web)
    assert [each["name"] for each in (await stranger.get("/v1/people")).json()["people"]] == ["z-1"]
    for named in (asked["id"], "x'; --", str(uuid4())):
        for act in ("agree", "refuse"):
            given = await stranger.post(f"/v1/people/changes/{named}/{act}")
            assert (given.status_code, given.json()["code"]) == (404, "unknown_staff_change")
    assert (
        await stranger.post("/v1/people/shut-out", name="admin-1", reason="x")
    ).status_code == 404
    assert len((await one.get("/v1/people")).json()["waiting"]) == 1


async def strangers_admin(web: Site) -> Speaking:
    """An admin of another tenant."""
    await user(web.house, name="z-1", role=Role.ADMIN, tenant="other")
    grant = Grant(
        tenant="other",
        service="main",
        name="t",
        role=Role.ADMIN,
        channels=(Channel.USER,),
        person="z-1",
    )
    made = await tokens.create(
        web.house.pool, grant=grant, now=web.house.clock.now(), chance=os.urandom
    )
    return Speaking(web, made)
