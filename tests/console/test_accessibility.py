"""The staff's pages, held against WCAG 2.2 AA: with nothing in them, and with notices."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.auditing import faults
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela

#: WCAG 2.2, 2.5.8 at level AA.
TARGET_PIXELS = 24


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def found(page: Page) -> list[str]:
    return faults(page, target_pixels=TARGET_PIXELS)


def test_no_page_of_the_staff_keeps_anybody_out(page: Page, running_tutela: RunningTutela) -> None:
    name = f"lead-{os.urandom(3).hex()}"
    made = running_tutela.command("user", "create", name, "--role", "lead", "--generate")
    assert made.returncode == 0, made.stderr
    page.goto(running_tutela.base_url)
    assert found(page) == []
    page.click("summary")
    page.fill("#name", name)
    page.fill("#password", "wrong")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_be_visible()
    assert found(page) == []
    page.fill("#name", name)
    page.fill("#password", made.stdout.splitlines()[-1])
    page.click("button[type=submit]")
    expect(page.locator("#ledger")).to_be_visible()
    assert found(page) == []
    send(running_tutela)
    page.reload()
    expect(page.locator("#canaries")).to_be_visible()
    assert found(page) == []


def send(service: RunningTutela) -> None:
    with service.client(service.token()) as client:
        for _ in range(3):
            subject = {"kind": "content", "id": os.urandom(8).hex()}
            body = {"category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "subjects": [subject]}
            assert client.post("/v1/notices", json=body).status_code == 201
