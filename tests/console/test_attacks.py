"""What a hostile page, path or cookie gets from the console: a refusal, under safe headers."""

import os
import re
from urllib.parse import unquote

import httpx
import pytest
from argon2 import PasswordHasher

from tests.console.test_screens import address, ask, screens_of
from tests.fixtures.site import Site
from tests.fixtures.staff import PASSWORD, logged_in
from tutela.access import users
from tutela.access.login.rules import Stage
from tutela.access.roles import Right, has
from tutela.access.sessions import Proven, Sessions
from tutela.access.users import Person
from tutela.domain.vocabulary import Role
from tutela.web.console.cookies import COOKIE, cookie_in
from tutela.web.console.login import own_place
from tutela.web.console.screen import Needs, Screen
from tutela.web.endpoint import MAX_BODY_BYTES

FORM = "application/x-www-form-urlencoded"


async def who_may(web: Site) -> dict[Role, httpx.AsyncClient]:
    return {role: await logged_in(web, role=role) for role in (Role.LEAD, Role.ADMIN)}


def forms_of(
    web: Site, *, clients: dict[Role, httpx.AsyncClient]
) -> list[tuple[Screen, httpx.AsyncClient]]:
    """Every form of the console with somebody who may send it."""
    found = []
    for screen in screens_of(web):
        if screen.method == "POST" and screen.path != "/logout":
            need = screen.needs
            role = next(each for each in clients if need in Needs or has(each, right=Right(need)))
            found.append((screen, clients[role]))
    assert len(found) > 60
    return found


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", "a/b;"])
async def test_what_is_no_form_is_refused_by_every_screen(web: Site, kind: str) -> None:
    for screen, client in forms_of(web, clients=await who_may(web)):
        given = await client.post(address(screen), content=b"a=1", headers={"content-type": kind})
        assert given.status_code == 415, screen


async def test_a_form_of_any_size_is_refused_by_every_screen(web: Site) -> None:
    large = {"content-type": FORM}
    packed = {**large, "content-encoding": "gzip"}
    fields = b"&".join(b"a%d=1" % number for number in range(2_001))
    for screen, client in forms_of(web, clients=await who_may(web)):
        at = address(screen)
        sent = [
            await client.post(at, content=b"a" * (MAX_BODY_BYTES + 1), headers=large),
            await client.post(at, content=fields, headers=large),
            await client.post(at, content=b"a=%ff", headers=large),
            await client.post(at, content=b"a=1", headers=packed),
        ]
        assert [each.status_code for each in sent] == [413, 422, 422, 415], screen


async def test_whoever_is_logged_out_under_a_form_comes_back_to_its_page(web: Site) -> None:
    """Not to the form's own address, which nobody can open."""
    await web.token()
    pages = [
        re.sub(r"\{\w+\}", "[^/]+", each.path) for each in screens_of(web) if each.method == "GET"
    ]
    for screen in screens_of(web):
        if screen.method == "POST" and screen.needs is not Needs.NOTHING:
            given = await ask(web.client, screen=screen, at=address(screen))
            there = unquote(given.headers["location"].partition("?next=")[2]) or "/"
            assert any(re.fullmatch(page, there) for page in pages), (screen, there)
            assert own_place(there) == there, screen


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/static/tutela.css", 200),
        ("GET", "/static/tutela.svg", 200),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/static/", 404),
        ("GET", "/static/vendored", 404),
        ("GET", "/static/%00", 404),
        ("GET", "/static/tutela.css%00.svg", 404),
        ("GET", f"/static/{'a' * 5_000}", 404),
        ("GET", "/static/%2e%2e/%2e%2e/settings.py", 404),
        ("GET", "/static/..%5c..%5csite.py", 404),
        ("GET", "/static//etc/passwd", 404),
        ("POST", "/static/tutela.css", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/console", 404),
        ("POST", "/console/main/live", 405),
        ("GET", "/v1/cases", 401),
        ("POST", "/v1/notices", 401),
        ("GET", "/healthz", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/metrics", 200),
        ("GET", "/login", 200),
        ("GET", "/report", 200),
        ("GET", "/report/nothing", 404),
    ],
)
async def test_every_answer_says_that_it_is_not_to_be_framed_or_guessed(
    web: Site, method: str, path: str, status: int
) -> None:
    given = await web.client.request(method, path)
    assert given.status_code == status
    policy = given.headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert "frame-ancestors 'none'" in policy[0]
    assert "default-src 'none'" in policy[0]
    assert given.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "wrong", ["%00", "%2e%2e", "..%2f..%2fv1", "%ff", "a" * 5_000, "%0d%0aSet-Cookie:a=b"]
)
async def test_whatever_stands_in_the_place_of_a_name_is_not_there(web: Site, wrong: str) -> None:
    clients = await who_may(web)
    for screen in screens_of(web):
        if "{" not in screen.path:
            continue
        client = next(
            each for role, each in clients.items() if has(role, right=Right(str(screen.needs)))
        )
        of_service = re.sub(r"\{\w+\}", wrong, screen.path)
        below = re.sub(r"\{\w+\}", wrong, screen.path.replace("{service}", "main"))
        for at in {of_service, below} - {screen.path.replace("{service}", "main")}:
            given = await ask(client, screen=screen, at=at)
            assert given.status_code in (404, 405, 409, 415, 422), (screen, at[:80])
            assert "a=b" not in str(given.headers)


