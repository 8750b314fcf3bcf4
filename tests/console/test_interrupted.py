"""What comes between in a real browser: a database that restarts, a second click, a logout."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela, running
from tutela.database.cluster import Tuning
from tutela.database.embedded import EmbeddedServer

SMALL = Tuning(shared_buffers_mb=16, max_wal_size_mb=256, max_connections=60)
QUEUE = "/console/main/queue"
expect.set_options(timeout=PATIENCE_MS)
WORDS = "what a person wrote: \u0645\u0631\u062d\u0628\u0627 <b>4f1c</b>"


@dataclass
class Standing(RunningTutela):
    """A service on a database that a test may stop and start."""

    database: EmbeddedServer | None = None

    @property
    def server(self) -> EmbeddedServer:
        assert self.database is not None
        return self.database

    @property
    def where(self) -> tuple[str, ...]:
        return ("--database", self.server.url, "--keys", str(self.key_folder))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.server.superuser_url, dbname="tutela") as connection:
            return connection.execute(query.encode()).fetchall()


@pytest.fixture(scope="module")
def service() -> Iterator[Standing]:
    folder = Path(tempfile.mkdtemp(prefix="tutela-test-"))
    folder.chmod(0o711)
    server = EmbeddedServer(folder / "database", tuning=SMALL)
    server.start()
    standing = Standing(folder, database=server)
    with running(standing):
        yield standing
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def page(browser: Browser, service: Standing) -> Iterator[Page]:
    """The first screen of a lead who logged in."""
    made = service.command("user", "create", "lead-1", "--role", "lead", "--generate")
    assert made.returncode == 0, made.stderr
    context = browser.new_context(base_url=service.base_url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/login")
    page.fill("#name", "lead-1")
    page.fill("#password", made.stdout.splitlines()[-1])
    page.click("button[type=submit]")
    page.wait_for_url("**/console/**")
    yield page
    context.close()


def report(service: Standing, *, count: int) -> None:
    with service.client(service.token()) as client:
        for _ in range(count):
            subject = {"kind": "content", "id": os.urandom(8).hex()}
            body = {"category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "subjects": [subject]}
            assert client.post("/v1/notices", json=body).status_code == 201


def sent_by(page: Page) -> list[str]:
    """The addresses that forms are sent to from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and not re.search("/(renew|leave)$", request.url):
            sent.append(request.url)

    page.on("request", note)
    return sent


def test_a_database_that_restarts_under_a_case_loses_no_word_and_decides_once(
    page: Page, service: Standing
) -> None:
    report(service, count=1)
    page.goto(QUEUE)
    page.get_by_role("button", name="Take the next case").click()
    expect(page.locator("#lease")).to_contain_text("Yours for")
    page.keyboard.press("d")
    page.fill("#explanation", WORDS)
    page.fill("#guideline_version", "2026-10")
    service.server.stop()
    page.get_by_role("button", name="Decide", exact=True).click()
    beside = page.context.new_page()
    assert (told := beside.goto(QUEUE)) is not None
    assert told.status == 503
    expect(beside.locator("main")).to_contain_text("The database is not available")
    beside.close()
    expect(page.locator("#fault")).to_contain_text("The database is not available")
    expect(page.locator("#sending")).to_contain_text("Nothing was decided")
    expect(page.locator("#explanation")).to_have_value(WORDS)
    service.server.start()
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Decided")
    assert service.rows("SELECT outcome, item_count FROM decision WHERE mark = 'real'") == [
        ("dismiss", 1)
    ]
    page.goto(QUEUE)
    expect(page.locator("main")).to_contain_text("Nothing is open")


def test_a_second_click_sends_nothing_twice(page: Page, service: Standing) -> None:
    report(service, count=3)
    page.goto(QUEUE)
    sent = sent_by(page)
    page.get_by_role("button", name="Take the next case").dblclick()
    page.wait_for_url("**/cases/**")
    leased = "SELECT count(*) FROM case_file WHERE lease_until > now() AND mark = 'real'"
    assert service.rows(leased) == [(1,)]
    page.get_by_role("button", name="Give back").dblclick()
    page.wait_for_url(f"**{QUEUE}**")
    page.goto("/console/main/rooms")
    page.fill("[name=title]", "tokens")
    page.fill("[name=reason]", "three reports")
    page.locator("main form[method=post] button").last.dblclick()
    page.wait_for_url("**/rooms/*")
    page.fill("[name=text]", "token 4f1c")
    page.locator("form[action$='/entries'] button").first.dblclick()
    expect(page.get_by_text("token 4f1c").first).to_be_visible()
    assert [each.rpartition("/")[2] for each in sent] == ["claim", "release", "rooms", "entries"]
    entries = "SELECT count(*) FROM investigation_entry WHERE kind = 'note'"
    assert service.rows(entries) == [(1,)]


def test_the_back_button_shows_nothing_of_a_case_after_a_logout(
    page: Page, service: Standing
) -> None:
    report(service, count=1)
    page.goto(QUEUE)
    page.get_by_role("button", name="Take the next case").click()
    expect(page.locator("#lease")).to_contain_text("Yours for")
    at = page.url
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    page.go_back()
    expect(page.locator("#password")).to_be_visible()
    expect(page.locator("[data-case]")).to_have_count(0)
    assert at.rpartition("/")[2] in page.url, "whoever logs in again is led to the case"
