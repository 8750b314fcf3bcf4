"""What holds of every screen of the staff: who may see it, whose forms are taken, what is told."""

import httpx
import pytest

from tests.fixtures.site import Site
from tests.fixtures.staff import PASSWORD, logged_in
from tutela.access.roles import Right, has
from tutela.access.users import PROGRAM_ROLES
from tutela.domain.vocabulary import Role
from tutela.web.console.login import own_place
from tutela.web.console.screen import COOKIE, Needs, Screen, ScreenEndpoint

PEOPLE = [role for role in Role if role not in PROGRAM_ROLES]
NOBODYS = "0" * 8


def screens_of(web: Site) -> list[Screen]:
    endpoints = (getattr(route, "endpoint", None) for route in web.application.routes)
    found = [each.screen for each in endpoints if isinstance(each, ScreenEndpoint)]
    assert found
    return found


def address(screen: Screen, *, service: str = "main") -> str:
    path = screen.path.replace("{service}", service)
    while "{" in path:
        path = path[: path.index("{")] + NOBODYS + path[path.index("}") + 1 :]
    return path


async def ask(client: httpx.AsyncClient, *, screen: Screen, at: str) -> httpx.Response:
    return await client.request(screen.method, at, data={} if screen.method == "POST" else None)


@pytest.mark.parametrize("role", PEOPLE)
async def test_a_screen_is_shown_to_whoever_has_its_right_and_to_nobody_else(
    web: Site, role: Role
) -> None:
    client = await logged_in(web, role=role)
    for screen in screens_of(web):
        if not isinstance(screen.needs, Right):
            continue
        status = (await ask(client, screen=screen, at=address(screen))).status_code
        if has(role, right=screen.needs):
            assert status not in (401, 403, 500), (role, screen)
        else:
            assert status == 403, (role, screen)


async def test_nobody_is_shown_anything_before_they_log_in(web: Site) -> None:
    await web.token()
    for screen in screens_of(web):
        if screen.needs is Needs.NOTHING:
            continue
        given = await ask(web.client, screen=screen, at=address(screen))
        assert (given.status_code, given.headers["location"][:6]) == (303, "/login"), screen
        part = await web.client.request(
            screen.method, address(screen), headers={"hx-request": "true"}
        )
        assert (part.status_code, part.headers["hx-retarget"]) == (401, "#fault"), screen


async def test_a_service_of_another_tenant_is_not_there(web: Site) -> None:
    await logged_in(web, role=Role.LEAD)
    await web.new_token(tenant="other", service="theirs")
    client = await logged_in(web, role=Role.LEAD, tenant="main")
    for screen in screens_of(web):
        if "{service}" in screen.path:
            given = await ask(client, screen=screen, at=address(screen, service="theirs"))
            assert given.status_code in (403, 404), screen


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://example.org"},
        {"origin": "null"},
        {"origin": "null", "host": ""},
        {"origin": "http://[", "host": ""},
        {"origin": "http://tutela.example.org"},
        {"origin": "http://tutela:8751"},
        {"origin": "http://tutela", "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "content-type": "text/plain"},
    ],
)
async def test_a_form_of_another_site_is_refused_everywhere(
    web: Site, headers: dict[str, str]
) -> None:
    clients = {role: await logged_in(web, role=role) for role in (Role.LEAD, Role.ADMIN)}
    for client in clients.values():
        del client.headers["sec-fetch-site"]
    for screen in screens_of(web):
        if screen.method != "POST":
            continue
        need = screen.needs
        role = next(each for each in clients if need in Needs or has(each, right=Right(need)))
        given = await clients[role].post(address(screen), data={}, headers=headers)
        assert given.status_code == 403, screen
        assert "another site" in given.text


async def test_a_form_of_this_site_is_taken_by_what_browsers_old_and_new_say(web: Site) -> None:
    client = await logged_in(web, role=Role.LEAD)
    del client.headers["sec-fetch-site"]
    for headers in ({"origin": "http://Tutela"}, {"sec-fetch-site": "same-origin"}, {}):
        given = await client.post("/console/main/queue/claim", data={"a": "1"}, headers=headers)
        assert given.status_code == 303, headers


async def test_no_screen_may_be_framed_or_load_anything_from_elsewhere(web: Site) -> None:
    client = await logged_in(web, role=Role.LEAD)
    for screen in screens_of(web):
        if screen.method != "GET":
            continue
        given = await client.get(address(screen))
        policy = given.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert given.headers["x-frame-options"] == "DENY"
        assert given.headers["cache-control"] == "no-store"


async def test_a_login_gives_a_new_session_and_ends_the_one_before(web: Site) -> None:
    client = await logged_in(web, role=Role.LEAD, name="ana")
    before = client.cookies[COOKIE]
    form = {"name": "ana", "password": PASSWORD, "tenant": "main", "next": "/console/main"}
    given = await client.post("/login", data=form)
    assert (given.status_code, given.headers["location"]) == (303, "/console/main")
    told = given.headers["set-cookie"]
    assert before not in told
    assert all(word in told for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    web.client.cookies.set(COOKIE, before)
    assert (await web.client.get("/console/main")).status_code == 303


async def test_a_cookie_that_somebody_set_beforehand_is_never_taken_for_a_session(
    web: Site,
) -> None:
    await logged_in(web, role=Role.LEAD, name="ana")
    web.client.cookies.set(COOKIE, "chosen-by-a-stranger")
    form = {"name": "ana", "password": PASSWORD}
    given = await web.client.post("/login", data=form)
    assert "chosen-by-a-stranger" not in given.headers["set-cookie"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "/console/\\\\example.org",
        "/console/\r\nSet-Cookie: a=b",
        "/\t/example.org",
        "/console/%0d%0a\t",
        "/console/\u2028x",
        " /console/main",
        "/%2fexample.org",
        "http:/console/main",
        "javascript:0",
        "",
        "/v1/status",
    ],
)
def test_a_login_leads_nowhere_else(elsewhere: str) -> None:
    assert own_place(elsewhere) == "/"
    assert own_place("/console/main/queue?state=open") == "/console/main/queue?state=open"


@pytest.mark.parametrize(
    "path", ["/static/../pages.py", "/static/%2e%2e/site.py", "/static/..%2fsite.py"]
)
async def test_files_beside_the_static_ones_are_not_served(web: Site, path: str) -> None:
    given = await web.client.get(path)
    assert given.status_code == 404


async def test_what_goes_wrong_is_told_where_the_page_keeps_a_place_for_it(web: Site) -> None:
    client = await logged_in(web, role=Role.LEAD)
    given = await client.get("/console/nowhere", headers={"hx-request": "true"})
    assert (given.status_code, given.headers["hx-retarget"]) == (404, "#fault")
    assert "There is no service nowhere" in given.text
    assert "<html" not in given.text
    whole = await client.get("/console/<b>x")
    assert (whole.status_code, "<b>x" in whole.text) == (404, False)
