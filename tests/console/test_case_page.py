"""The case's page in a real browser: decided by keyboard alone, its lease and its words kept."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.fixtures.auditing import faults
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela
from tests.fixtures.staff import LogIn
from tutela.domain.vocabulary import Role

QUEUE = "/console/main/queue"


@pytest.fixture
def page(log_in: LogIn) -> Page:
    return log_in(Role.REVIEWER)


@pytest.fixture
def case(running_tutela: RunningTutela, page: Page) -> Iterator[Page]:
    """The page of a case that the reviewer has just claimed."""
    report(running_tutela)
    page.goto(QUEUE)
    page.get_by_role("button", name="Take the next case").click()
    expect(page.locator("#lease")).to_contain_text("Yours for")
    yield page
    give_back(page)


def report(service: RunningTutela, **fields: object) -> None:
    with service.client(service.token()) as client:
        subject = {"kind": "content", "id": os.urandom(8).hex(), "account_id": "a-7"}
        body = {
            "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
            "subjects": [subject],
            "explanation": "token 4f1c <script>alert(1)</script> \u202egnp\u202c \u65e5\u672c",
            "language": "de",
            **fields,
        }
        assert client.post("/v1/notices", json=body).status_code == 201


def give_back(page: Page) -> None:
    """What is still on the desk is decided, so that the next test finds nothing there."""
    if page.locator("#decide").count() and page.locator("#lease-lost").is_hidden():
        page.get_by_role("button", name="Give back").click()
        page.wait_for_url(f"**{QUEUE}**")
    page.get_by_role("link", name="Queue").click()


def dismiss(page: Page) -> None:
    page.keyboard.press("d")
    page.fill("#explanation", "nothing here breaks a rule")
    page.fill("#guideline_version", "2026-10")


def second_tab(context: BrowserContext, *, at: str) -> Page:
    other = context.new_page()
    other.set_default_timeout(PATIENCE_MS)
    other.goto(at)
    expect(other.locator("#lease")).to_contain_text("Yours for")
    return other


def test_a_case_is_decided_by_keyboard_alone(page: Page, running_tutela: RunningTutela) -> None:
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    report(running_tutela)
    while page.evaluate("document.activeElement.textContent.trim()") != "Queue":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{QUEUE}")
    page.keyboard.press("?")
    expect(page.locator("#keys-list")).to_contain_text("Take the next case")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("#lease")).to_contain_text("Yours for")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className") == "notice"
    page.keyboard.press("d")
    expect(page.locator("input[value=dismiss]")).to_be_checked()
    expect(page.locator("#category")).to_be_hidden()
    while page.evaluate("document.activeElement.id") != "explanation":
        page.keyboard.press("Tab")
    page.keyboard.type("a dull thing, no act")
    expect(page.locator("input[value=dismiss]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2026-10")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text(re.compile("decided", re.IGNORECASE))
    assert noise == []


def test_the_form_of_a_restriction_keeps_nobody_out(
    case: Page, running_tutela: RunningTutela
) -> None:
    for _ in range(3):
        report(running_tutela)
    expect(case.locator("#facts")).to_be_hidden()
    case.keyboard.press("a")
    expect(case.locator("#facts")).to_be_visible()
    expect(case.get_by_role("button", name="Decide", exact=True)).to_be_in_viewport()
    case.keyboard.press("t")
    expect(case.locator("#legal_ground")).to_be_hidden()
    expect(case.locator("#terms_clause")).to_be_visible()
    assert faults(case, target_pixels=24) == []


def test_what_was_typed_outlives_a_lost_connection_and_is_decided_once(case: Page) -> None:
    dismiss(case)
    cut = {"is": True}

    def wire(route: Route) -> None:
        if cut["is"]:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    case.route("**/decide", wire)
    case.get_by_role("button", name="Decide", exact=True).click()
    expect(case.locator("#fault")).to_contain_text("No connection")
    expect(case.locator("#explanation")).to_have_value("nothing here breaks a rule")
    cut["is"] = False
    case.get_by_role("button", name="Decide", exact=True).click()
    expect(case.get_by_role("status").first).to_contain_text("it was done once")


def test_a_lost_lease_is_seen_and_the_words_stay(case: Page) -> None:
    dismiss(case)
    at = case.url
    other = second_tab(case.context, at=at)
    other.get_by_role("button", name="Give back").click()
    other.wait_for_url(f"**{QUEUE}**")
    case.get_by_role("button", name="Decide", exact=True).click()
    expect(case.locator("#lease-lost")).to_be_visible()
    expect(case.locator("#explanation")).to_have_value("nothing here breaks a rule")
    case.get_by_role("button", name="Claim it again").click()
    expect(case.locator("#lease-lost")).to_be_hidden()
    case.get_by_role("button", name="Decide", exact=True).click()
    expect(case.get_by_role("status").first).to_contain_text(re.compile("decided", re.IGNORECASE))


def test_a_reload_keeps_the_case_and_the_draft_and_a_decision_ends_both(case: Page) -> None:
    dismiss(case)
    case.reload()
    expect(case.locator("#lease")).to_contain_text("Yours for")
    expect(case.locator("#explanation")).to_have_value("nothing here breaks a rule")
    case.get_by_role("button", name="Decide", exact=True).click()
    expect(case.get_by_role("status").first).to_contain_text(re.compile("decided", re.IGNORECASE))
    case.go_back()
    expect(case.locator("#decide")).to_have_count(0)
    expect(case.locator("#desk")).to_contain_text("Nothing of it is open")


KEPT = "Object.keys(sessionStorage).filter(each => each.startsWith('tutela-draft-')).length"


def test_another_tab_learns_of_a_decision_and_keeps_its_words_on_the_page_alone(case: Page) -> None:
    dismiss(case)
    other = second_tab(case.context, at=case.url)
    dismiss(other)
    assert other.evaluate(KEPT) == 1
    case.get_by_role("button", name="Decide", exact=True).click()
    expect(case.get_by_role("status").first).to_contain_text(re.compile("decided", re.IGNORECASE))
    expect(other.locator("#fault")).to_contain_text("It was decided in another tab")
    expect(other.get_by_role("button", name="Decide", exact=True)).to_be_disabled()
    expect(other.locator("#explanation")).to_have_value("nothing here breaks a rule")
    expect(other.locator("#explanation")).not_to_be_editable()
    assert other.evaluate(KEPT) == 0


def test_what_was_typed_ends_with_the_session_that_it_was_typed_in(
    running_tutela: RunningTutela, log_in: LogIn
) -> None:
    report(running_tutela)
    page = log_in(Role.REVIEWER)
    page.goto(QUEUE)
    page.get_by_role("button", name="Take the next case").click()
    expect(page.locator("#lease")).to_contain_text("Yours for")
    at = page.url
    dismiss(page)
    assert page.evaluate(KEPT) == 1
    page.evaluate("sessionStorage.setItem('tutela-draft-another-session', '[]')")
    page.reload()
    expect(page.locator("#explanation")).to_have_value("nothing here breaks a rule")
    assert page.evaluate(KEPT) == 1
    page.get_by_role("button", name="Give back").click()
    page.wait_for_url(f"**{QUEUE}**")
    assert page.evaluate(KEPT) == 1
    page.context.clear_cookies()
    page.goto(at)
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.evaluate(KEPT) == 0
    page.evaluate("sessionStorage.setItem('tutela-draft-another-session', '[]')")
    page.goto("/login")
    assert page.evaluate(KEPT) == 0


def test_keys_are_off_for_whoever_wishes(case: Page) -> None:
    case.keyboard.press("?")
    case.get_by_label("Single keys are on").uncheck()
    case.get_by_role("button", name="Close").click()
    case.keyboard.press("d")
    expect(case.locator("input[value=dismiss]")).not_to_be_checked()
