"""Logging in to its end in a real browser: every step typed, and there and back at a provider."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.auditing import faults
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.identities import CLIENT, SECRET, Provider, providing
from tests.fixtures.service import RunningTutela, running

#: How often Tab is pressed before something counts as out of a keyboard's reach.
STOPS_MAX = 60


@dataclass
class House:
    """A service that asks leads for a second proof, and a provider at another site."""

    service: RunningTutela
    provider: Provider
    browser: Browser
    pages: list[Page] = field(default_factory=list)

    def page(self) -> Page:
        """A page of a browser that nobody has used; the provider is of another site."""
        place = self.service.base_url.replace("127.0.0.1", "localhost")
        page = self.browser.new_context(base_url=place).new_page()
        page.set_default_timeout(PATIENCE_MS)
        self.pages.append(page)
        return page


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("logins")
    (folder / "secret").write_text(SECRET)
    with providing() as provider:
        environment = {
            "TUTELA_REQUIRE_TOTP": "lead",
            "TUTELA_OIDC_ISSUER": provider.issuer,
            "TUTELA_OIDC_CLIENT": CLIENT,
            "TUTELA_OIDC_SECRET_FILE": str(folder / "secret"),
            "TUTELA_OIDC_ROLES": "tutela-leads=lead,tutela-audit=auditor",
        }
        with running(RunningTutela(folder, environment=environment)) as service:
            found = House(service, provider, browser)
            yield found
            for page in found.pages:
                page.context.close()


def press_until(page: Page, *, name: str) -> None:
    """Tab by Tab to the link or button of that name, then Enter."""
    for _ in range(STOPS_MAX):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if name in focused:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no keyboard reaches {name}")


def give_password(page: Page, *, password: str) -> None:
    page.goto("/login?next=/account")
    page.keyboard.type("lead-1")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def set_up_an_authenticator(page: Page) -> list[str]:
    """The recovery codes; a wrong code is told first, and the field has the focus again."""
    expect(page).to_have_url(re.compile("/login/second-factor"))
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("code")
    expect(page.locator("#code")).to_be_focused()
    key = page.locator("code").inner_text().replace(" ", "")
    page.keyboard.type(pyotp.TOTP(key).now())
    page.keyboard.press("Enter")
    expect(page.locator(".codes code")).to_have_count(10)
    return page.locator(".codes code").all_inner_texts()


def test_password_enrolment_code_and_logging_out_are_typed_by_keyboard_alone(house: House) -> None:
    made = house.service.command("user", "create", "lead-1", "--role", "lead", "--generate")
    password, page = made.stdout.splitlines()[-1], house.page()
    give_password(page, password="wrong")
    expect(page.get_by_role("alert")).to_contain_text("don't go together")
    give_password(page, password=password)
    expect(page).to_have_url(re.compile("/login/second-factor"))
    page.goto("/console/main")
    expect(page.get_by_label("Password")).to_be_visible()
    give_password(page, password=password)
    codes = set_up_an_authenticator(page)
    press_until(page, name="go on")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    press_until(page, name="Log out")
    expect(page.get_by_label("Password")).to_be_visible()
    give_password(page, password=password)
    expect(page.get_by_label("Six digits from your authenticator")).to_be_focused()
    page.keyboard.type(codes[0])
    page.keyboard.press("Enter")
    expect(page.get_by_text("9 recovery codes left")).to_be_visible()


def begin_at_provider(house: House, **who: object) -> Page:
    """A login of that person, begun on the form by keyboard; the provider agrees at once."""
    house.provider.now = int(time.time())
    house.provider.who = {"preferred_username": "lead-5@example.org", **who}
    page = house.page()
    page.goto("/login?next=/account")
    press_until(page, name="Log in with your organisation's account")
    return page


def test_there_and_back_at_the_provider_of_another_site(house: House) -> None:
    who = {"sub": "subject-1", "roles": ["tutela-leads"], "amr": ["pwd", "otp"]}
    page = begin_at_provider(house, **who)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    expect(page.locator("header")).to_contain_text("lead-5, lead")
    assert {"/authorize", "/token", "/keys"} <= set(house.provider.asked)
    (session,) = [each for each in page.context.cookies() if each["name"] == "tutela_session"]
    assert (session["sameSite"], session["httpOnly"]) == ("Strict", True)
    page.goto("/console/main")
    expect(page.get_by_role("heading", name="How things stand")).to_be_visible()
    press_until(page, name="Log out")
    expect(page.get_by_label("Password")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_label("Password")).to_be_visible()


def test_whoever_gave_one_proof_there_sets_up_a_second_one_here(house: House) -> None:
    page = begin_at_provider(
        house, sub="subject-2", roles=["tutela-leads"], preferred_username="l-2"
    )
    expect(page).to_have_url(re.compile("/login/second-factor"))
    assert faults(page, target_pixels=24) == []
    set_up_an_authenticator(page)
    press_until(page, name="go on")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_whom_the_provider_gives_no_role_is_told_so_and_is_not_in(house: House) -> None:
    page = begin_at_provider(house, sub="subject-3", roles=["everybody"])
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("role")
    assert faults(page, target_pixels=24) == []
    page.goto("/account")
    expect(page.get_by_label("Password")).to_be_visible()
