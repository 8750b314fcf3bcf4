"""The pages of logging in, in a real browser: by keyboard and without scripts."""

import os
import re
import time

import pyotp
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela


def new_person(service: RunningTutela, *, role: str) -> tuple[str, str]:
    """Somebody new; with a second admin all others would need two admins."""
    name = f"{role}-{os.urandom(3).hex()}"
    made = service.command("user", "create", name, "--role", role, "--generate")
    assert made.returncode == 0, made.stderr
    return name, made.stdout.splitlines()[-1]


def log_in(page: Page, *, name: str, password: str) -> None:
    page.goto("/login?next=/account")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_an_authenticator_is_set_up_and_asked_for_without_scripts(
    browser: Browser, running_tutela: RunningTutela
) -> None:
    name, password = new_person(running_tutela, role="lead")
    context = browser.new_context(base_url=running_tutela.base_url, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    log_in(page, name=name, password=password)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.fill("#password-on", password)
    page.get_by_role("button", name="Set one up").click()
    key = page.locator("code").inner_text().replace(" ", "")
    page.keyboard.type(pyotp.TOTP(key).now())
    page.keyboard.press("Enter")
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    page.get_by_role("link", name="go on").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    log_in(page, name=name, password=password)
    expect(page.get_by_label("Six digits from your authenticator")).to_be_focused()
    page.keyboard.type(codes[3])
    page.keyboard.press("Enter")
    expect(page.get_by_text("9 recovery codes left")).to_be_visible()
    context.close()


def test_the_pages_of_a_login_run_without_an_error(
    browser: Browser, running_tutela: RunningTutela
) -> None:
    name, password = new_person(running_tutela, role="admin")
    context = browser.new_context(base_url=running_tutela.base_url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    log_in(page, name=name, password=password)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    ask_for_somebody(page)
    code = set_up(page, password=password)
    page.get_by_role("button", name="Log out").click()
    log_in(page, name=name, password=password)
    expect(page).to_have_url(re.compile("/login/code"))
    page.fill("#code", code)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert errors == []
    context.close()


def ask_for_somebody(page: Page) -> None:
    """Somebody is to join."""
    joins = f"lead-{os.urandom(3).hex()}"
    page.goto("/console/main/people")
    page.fill("#name", joins)
    page.select_option("#role", "lead")
    page.fill("#reason", "w" * 300)
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("rowheader", name=joins)).to_be_visible()


def set_up(page: Page, *, password: str) -> str:
    """A recovery code of an authenticator that was set up by hand."""
    page.goto("/account")
    page.fill("#password-on", password)
    page.get_by_role("button", name="Set one up").click()
    expect(page.locator(".picture svg")).to_be_visible()
    key = page.locator("code").inner_text().replace(" ", "")
    page.fill("#code", pyotp.TOTP(key).at(int(time.time())))
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".codes")).to_be_visible()
    code = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="go on").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    return code