def test_cookies_of_others_beside_ours_log_nobody_out() -> None:
    for beside in ("a=b c; ", '{"x": [1]}; ', "a@b=1; ", '"; ', "=; ; "):
        sent = {b"cookie": f"{beside}{COOKIE}=one=; b=2; {COOKIE}=two".encode()}
        assert cookie_in(sent, is_secure=False) == "one=", beside
    assert cookie_in({b"cookie": f"x{COOKIE}=one".encode()}, is_secure=False) == ""


async def test_half_a_login_beside_another_ends_when_a_password_is_chosen(
    web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever saw the password that was handed over can't choose another one after its person."""
    monkeypatch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    await logged_in(web, role=Role.LEAD, name="lead-1")
    person = Person(tenant="main", name="lead-1", role=Role.LEAD)
    sessions = Sessions(web.house.pool, clock=web.house.clock.now, chance=os.urandom)
    waiting = Proven(stage=Stage.RENEWAL)
    theirs, strangers = [await sessions.begin(person, proven=waiting) for _ in range(2)]
    for cookie, password, to in (
        (theirs, "a password of their own", "/"),
        (strangers, "a password of a stranger", "/login"),
    ):
        web.client.cookies.clear()
        web.client.cookies.set(COOKIE, cookie)
        form = {"new": password, "again": password}
        given = await web.client.post("/login/password", data=form)
        assert (given.status_code, given.headers["location"]) == (303, to)
    assert await users.known(
        web.house.pool, tenant="main", name="lead-1", password="a password of their own"
    )


async def test_a_session_cookie_opens_no_call_of_a_program(web: Site) -> None:
    """So that no page of another site can make a browser call one."""
    client = await logged_in(web, role=Role.LEAD)
    for path in ("/v1/cases", "/v1/status", "/v1/guard/entries"):
        assert (await client.get(path)).status_code == 401
    assert (await client.post("/v1/cases/claim", json={})).status_code == 401


async def test_a_session_ends_with_the_role_and_a_new_one_has_the_new_role(web: Site) -> None:
    one, two = [await logged_in(web, role=Role.ADMIN, name=name) for name in ("admin-1", "admin-2")]
    who = await logged_in(web, role=Role.REVIEWER, name="reviewer-1")
    assert (await who.get("/console/main/queue")).status_code == 200
    change = {"kind": "role", "name": "reviewer-1", "role": "auditor", "reason": "x"}
    await one.post("/console/main/people/changes", data=change)
    page = (await two.get("/console/main/people")).text
    (agree,) = re.findall(r'action="(/console/main/people/changes/[0-9a-f-]+/agree)"', page)
    assert (await two.post(agree, data={"pressed": "1"})).status_code == 303
    assert (await who.get("/console/main/queue")).headers["location"].startswith("/login")
    form = {"name": "reviewer-1", "password": PASSWORD, "next": "/console/main"}
    assert (await web.client.post("/login", data=form)).status_code == 303
    assert (await web.client.get("/console/main/queue")).status_code == 403
