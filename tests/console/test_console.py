"""The staff's page in a real browser, on a service that takes notices meanwhile."""

import os
from collections.abc import Iterator
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


@pytest.fixture(scope="module")
def lead(running_tutela: RunningTutela) -> tuple[str, str]:
    """A person who may see how things stand, and their password."""
    done = running_tutela.command("user", "create", "lead-1", "--role", "lead", "--generate")
    assert done.returncode == 0, done.stderr
    return "lead-1", done.stdout.splitlines()[-1]


def _log_in(page: Page, *, service: RunningTutela, person: tuple[str, str]) -> None:
    page.goto(service.base_url)
    page.fill("#name", person[0])
    page.fill("#password", person[1])
    page.click("button[type=submit]")


def test_nobody_sees_anything_before_they_log_in(page: Page, running_tutela: RunningTutela) -> None:
    page.goto(running_tutela.base_url)
    expect(page).to_have_url(f"{running_tutela.base_url}/login")
    answer = page.request.get(f"{running_tutela.base_url}/console/main/live", max_redirects=0)
    assert answer.status == 303
    assert answer.headers["location"] == "/login?next=/console/main/live"


def test_a_wrong_password_is_told_without_saying_which_was_wrong(
    page: Page, running_tutela: RunningTutela, lead: tuple[str, str]
) -> None:
    for person in ((lead[0], "wrong"), ("nobody", lead[1])):
        _log_in(page, service=running_tutela, person=person)
        expect(page.get_by_role("alert")).to_have_text("Name and password don't go together.")


def test_the_page_shows_a_notice_that_comes_in_while_it_is_open(
    page: Page, running_tutela: RunningTutela, lead: tuple[str, str]
) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    token = running_tutela.token()
    _log_in(page, service=running_tutela, person=lead)
    open_cases = page.locator(".figures div", has_text="open cases").locator("b")
    before = int(open_cases.inner_text())
    with running_tutela.client(token) as client:
        sent = client.post(
            "/v1/notices",
            json={
                "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
                "subjects": [{"kind": "content", "id": os.urandom(8).hex()}],
            },
        )
    assert sent.status_code == 201
    expect(open_cases).to_have_text(str(before + 1))
    expect(page.locator("#ledger")).to_be_visible()
    assert faults == []


def test_a_logout_ends_the_session_on_the_server(
    page: Page, running_tutela: RunningTutela, lead: tuple[str, str]
) -> None:
    _log_in(page, service=running_tutela, person=lead)
    cookies = page.context.cookies()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{running_tutela.base_url}/login")
    page.context.add_cookies(cast("Any", cookies))
    page.goto(running_tutela.base_url)
    expect(page).to_have_url(f"{running_tutela.base_url}/login")


def test_the_page_needs_no_script(
    browser: Browser, running_tutela: RunningTutela, lead: tuple[str, str]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    _log_in(page, service=running_tutela, person=lead)
    expect(page.get_by_role("heading", name="Reconciliation")).to_be_visible()
    context.close()


def test_a_form_of_another_site_is_refused(
    page: Page, running_tutela: RunningTutela, lead: tuple[str, str]
) -> None:
    answer = page.request.post(
        f"{running_tutela.base_url}/login",
        form={"name": lead[0], "password": lead[1], "tenant": "main"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status == 403
