"""The report page in a real browser that runs no script."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela
from tests.public.forms import PLACE
from tutela.web.public.words import LANGUAGES, Words, words

#: How often Tab is pressed before a field counts as out of reach.
TABS_MAX = 40


@dataclass
class Person:
    """Somebody before a browser without scripts, who reads one language."""

    page: Page
    url: str
    w: Words

    def open(self) -> None:
        self.page.goto(f"{self.url}/report")

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text, exact=True).click()

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def tab_to(self, selector: str) -> None:
        """The keyboard's way to a field; fails where it does not lead there."""
        for _ in range(TABS_MAX):
            self.page.keyboard.press("Tab")
            if self.page.locator(f"{selector}:focus").count():
                return
        raise AssertionError(f"{selector} can't be reached by keyboard")

    def write(self, selector: str, *, text: str) -> None:
        self.tab_to(selector)
        self.page.keyboard.type(text)

    def send(self) -> str:
        """The code of the receipt, after the page asked once more if it does."""
        self.press(self.w["send"])
        anyway = self.page.get_by_role("button", name=self.w["send_anyway"], exact=True)
        if anyway.count():
            anyway.click()
        expect(self.page.locator("h1")).to_have_text(self.w["receipt"])
        return self.page.locator(".code").inner_text()


@pytest.fixture
def person(
    request: pytest.FixtureRequest, browser: Browser, running_tutela: RunningTutela
) -> Iterator[Person]:
    language = getattr(request, "param", "en")
    context = browser.new_context(java_script_enabled=False, locale=language)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield Person(page, running_tutela.base_url, words(language))
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("person", LANGUAGES, indirect=True)
def test_a_report_is_made_by_keyboard_alone(person: Person) -> None:
    page, w = person.page, person.w
    person.open()
    assert page.locator("html").get_attribute("lang") in LANGUAGES
    expect(page.locator("h1")).to_have_text(w["where"])
    person.write("#where", text=PLACE)
    person.tab_to("button[value=next]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(w["what"])
    person.tab_to("input[name=harm]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value=grooming]")).to_be_checked()
    person.write("#why", text="token 4f1c")
    person.tab_to("input[name=danger]")
    page.keyboard.press("Space")
    person.tab_to("button[value=next]")
    page.keyboard.press("Space")
    expect(page.locator("h1")).to_have_text(w["who"])
    person.tab_to("#good_faith")
    page.keyboard.press("Space")
    person.tab_to("button[value=send]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(w["receipt"])


def test_enter_in_a_field_goes_on_and_never_elsewhere(person: Person) -> None:
    person.open()
    person.page.fill("#where", PLACE)
    person.press(person.w["next"])
    person.press(person.w["next"])
    person.page.fill("#name", "A. N. Other")
    person.page.keyboard.press("Enter")
    expect(person.page.locator(".summary h2")).to_have_text(person.w["wished"])
    assert person.page.input_value("#name") == "A. N. Other"


def test_the_receipt_is_kept_looked_up_and_added_to(person: Person, tmp_path: Path) -> None:
    page, w = person.page, person.w
    person.open()
    page.fill("#where", f"{PLACE}\n{PLACE}/2")
    person.press(w["next"])
    page.get_by_label(w["harm_scam"]).check()
    page.get_by_label(w["field_why"]).fill("token 9b07")
    person.press(w["next"])
    page.get_by_label(w["good_faith"]).check()
    code = person.send()
    with page.expect_download() as saving:
        person.press(w["receipt_save"])
    saving.value.save_as(tmp_path / "receipt.json")
    assert json.loads((tmp_path / "receipt.json").read_text())["code"] == code
    page.get_by_role("link", name=w["link_status"]).click()
    page.get_by_label(w["field_code"]).fill(code.lower().replace("-", " "))
    person.press(w["status_look"])
    expect(page.locator(".items li")).to_have_text([w["item_open"]] * 2)
    page.get_by_label(w["field_text"]).fill("token 77aa")
    person.press(w["evidence_send"])
    expect(page.locator(".summary.good")).to_contain_text(w["added"])
    assert code.replace("-", "") not in page.url.replace("-", "")


def test_child_abuse_is_reported_without_a_name(person: Person) -> None:
    page, w = person.page, person.w
    person.open()
    page.fill("#where", PLACE)
    person.press(w["next"])
    page.get_by_label(w["harm_child_abuse"]).check()
    page.fill("#why", "token 4f1c")
    person.press(w["next"])
    expect(page.get_by_text(w["nameless"])).to_be_visible()
    expect(page.locator("#name")).to_be_hidden()
    page.get_by_label(w["good_faith"]).check()
    person.press(w["send"])
    expect(page.locator("h1")).to_have_text(w["receipt"])


def test_a_place_in_words_is_enough(person: Person) -> None:
    person.open()
    person.page.fill("#where", "the second picture in album 9b07")
    person.press(person.w["next"])
    person.press(person.w["next"])
    assert len(person.send()) == 39


def test_a_mistake_is_shown_where_it_is_and_the_summary_leads_there(person: Person) -> None:
    page, w = person.page, person.w
    person.open()
    person.press(w["next"])
    expect(page.locator(".summary:focus h2")).to_have_text(w["wrong"])
    page.locator(".summary a").click()
    expect(page.locator("#where:focus")).to_be_visible()
    expect(page.locator("#where-wrong")).to_contain_text(w["error_where_missing"])
    page.keyboard.type(PLACE)
    person.press(w["next"])
    expect(page.locator("h1")).to_have_text(w["what"])


def test_an_unknown_code_is_told_at_the_field(person: Person) -> None:
    person.page.goto(f"{person.url}/report/status")
    person.page.fill("#code", "0000-1111")
    person.press(person.w["status_look"])
    expect(person.page.locator("#code-wrong")).to_contain_text(person.w["error_code"])
    assert person.page.input_value("#code") == "0000-1111"


def test_back_brings_back_what_was_typed(person: Person) -> None:
    page, w = person.page, person.w
    person.open()
    page.fill("#where", PLACE)
    person.press(w["next"])
    page.fill("#why", "token 4f1c")
    page.get_by_label(w["minor"]).check()
    person.press(w["next"])
    person.press(w["back"])
    assert page.input_value("#why") == "token 4f1c"
    expect(page.get_by_label(w["minor"])).to_be_checked()
    person.press(w["back"])
    assert page.input_value("#where") == PLACE


def test_the_browser_s_own_back_does_so_too(person: Person) -> None:
    page, w = person.page, person.w
    person.open()
    page.fill("#where", PLACE)
    person.press(w["next"])
    page.fill("#why", "token 4f1c")
    person.press(w["next"])
    page.go_back()
    expect(page.locator("h1")).to_have_text(w["what"])
    assert page.input_value("#why") == "token 4f1c"
    page.go_back()
    expect(page.locator("h1")).to_have_text(w["where"])
    assert page.input_value("#where") == PLACE


def test_a_reload_of_the_receipt_shows_the_same_receipt(person: Person) -> None:
    person.open()
    person.page.fill("#where", PLACE)
    person.press(person.w["next"])
    person.press(person.w["next"])
    code = person.send()
    person.page.reload()
    assert person.page.locator(".code").inner_text() == code


def test_another_language_keeps_what_was_typed(person: Person) -> None:
    page = person.page
    person.open()
    page.fill("#where", PLACE)
    other = next(words(tag)["name"] for tag in LANGUAGES if words(tag) is not person.w)
    person.press(other)
    assert page.input_value("#where") == PLACE
    assert person.heading() != person.w["where"]
