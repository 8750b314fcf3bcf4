"""Every call and every screen x every role x own case, other harm, specialists', other tenant.

The routes are read from the site; who may do what is written here, once more and by hand.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from starlette.routing import Mount

from tests.fixtures.deciding import CHILD, SCAM
from tests.fixtures.governing import token_of
from tests.fixtures.overseeing import overseeing
from tests.fixtures.site import Site, notice
from tests.fixtures.staff import logged_in
from tutela.access.persons import acting
from tutela.access.roles import RIGHTS, Right
from tutela.access.sessions import Sessions
from tutela.access.users import PROGRAM_ROLES, Person
from tutela.domain.harm import HarmFamily
from tutela.domain.vocabulary import Role
from tutela.review.oversight.needs import NeedSet, set_need
from tutela.web.console.screen import COOKIE, Needs, Screen, ScreenEndpoint
from tutela.web.endpoint import Endpoint

STAFF = "reviewer specialist lead investigator compliance auditor inspector admin"
#: By right, who has it: the table that the roles of the product are held against.
MAY = {
    "send_notices": "service",
    "send_events": "service",
    "ask_match": "service",
    "ask_guard": "service guard",
    "load_guard": "guard",
    "see_guard": "lead investigator compliance auditor inspector",
    "propose_guard": "specialist lead investigator",
    "approve_guard": "lead",
    "see_lists": "lead compliance auditor inspector admin",
    "propose_lists": "lead compliance admin",
    "approve_lists": "lead compliance",
    "switch_lists": "lead compliance admin",
    "propose_rules": "lead compliance admin",
    "approve_rules": "lead compliance",
    "switch_rules": "lead compliance admin",
    "see_networks": "specialist lead investigator compliance auditor inspector",
    "run_networks": "lead investigator",
    "see_rooms": "specialist lead investigator compliance",
    "run_rooms": "specialist lead investigator",
    "see_cases": "reviewer specialist lead investigator",
    "decide_cases": "reviewer specialist lead",
    "decide_specialist_cases": "specialist lead",
    "set_need_to_know": "lead admin",
    "break_glass": "reviewer specialist lead investigator compliance auditor inspector",
    "judge_access": "lead compliance",
    "see_own_views": "reviewer specialist lead investigator compliance auditor inspector",
    "see_views": "lead compliance auditor inspector",
    "see_team_care": "lead",
    "undo_decisions": "lead",
    "revive_messages": "lead",
    "decide_in_bulk": "lead",
    "see_status": f"service {STAFF}",
    "see_status_ids": "lead compliance auditor inspector admin",
    "see_flaggers": "lead compliance auditor admin",
    "see_incidents": "lead compliance",
    "see_quality": "reviewer specialist lead compliance auditor",
    "judge_quality": "lead",
    "declare_interests": "reviewer specialist lead investigator compliance auditor inspector",
    "judge_interests": "lead compliance",
    "see_people": "compliance auditor inspector admin",
    "change_people": "admin",
}
#: Whoever may do these reads and changes no case: auditors and inspectors have nothing else.
READING = {"see_guard", "see_lists", "see_networks", "see_own_views", "see_views", "see_status"} | {
    "see_status_ids",
    "see_flaggers",
    "see_quality",
    "see_people",
    "break_glass",
    "declare_interests",
}
LOGIN_STEPS = ("", "/code", "/password", "/second-factor")
REPORT_FORMS = ("", "/under-13", "/status", "/evidence", "/receipt")
#: Calls that ask nobody who they are.
PUBLIC = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /openapi.json",
    "GET /v1/ledger/head",
    "GET /v1/ledger/checkpoint",
    "GET /v1/ledger/keys",
    "GET /v1/ledger/proof/{leaf_hash}",
    "GET /v1/ledger/consistency",
    "POST /v1/ledger/cosignatures",
    "POST /v1/receipts/lookup",
    "POST /v1/receipts/evidence",
    "POST /v1/statements/lookup",
    "POST /activitypub/inbox",
}
#: Pages and forms for people without an account, or on their way in or out.
FOR_EVERYBODY = {
    *(f"{method} /login{step}" for method in ("GET", "POST") for step in LOGIN_STEPS),
    "POST /logout",
    *(f"{method} /report{page}" for method in ("GET", "POST") for page in REPORT_FORMS),
    *(f"GET /report/{page}" for page in ("decision", "help", "away", "calendar.css", "dark.css")),
}
REFUSED = (400, 403, 404, 409, 410, 413, 415, 422, 429)


@dataclass(frozen=True)
class Route:
    """One way in: a JSON call or a screen, and the right that it asks."""

    method: str
    path: str
    right: Right | None
    screen: Screen | None = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def at(self, **ids: object) -> str:
        path = self.path
        while "{" in path:
            name = path[path.index("{") + 1 : path.index("}")].partition(":")[0]
            path = path.replace(path[path.index("{") : path.index("}") + 1], str(ids[name]))
        return path


class Ids(dict[str, object]):
    """What stands in a path: what was given, else an id that nothing has."""

    def __missing__(self, key: str) -> object:
        return UUID(int=1)


def routes(web: Site) -> list[Route]:
    found = []
    for route in web.application.routes:
        if isinstance(route, Mount):
            assert route.path == "/static"
            continue
        endpoint = getattr(route, "endpoint", None)
        if isinstance(endpoint, ScreenEndpoint):
            screen = endpoint.screen
            right = screen.needs if isinstance(screen.needs, Right) else None
            found.append(Route(screen.method, screen.path, right, screen))
        else:
            assert isinstance(endpoint, Endpoint), route
            method, _, path = endpoint.name.partition(" ")
            found.append(Route(method, path, endpoint.terms.right))
    assert len(found) > 80
    return found


def may(role: Role, *, right: Right) -> bool:
    return str(role) in MAY[right].split()


def calls_of(web: Site) -> Iterable[Route]:
    return [each for each in routes(web) if each.screen is None and each.right is not None]


def screens_of(web: Site) -> Iterable[Route]:
    return [
        each
        for each in routes(web)
        if each.screen is not None and each.screen.needs is not Needs.NOTHING
    ]


async def token(web: Site, *, role: Role, tenant: str = "main") -> str:
    if role in PROGRAM_ROLES or tenant != "main":
        return await web.new_token(role, tenant=tenant, service="main")
    return await token_of(web.house, name=f"{role}-1", role=role)


async def ask(client: httpx.AsyncClient, *, route: Route, ids: Ids, bearer: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    at = route.at(**_named(route, ids=ids))
    if route.method != "POST":
        return await client.request(route.method, at, headers=headers)
    return await client.post(at, headers=headers, json=_body(route))


def _body(route: Route) -> dict[str, str]:
    """What a call about a case takes, so that it is the case that is refused."""
    leased = route.path.startswith("/v1/cases/") and route.path.endswith(("/renew", "/release"))
    return {"lease_token": str(UUID(int=2))} if leased else {}


def _named(route: Route, *, ids: Ids) -> dict[str, object]:
    parts = [part.partition("}")[0].partition(":")[0] for part in route.path.split("{")[1:]]
    return {name: ids[name] for name in parts}


def own(case_id: UUID) -> Ids:
    """The case under each name that paths give it."""
    return Ids(service="main", surface="search", case_id=case_id, id=case_id, leaf_hash="0" * 64)


async def case_of(web: Site, **fields: object) -> UUID:
    subject = {"kind": "content", "id": f"post-{os.urandom(6).hex()}"}
    given = await web.post("/v1/notices", body=notice(subjects=[subject], **fields))
    assert given.status_code == 201, given.text
    ((case_id,),) = await web.house.rows(
        "SELECT case_id FROM item WHERE notice_id = %(id)s", id=UUID(given.json()["id"])
    )
    assert isinstance(case_id, UUID)
    return case_id


async def standing(web: Site) -> object:
    """What a stranger must not change."""
    return await web.house.rows(
        "SELECT id, lease_token, closed_at, specialist, family FROM case_file"
        " WHERE tenant = 'main' ORDER BY id"
    )


def test_each_right_is_in_the_table_with_exactly_those_who_have_it() -> None:
    has = {
        str(right): {str(role) for role, rights in RIGHTS.items() if right in rights}
        for right in Right
    }
    assert has == {right: set(roles.split()) for right, roles in MAY.items()}
    for role in (Role.AUDITOR, Role.INSPECTOR):
        assert {str(right) for right in RIGHTS[role]} <= READING


def test_a_route_that_asks_no_right_is_one_that_was_meant_to(web: Site) -> None:
    found = set()
    for route in routes(web):
        is_for_login = route.screen is not None and route.screen.needs is Needs.LOGIN
        if route.right is None and not is_for_login:
            found.add(route.name)
    assert found == PUBLIC | FOR_EVERYBODY


@pytest.mark.parametrize("role", list(Role))
async def test_every_call_for_every_role_and_its_own_case(web: Site, role: Role) -> None:
    case_id = await case_of(web, category=SCAM)
    bearer = await token(web, role=role)
    for route in calls_of(web):
        assert route.right is not None
        given = await ask(web.client, route=route, ids=own(case_id), bearer=bearer)
        if may(role, right=route.right):
            assert given.status_code not in (401, 500), (role, route.name, given.text)
            is_role_refused = given.status_code == 403 and "The role" in given.text
            assert not is_role_refused, (role, route.name)
        else:
            assert given.status_code == 403, (role, route.name, given.status_code)


async def test_every_call_for_nobody(web: Site) -> None:
    case_id = await case_of(web, category=SCAM)
    for route in calls_of(web):
        for bearer in ("", "tutela_nobodys"):
            given = await ask(web.client, route=route, ids=own(case_id), bearer=bearer)
            assert given.status_code == 401, route.name


@pytest.mark.parametrize("role", list(Role))
async def test_every_call_for_every_role_of_another_tenant(web: Site, role: Role) -> None:
    case_id = await case_of(web, category=SCAM)
    before = await standing(web)
    bearer = await token(web, role=role, tenant="other")
    for route in calls_of(web):
        assert route.right is not None
        given = await ask(web.client, route=route, ids=own(case_id), bearer=bearer)
        assert str(case_id) not in given.text, (role, route.name)
        if not may(role, right=route.right):
            assert given.status_code == 403, (role, route.name)
        elif "{case_id}" in route.path:
            is_not_there = (404,) if route.method == "GET" else REFUSED
            assert given.status_code in is_not_there, (role, route.name, given.status_code)
    assert await standing(web) == before


async def hidden_cases(web: Site) -> tuple[UUID, UUID]:
    """One of another harm than reviewers work on, and one for specialists."""
    other = await case_of(web, category=SCAM)
    specialists = await case_of(web, category=CHILD, possible_minor={"depicted": True})
    await logged_in(web, role=Role.LEAD, name="lead-9")
    ((log_id,),) = await web.house.rows("SELECT log_id FROM ledger_log WHERE tenant = 'main'")
    lead = acting(
        Person(tenant="main", name="lead-9", role=Role.LEAD), service="main", log_id=log_id
    )
    await set_need(overseeing(web.house), caller=lead, asked=NeedSet(families=[HarmFamily.SPEECH]))
    return other, specialists


@pytest.mark.parametrize("role", list(Role))
async def test_every_call_about_a_case_that_the_role_may_not_know_of(web: Site, role: Role) -> None:
    other, specialists = await hidden_cases(web)
    sees = role in (Role.SPECIALIST, Role.LEAD)
    before = await standing(web)
    bearer = await token(web, role=role)
    for route in calls_of(web):
        assert route.right is not None
        if not route.path.startswith("/v1/cases/{case_id}") or not may(role, right=route.right):
            continue
        for case_id in (other, specialists):
            given = await ask(web.client, route=route, ids=own(case_id), bearer=bearer)
            if route.method == "GET":
                assert given.status_code == (200 if sees else 404), (role, route.name)
            elif not sees:
                wanted = (404,) if _body(route) else REFUSED
                assert given.status_code in wanted, (role, route.name, given.status_code)
    if not sees:
        assert await standing(web) == before
        if may(role, right=Right.SEE_CASES):
            listed = await web.client.get(
                "/v1/cases", headers={"authorization": f"Bearer {bearer}"}
            )
            assert listed.json()["cases"] == []


PEOPLE = [role for role in Role if role not in PROGRAM_ROLES]


async def visit(web: Site, *, route: Route, person: Person, ids: Ids) -> httpx.Response:
    """A visit in a session of its own, since some screens end the session."""
    sessions = Sessions(web.house.pool, clock=web.house.clock.now, chance=os.urandom)
    web.client.cookies.clear()
    web.client.cookies.set(COOKIE, await sessions.begin(person))
    return await web.client.request(
        route.method,
        route.at(**_named(route, ids=ids)),
        data={} if route.method == "POST" else None,
        headers={"sec-fetch-site": "same-origin"},
    )


@pytest.mark.parametrize("role", PEOPLE)
async def test_every_screen_for_every_role_own_other_and_another_tenants(
    web: Site, role: Role
) -> None:
    seen = await case_of(web, category="STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH")
    hidden = await hidden_cases(web)
    await web.new_token(tenant="other", service="theirs")
    await logged_in(web, role=role, name=f"{role}-1")
    person = Person(tenant="main", name=f"{role}-1", role=role)
    for route in screens_of(web):
        allowed = route.right is None or may(role, right=route.right)
        given = await visit(web, route=route, person=person, ids=own(seen))
        wrong = (role, route.name, given.status_code)
        assert given.status_code != 500, wrong
        assert (given.status_code == 403 and "The role" in given.text) is not allowed, wrong
        if "{service}" in route.path:
            theirs = Ids(own(seen), service="theirs")
            given = await visit(web, route=route, person=person, ids=theirs)
            assert given.status_code == (404 if allowed else 403), wrong
        if not route.path.startswith("/console/{service}/cases/{") or not allowed:
            continue
        for case_id in hidden:
            given = await visit(web, route=route, person=person, ids=own(case_id))
            if role in (Role.SPECIALIST, Role.LEAD):
                assert given.status_code != 404 or route.method == "POST", wrong
            else:
                assert given.status_code in REFUSED, wrong
