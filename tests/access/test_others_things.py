"""What others have is not there: whatever an address names, for another tenant and service.

Every address with an id, of a call or a screen, is asked for a real thing with what whoever has it
could send. A new kind of thing is added to `tests/fixtures/everything.py`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from tests.access.test_authorisation import MAY, Route, routes
from tests.fixtures.bulk import SHARED
from tests.fixtures.caring import VAULT
from tests.fixtures.everything import everything
from tests.fixtures.site import Site, site_on
from tests.fixtures.staff import logged_in
from tutela.access import tokens, users
from tutela.access.tokens import Grant
from tutela.access.users import PROGRAM_ROLES
from tutela.domain.vocabulary import Channel, Mark, Role

#: Addresses that name no thing of a service: a public proof, a surface, a policy of a file.
NO_THINGS = {"ledger/proof", "guard", "rules"}
#: Things of a tenant, whatever the service.
OF_A_TENANT = {"people/changes"}
#: Who has a thing that not every lead of its service has.
OWNERS = {
    "people/changes": (Role.ADMIN, "admin-2"),
    "reveals": (Role.SPECIALIST, "specialist-1"),
    "cases": (Role.SPECIALIST, "specialist-1"),
    "glass": (Role.COMPLIANCE, "compliance-1"),
    "rooms": (Role.LEAD, "lead-1"),
    "quality/looks": (Role.LEAD, "lead-4"),
    "notices": (Role.SERVICE, None),
}
WHY = {"reason": "x"}
DISMISSED = {"outcome": "dismiss", "explanation": "x", "guideline_version": "2026-10"}
FOUND = {"outcome": "dismiss", "why": "x"}
#: What is sent to an address: by its thing and its last part, else by its last part.
SENT: Mapping[str, dict[str, Any]] = {
    "approve": {"about": "entry"},
    "reject": WHY,
    "withdraw": WHY,
    "retire": WHY,
    "open": WHY,
    "dismiss": WHY,
    "undo": WHY,
    "close": WHY,
    "reopen": WHY,
    "search": WHY,
    "export": WHY,
    "glass": WHY,
    "propose": {**WHY, "verdict": "block", "surfaces": "search"},
    "decide": {**WHY, "finding": "granted"},
    "entries": {"kind": "note", "text": "x"},
    "people": {"person": "lead-2"},
    "remove": {"person": "lead-2"},
    "look": {"finding": "in_order", "words": "x"},
    "end": {"why": "x"},
    "answer": FOUND,
    "settle": FOUND,
    "switch": {**WHY, "mode": "off"},
}


def kind_of(route: Route) -> str:
    """What stands before the id, without the part that names the service."""
    below = route.path.removeprefix("/v1/").removeprefix("/console/{service}/")
    return below.partition("/{")[0]


def named(web: Site) -> list[Route]:
    found = [each for each in routes(web) if "{" in each.path.replace("{service}", "")]
    assert len(found) > 80
    return [each for each in found if kind_of(each) not in NO_THINGS]


def at(route: Route, *, things: Mapping[str, str], service: str) -> str:
    path = route.path.replace("{service}", service)
    before, _, after = path.partition("{")
    return before + things[kind_of(route)] + after.partition("}")[2]


def sent(route: Route, *, things: Mapping[str, str]) -> dict[str, Any]:
    """What the address takes, as a form or as JSON."""
    last = route.path.rpartition("/")[2]
    form = route.screen is not None
    if kind_of(route) == "cases" and last in ("decide", "decisions"):
        lease, item = {"lease_token": things["lease"]}, things["item"]
        return {
            **lease,
            **DISMISSED,
            **({"which": "some", "item": item} if form else {"items": [item]}),
        }
    if kind_of(route) == "cases" and last in ("renew", "release", "leave", "reveal"):
        return {"lease_token": things["lease"]}
    if last == "hand-over":
        return _handed_over(things["networks/leads"], form=form)
    if last == "approve" and not kind_of(route).startswith("guard"):
        return {}
    said: dict[str, Any] = dict(SENT.get(last, {}))
    if not form and last == "propose":
        said["surfaces"] = ["search"]
    return said if form else {name: text for name, text in said.items() if name != "about"}


def _handed_over(member: str, *, form: bool) -> dict[str, Any]:
    shared = {**SHARED, "measures": [{"kind": "account_suspended"}]}
    if not form:
        return {**WHY, "facts": "x", "members": [{"id": member}], "bulk": shared}
    flat = {name: text for name, text in SHARED.items() if isinstance(text, str)}
    more = {"measure": "account_suspended", "content_date": "2026-11-20", "facts": "x"}
    return {**WHY, **flat, **more, "member": member, "automated_detection": "yes"}


@dataclass
class Asking:
    """Somebody on a service of a tenant, by the name and role of whoever has a thing."""

    web: Site
    tenant: str
    service: str

    async def ask(self, route: Route, *, things: Mapping[str, str]) -> httpx.Response:
        """The route as somebody with its right asks it; a form or JSON with all that it takes."""
        assert route.right is not None
        role, name = OWNERS.get(kind_of(route), (Role.LEAD, "lead-9"))
        if str(role) not in MAY[route.right].split():
            role, name = next(each for each in Role if str(each) in MAY[route.right].split()), None
        if name is None and role not in PROGRAM_ROLES:
            name = f"{role}-8"
        return await self.by(role, name=name, route=route, things=things)

    async def by(
        self, role: Role, *, name: str | None, route: Route, things: Mapping[str, str]
    ) -> httpx.Response:
        """The route as this person asks it, or a program where they have no name."""
        said, there = sent(route, things=things), at(route, things=things, service=self.service)
        await self.web.new_token(tenant=self.tenant, service=self.service)
        if name is not None:
            client = await logged_in(self.web, role=role, name=name, tenant=self.tenant)
            if route.screen is not None:
                form = said or {"pressed": "1"} if route.method == "POST" else None
                return await client.request(route.method, there, data=form)
        headers = {"authorization": f"Bearer {await self._bearer(role, name=name)}"}
        body = said if route.method == "POST" else None
        return await self.web.client.request(route.method, there, headers=headers, json=body)

    async def _bearer(self, role: Role, *, name: str | None) -> str:
        grant = Grant(
            tenant=self.tenant,
            service=self.service,
            name="t",
            role=role,
            channels=(Channel.USER,),
            mark=Mark.REAL,
            person=name,
        )
        house = self.web.house
        return await tokens.create(
            house.pool, grant=grant, now=house.clock.now(), chance=os.urandom
        )


@pytest.fixture
async def site(web: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site with a vault; passwords are hashed in a moment."""
    monkeypatch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    application = site_on(web.house, refusals=web.refusals, vault=VAULT)
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://tutela")
    return Site(web.house, application, client, web.refusals)


