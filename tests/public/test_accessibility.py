"""Every public page and state, held against WCAG 2.2 AA; scripts are on for the audit alone."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

import tutela.web
from tests.fixtures.auditing import FEW_LOOKS, LOOKS, Looks, faults, is_wider_than_screen
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela
from tests.public.forms import PLACE
from tutela.domain.vocabulary import Role
from tutela.web.public.words import LANGUAGES

CSS = Path(tutela.web.__file__).parent / "static" / "report.css"
LONG = "x" * 513
#: Every text half as long again, with accents, as a language would be that nobody has written yet.
PSEUDO = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim();
    if (text) texts.currentNode.data = `[${text.replace(/[aeiou]/g, each => each + '\u0301')}`
      + ` ${text.slice(0, text.length / 2)}]`;
  }
}"""


@dataclass
class Audit:
    """A page on its way through its states, and what was found in each."""

    page: Page
    service: RunningTutela
    looks: Looks = LOOKS
    found: dict[str, list[str]] = field(default_factory=dict)

    def look(self, state: str) -> None:
        assert state not in self.found
        self.found[state] = faults(self.page, looks=self.looks)

    def open(self, path: str) -> None:
        self.page.goto(self.service.base_url + path)

    def press(self, go: str) -> None:
        self.page.click(f"form button[value={go}]")


@pytest.fixture(params=LANGUAGES)
def audit(
    request: pytest.FixtureRequest, browser: Browser, running_tutela: RunningTutela
) -> Iterator[Audit]:
    context = browser.new_context(locale=request.param)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield Audit(page, running_tutela, LOOKS if request.param == LANGUAGES[0] else FEW_LOOKS)
    context.close()


def steps(audit: Audit) -> None:
    audit.open(f"/report?url={PLACE}")
    audit.look("step 1")
    audit.press("next")
    audit.look("step 2")
    audit.page.check("input[value=scam]")
    audit.page.check("input[name=danger]")
    audit.look("step 2, chosen")
    audit.press("next")
    audit.look("step 3")
    audit.page.fill("#email", "nobody")
    audit.press("send")
    audit.look("step 3, asked once more")


def mistakes(audit: Audit) -> None:
    audit.open("/report")
    audit.press("next")
    audit.look("step 1, nothing said")
    audit.page.fill("#where", LONG)
    audit.press("next")
    audit.look("step 1, too long")
    audit.page.fill("#where", PLACE)
    audit.press("next")
    audit.page.fill("#why", "x" * 20_001)
    audit.press("next")
    audit.look("step 2, too long")
    audit.page.fill("#why", "token")
    audit.press("next")
    audit.page.fill("#name", LONG)
    audit.page.check("#good_faith")
    audit.press("send")
    audit.look("step 3, too long")


def nameless(audit: Audit) -> None:
    audit.open(f"/report?url={PLACE}&harm=child_abuse")
    audit.press("next")
    audit.press("next")
    audit.look("step 3, no name asked")
    audit.page.click("summary")
    audit.look("step 3, a name given all the same")


def receipts(audit: Audit) -> None:
    audit.open(f"/report?url={PLACE}&harm=scam")
    audit.press("next")
    audit.page.fill("#why", "token 4f1c")
    audit.press("next")
    audit.page.check("#good_faith")
    audit.press("send")
    audit.look("receipt")
    audit.page.click("summary")
    audit.look("receipt, how to check it")
    code = audit.page.locator(".code").inner_text()
    audit.page.go_back()
    audit.page.fill("#name", "another")
    audit.press("send")
    audit.look("step 3, sent already")
    audit.open("/report/status")
    audit.look("code")
    audit.page.fill("#code", "0000")
    audit.page.click("form button.main")
    audit.look("code, unknown")
    audit.page.fill("#code", code)
    audit.page.click("form button.main")
    audit.look("report, open")
    audit.page.click("form button.main")
    audit.look("report, nothing added")
    audit.page.fill("#text", "token 9b07")
    audit.page.click("form button.main")
    audit.look("report, added")
    answer_everything(audit.service)
    audit.open("/report/status")
    audit.page.fill("#code", code)
    audit.page.click("form button.main")
    audit.look("report, answered")


