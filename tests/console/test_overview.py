"""The first screen as it goes on by itself: in this process, and in a real browser."""

import asyncio
import os
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from starlette.routing import Route

from tests.fixtures.house import Rooms
from tests.fixtures.overseeing import at_console
from tests.fixtures.service import RunningTutela
from tests.fixtures.site import Site, notice
from tests.fixtures.staff import LogIn, logged_in
from tests.review.test_glass import childs_case, opened
from tutela.access.persons import acting
from tutela.access.sent_forms import SentForms
from tutela.access.sessions import Sessions
from tutela.access.users import Person
from tutela.app import limits_at_rest
from tutela.domain.vocabulary import Role
from tutela.reconciliation import reconcile
from tutela.reconciliation.viewing import Viewer, viewer_of
from tutela.web.console.boards import BOARD_SECONDS, Board, Boards
from tutela.web.console.overview import OverviewRoom, overview_screens
from tutela.web.console.screen import COOKIE, Doors, ScreenEndpoint

if TYPE_CHECKING:
    from playwright.sync_api import Page

STREAM = {"accept": "text/event-stream"}


async def test_the_figures_of_the_first_screen_are_those_of_the_service(web: Site) -> None:
    client = await logged_in(web, role=Role.LEAD)
    for _ in range(2):
        assert (await web.post("/v1/notices", body=notice())).status_code == 201
    text = (await client.get("/console/main")).text
    for place in ("reconciled", "canaries", "backlog", "forecast", "times", "searches", "house"):
        assert f'id="{place}"' in text
    assert re.search(r"<b>1</b><span>open cases", text)
    assert re.search(r'<th scope="row">General</th><td>1</td>', text)


async def test_the_first_screen_says_what_waits_for_a_second_person(web: Site) -> None:
    none = "No break-glass and no unusual browsing waits"
    lead = await logged_in(web, role=Role.LEAD)
    assert none in (await lead.get("/console/main")).text
    reviewer = await at_console(web.house, name="reviewer-1")
    await opened(web.house, caller=reviewer, case_id=await childs_case(web.house))
    link, verdict = 'href="/console/main/oversight"', "Nobody has looked for more than a day at 1"
    told = await board_of(web, role=Role.LEAD)
    assert ("<b>1</b> opened by break-glass" in told, link in told) == (True, True)
    assert verdict not in told
    web.house.clock.ahead = timedelta(hours=25)
    now = web.house.clock.now()
    report = await reconcile.reconcile(web.house.pool, now=now, limits=limits_at_rest())
    await reconcile.keep(web.house.pool, report=report, run_id=uuid4(), now=now, seconds=0.1)
    for role, sees in ((Role.LEAD, True), (Role.ADMIN, False), (Role.REVIEWER, False)):
        told = await board_of(web, role=role)
        assert (verdict in told, link in told, none in told) == (True, sees, False), role
        assert "reviewer-1" not in told


async def board_of(web: Site, *, role: Role) -> str:
    """The first screen as somebody of the role sees it, read anew."""
    boards = Boards(web.house.pool, clock=web.house.clock.now, canary_seconds_max=600)
    caller = acting(Person(tenant="main", name=f"{role}-1", role=role), service="main", log_id="")
    return (await boards.read(viewer_of(caller))).text


async def test_an_event_stream_is_one_message_for_who_does_not_ask_to_listen(web: Site) -> None:
    client = await logged_in(web, role=Role.LEAD)
    given = await client.get("/console/main/events")
    assert given.headers["content-type"] == "text/event-stream"
    assert given.text.endswith("\n\n")
    assert all(line.startswith("data: ") for line in given.text.splitlines() if line)


class Begun(Boards):
    """Boards that tell when somebody is shown the first one."""

    def __init__(self, rooms: Rooms) -> None:
        super().__init__(rooms.pool, clock=rooms.clock.now, canary_seconds_max=600)
        self.begun = asyncio.Event()

    async def read(self, viewer: Viewer) -> Board:
        """The board, after the word that it was asked for."""
        self.begun.set()
        return await super().read(viewer)


@pytest.mark.parametrize("how", ["logged out", "the house ends"])
async def test_a_stream_ends_with_the_session_and_with_the_house(web: Site, how: str) -> None:
    client = await logged_in(web, role=Role.LEAD)
    sessions = Sessions(web.house.pool, clock=web.house.clock.now, chance=os.urandom)
    boards, closing = Begun(web.house), asyncio.Event()
    room = OverviewRoom(
        boards=boards,
        sessions=sessions,
        closing=closing,
        every_seconds=0.01,
        session_seconds=0 if how == "logged out" else 1e9,
    )
    web.application.router.routes[:0] = [
        Route(each.path, ScreenEndpoint(each, doors=doors(web, sessions=sessions)))
        for each in overview_screens(room)
        if each.path.endswith("/events")
    ]
    listening = asyncio.create_task(client.get("/console/main/events", headers=STREAM))
    await boards.begun.wait()
    if how == "logged out":
        await sessions.log_out(client.cookies[COOKIE])
    else:
        closing.set()
    heard = await asyncio.wait_for(listening, timeout=30)
    assert (heard.status_code, heard.text[:6]) == (200, "data: ")
    assert heard.headers["content-security-policy"].startswith("default-src 'none'")


def doors(web: Site, *, sessions: Sessions) -> Doors:
    def measure(call: str, *, status: int, seconds: float) -> None:
        assert (call, status) == ("GET /console/{service}/events", 200)
        assert seconds >= 0

    forms = SentForms(web.house.pool, chance=os.urandom)
    return Doors(sessions=sessions, forms=forms, clock=web.house.clock.now, measure=measure)


async def test_many_viewers_cost_one_reading(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    await rooms.caller()
    now = 0.0
    boards = Boards(
        rooms.pool, clock=rooms.clock.now, canary_seconds_max=600, monotonic=lambda: now
    )
    viewer = Viewer(tenant="main", service="main", with_ids=True)
    first = await boards.read(viewer)
    assert all([await boards.read(viewer) is first for _ in range(20)])
    now = BOARD_SECONDS
    assert await boards.read(viewer) is not first


async def test_what_a_route_says_of_its_fault_is_shown_as_text(web: Site) -> None:
    client = await logged_in(web, role=Role.LEAD)
    fault = "<script>1</script>\u202e\u05d0\u0627\u4e2d\u0416\u03b1" + "x" * 2_000
    await web.house.rows(
        "INSERT INTO canary (id, tenant, service, channel, door, external_id, issued_at, fault)"
        " VALUES (gen_random_uuid(), 'main', 'main', 'user', 'api', 'k', now(), %(fault)s)",
        fault=fault,
    )
    text = (await client.get("/console/main")).text
    assert "<script>1" not in text
    assert "&lt;script&gt;1" in text


def test_the_page_is_live_without_being_loaded_again(
    log_in: LogIn, running_tutela: RunningTutela
) -> None:
    said: list[str] = []
    page: Page = log_in(Role.LEAD)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(page.url)))
    page.reload()
    expect(page.locator("#pulse")).to_have_text("live")
    figure = page.locator(".figures div", has_text="open cases").locator("b")
    before = int(figure.inner_text())
    with running_tutela.client(running_tutela.token()) as client:
        body = {
            "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
            "subjects": [{"kind": "content", "id": os.urandom(8).hex()}],
        }
        assert client.post("/v1/notices", json=body).status_code == 201
    expect(figure).to_have_text(str(before + 1))
    assert {url for url in asked if url.endswith(("/events", "/live"))} == {"/events"}
    assert said == []
