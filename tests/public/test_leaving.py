"""The quick exit in a real browser, with scripts and without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.fixtures.auditing import faults
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela
from tests.public.forms import PLACE

SECRET = "token 4f1c"


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def page(
    request: pytest.FixtureRequest, browser: Browser, running_tutela: RunningTutela
) -> Iterator[Page]:
    context = browser.new_context(
        java_script_enabled=request.param, base_url=running_tutela.base_url
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def typed(page: Page) -> None:
    """A report half made: something is typed, and one step is behind."""
    page.goto("/report")
    page.fill("#where", PLACE)
    page.click("button[value=next]")
    page.fill("#why", SECRET)
    page.click("button[value=next]")


def test_the_way_out_leads_to_a_calendar_at_once(page: Page) -> None:
    typed(page)
    page.click("a.exit")
    expect(page.locator("table [aria-current=date]")).to_be_visible()
    assert "report" not in page.inner_text("body").lower()


@pytest.mark.parametrize("page", [True], indirect=True)
def test_it_takes_the_page_s_place_in_the_history(page: Page) -> None:
    page.goto("/report/help")
    page.goto("/report/status")
    before = page.evaluate("history.length")
    page.click("a.exit")
    expect(page.locator("table")).to_be_visible()
    assert page.evaluate("history.length") == before
    page.go_back()
    expect(page).to_have_url("/report/help")


@pytest.mark.parametrize("page", [True], indirect=True)
def test_esc_three_times_does_the_same_and_twice_does_not(page: Page) -> None:
    page.goto("/report")
    page.focus("#where")
    for key in ("Escape", "Escape", "a", "Escape"):
        page.keyboard.press(key)
    assert page.input_value("#where") == "a"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("table [aria-current=date]")).to_be_visible()


def test_the_browser_forgets_what_was_typed(page: Page) -> None:
    typed(page)
    with page.expect_response("**/report/calendar.css") as forgetting:
        page.click("a.exit")
    forgetting.value.finished()
    expect(page.locator("table")).to_be_visible()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()


@pytest.mark.parametrize("page", [True], indirect=True)
def test_the_calendar_keeps_nobody_out(page: Page) -> None:
    page.goto("/report/away")
    assert faults(page) == []