def underage(audit: Audit) -> None:
    audit.open("/report/under-13")
    audit.look("under 13")
    audit.press("send")
    audit.look("under 13, nothing said")
    audit.page.fill("#where", PLACE)
    audit.page.check("input[name=sign_known]")
    audit.press("send")
    audit.look("under 13, receipt")


def younger(audit: Audit) -> None:
    audit.open(f"/report?url={PLACE}")
    audit.page.click("button[value$=-x-young]")
    audit.look("step 1, simpler words")
    audit.press("next")
    audit.look("step 2, simpler words")
    audit.press("next")
    audit.look("step 3, simpler words")


def helping(audit: Audit) -> None:
    audit.open("/report/help")
    audit.look("help, anywhere")
    audit.page.select_option("#country", "AT")
    audit.page.click("form button.main")
    assert audit.page.locator(".lines li").count() == 4
    audit.look("help in a country")


def refused(audit: Audit) -> None:
    audit.open("/report")
    audit.page.evaluate("document.querySelector('[name=step]').value = '9'")
    audit.press("next")
    audit.look("no form of ours")


@pytest.mark.parametrize(
    "way", [steps, mistakes, nameless, receipts, underage, younger, helping, refused]
)
def test_no_public_page_keeps_anybody_out(audit: Audit, way: Callable[[Audit], None]) -> None:
    way(audit)
    assert audit.found
    assert {state: found for state, found in audit.found.items() if found} == {}


def test_longer_words_and_the_other_direction_fit_on_a_small_screen(audit: Audit) -> None:
    too_wide = []
    audit.open(f"/report?url={PLACE}&harm=child_abuse")
    for go in ("next", "next", "send", "send", None):
        audit.page.evaluate(PSEUDO)
        for direction in ("ltr", "rtl"):
            audit.page.evaluate("dir => { document.documentElement.dir = dir }", direction)
            if is_wider_than_screen(audit.page):
                too_wide.append(f"{audit.page.title()} {direction}")
        if go:
            audit.press(go)
    assert audit.page.locator(".code").is_visible()
    assert too_wide == []


def test_the_audit_finds_what_is_wrong(audit: Audit) -> None:
    audit.open("/report")
    audit.page.evaluate("document.querySelector('label').remove()")
    audit.page.evaluate("document.querySelector('.hint').style.color = '#bbb'")
    audit.page.evaluate("document.querySelector('button').style.minHeight = 0")
    audit.page.evaluate("document.querySelector('h1').style.width = '2000px'")
    audit.page.evaluate("document.querySelector('button').style.padding = 0")
    found = " ".join(faults(audit.page))
    for fault in ("label", "color-contrast", "a small target", "wider than the screen"):
        assert fault in found


def test_the_style_has_no_left_and_no_right() -> None:
    text = CSS.read_text(encoding="utf-8")
    assert re.findall(r"[\w-]*\b(?:left|right)\b[\w-]*", text) == []
    assert re.findall(r"\b(?:margin|padding)-(?:top|bottom)\b", text) == []


def answer_everything(service: RunningTutela) -> None:
    """Every open case is dismissed."""
    with service.client(service.token(role=Role.SPECIALIST)) as client:
        while (claimed := client.post("/v1/cases/claim", json={})).status_code == httpx.codes.OK:
            case = claimed.json()
            decision = {
                "lease_token": case["lease_token"],
                "items": [item["id"] for item in case["items"] if item["state"] == "open"],
                "outcome": "dismiss",
                "explanation": "nothing here breaks a rule",
                "guideline_version": "2026-10",
                "automated_detection": False,
                "automated_decision": "none",
            }
            decided = client.post(f"/v1/cases/{case['id']}/decisions", json=decision)
            assert decided.status_code == httpx.codes.CREATED, decided.text
