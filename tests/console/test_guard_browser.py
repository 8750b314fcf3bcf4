"""The guard's screens in a real browser: nobody is kept out, nothing typed is lost."""

import os
import random
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.auditing import faults
from tests.fixtures.service import RunningTutela
from tests.fixtures.staff import LogIn
from tutela.domain.vocabulary import Role

GUARD = "/console/main/guard"
#: WCAG 2.2, 2.5.8 at level AA.
TARGET_PIXELS = 24
#: Markup, signs that turn the reading direction, five scripts, and nothing to break a line at.
HOSTILE = (
    "<script>document.title = 'taken'</script>\"><img src=x onerror=alert(1)>\u202e\u2066"
    " Ελληνικά العربية हिन्दी 漢字 кириллица " + "x" * 1_500
)
#: Where pictures for the docs are written; nothing is where it is not set.
PICTURES = os.environ.get("TUTELA_PICTURES")


def chance_word() -> str:
    return "".join(random.SystemRandom().choices("bcdfghjklmnpqrstvwxz", k=12))


def propose(page: Page, *, values: str, reason: str) -> None:
    page.goto(f"{GUARD}/propose")
    page.fill("#values", values)
    page.fill("#reason", reason)
    page.get_by_role("button", name="Propose").click()
    page.wait_for_url(f"**{GUARD}/entries/*")


def picture(page: Page, *, name: str) -> None:
    if PICTURES:
        page.set_viewport_size({"width": 1100, "height": 800})
        page.emulate_media(color_scheme="light")
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.fixture
def served(running_tutela: RunningTutela) -> RunningTutela:
    """A service that has the service `main`."""
    running_tutela.token()
    return running_tutela


def refused_and_cut_off(page: Page, *, word: str) -> None:
    """Filled in, refused for a line, and sent while there is no connection: nothing is lost."""
    page.fill("#values", f"{word}\n!")
    page.fill("#reason", HOSTILE)
    page.get_by_role("button", name="Propose").click()
    expect(page.locator("#fault")).to_contain_text("Line 2")
    expect(page.locator("#values")).to_have_value(f"{word}\n!")
    page.fill("#values", word)
    page.context.set_offline(True)
    page.get_by_role("button", name="Propose").click()
    expect(page.locator("#fault")).to_contain_text("can't be reached")
    expect(page.locator("#reason")).to_have_value(HOSTILE)
    page.context.set_offline(False)


def test_two_people_list_something_and_lose_nothing_that_they_typed(
    served: RunningTutela, log_in: LogIn
) -> None:
    one, two, word = log_in(Role.LEAD), log_in(Role.LEAD), chance_word()
    one.goto(f"{GUARD}/propose")
    refused_and_cut_off(one, word=word)
    one.get_by_role("button", name="See what it would hit").click()
    expect(one.locator("#hits")).to_be_visible()
    expect(one.locator("#values")).to_have_value(word)
    assert faults(one, target_pixels=TARGET_PIXELS) == []
    picture(one, name="guard-propose")
    one.get_by_role("button", name="Propose", exact=True).dblclick()
    one.wait_for_url(f"**{GUARD}/entries/*")
    place = one.url
    two.goto(GUARD)
    two.get_by_role("link", name=f"{word[0]}…{word[-1]}").click()
    two.wait_for_url(place)
    expect(two.get_by_text("The platform told of no use")).to_be_visible()
    assert two.title().startswith("One entry")
    expect(two.locator(".listed")).to_have_text(word)
    picture(two, name="guard-entry")
    two.get_by_role("button", name="Agree", exact=True).click()
    expect(two.locator(".tag.good")).to_be_visible()
    expect(two.locator(".listed")).not_to_have_text(word)
    two.get_by_text("Read it in plain words").click()
    two.fill("#read-why", "a complaint names it")
    two.get_by_role("button", name="Read it").click()
    expect(two.locator(".listed")).to_have_text(word)


def test_without_scripts_everything_can_be_said_as_well(
    served: RunningTutela, log_in: LogIn
) -> None:
    page = log_in(Role.LEAD, java_script_enabled=False)
    propose(page, values=chance_word(), reason=HOSTILE)
    page.get_by_role("link", name="Show it").click()
    expect(page.get_by_text("The platform told of no use")).to_be_visible()
    page.get_by_role("link", name="Back to the entry").click()
    page.fill("#back-why", HOSTILE)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Nothing: it is over.")).to_be_visible()


def test_a_surface_is_shut_in_two_steps_by_keyboard_alone(
    served: RunningTutela, log_in: LogIn
) -> None:
    page = log_in(Role.LEAD)
    page.goto(f"{GUARD}/emergency")
    page.get_by_role("radio", name="Suggestions while typing").focus()
    page.keyboard.press("Space")
    page.get_by_label("Shut it, or keep it shut for longer").focus()
    page.keyboard.press("Space")
    page.locator("#switch-why").focus()
    page.keyboard.type("a flood of bad suggestions")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Shut it now")
    expect(button).to_be_visible()
    picture(page, name="guard-emergency-check")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Opens by itself on")).to_be_visible()
    expect(page.locator(".switch.shut h2")).to_have_text("Suggestions while typing")
    picture(page, name="guard-emergency")
    page.get_by_role("radio", name="Suggestions while typing").check()
    page.get_by_label("Open it again").check()
    page.fill("#switch-why", "it is over")
    page.get_by_role("button", name="See what that does").click()
    page.get_by_role("button", name="Open it now").click()
    expect(page.locator(".switch.shut")).to_have_count(0)