async def test_every_thing_that_an_address_can_name_is_among_those_tried(site: Site) -> None:
    things = await everything(site)
    assert {kind_of(each) for each in named(site)} <= set(things)


@pytest.mark.parametrize(("tenant", "service"), [("other", "main"), ("main", "second")])
async def test_what_another_tenant_or_service_has_is_not_there(
    site: Site, tenant: str, service: str
) -> None:
    things, asking = await everything(site), Asking(site, tenant, service)
    for route in named(site):
        if tenant == "main" and kind_of(route) in OF_A_TENANT:
            continue
        given = await asking.ask(route, things=things)
        assert given.status_code == 404, (route.name, given.status_code, given.text[:400])
        assert things["lease"] not in given.text


async def test_whoever_has_it_is_answered_the_same(site: Site) -> None:
    """Without it, a 404 above could be that of a body that nobody could send."""
    things, asking = await everything(site), Asking(site, "main", "main")
    for route in sorted(named(site), key=lambda each: each.method):
        given = await asking.ask(route, things=things)
        is_told = given.status_code in (200, 201, 202, 204, 303, 403, 409)
        assert is_told, (route.name, given.status_code, given.text[-400:])


async def test_a_case_for_specialists_is_not_there_for_a_reviewer_who_has_its_lease(
    site: Site,
) -> None:
    things = await everything(site)
    await site.house.rows("UPDATE case_file SET specialist = true WHERE lease_token IS NOT NULL")
    asking = Asking(site, "main", "main")
    about = [each for each in named(site) if kind_of(each) == "cases"]
    assert len(about) > 12
    for route in about:
        if not route.path.endswith("/glass"):
            given = await asking.by(Role.REVIEWER, name="r-7", route=route, things=things)
            assert given.status_code == 404, (route.name, given.status_code)
