"""Longer words and the other direction fit on a small screen, and the audit finds what is wrong."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.fixtures.auditing import faults, is_wider_than_screen
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela
from tests.public.forms import PLACE
from tutela.web.public.words import LANGUAGES

#: Every text half as long again, with accents, as a language would be that nobody has written yet.
PSEUDO = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim();
    if (text) texts.currentNode.data = `[${text.replace(/[aeiou]/g, each => each + '\u0301')}`
      + ` ${text.slice(0, text.length / 2)}]`;
  }
}"""


@pytest.fixture
def page(
    request: pytest.FixtureRequest, browser: Browser, running_tutela: RunningTutela
) -> Iterator[Page]:
    language = getattr(request, "param", LANGUAGES[0])
    context = browser.new_context(locale=language, base_url=running_tutela.base_url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


@pytest.mark.parametrize("page", LANGUAGES, indirect=True)
def test_longer_words_and_the_other_direction_fit_on_a_small_screen(page: Page) -> None:
    too_wide = []
    page.goto(f"/report?url={PLACE}&harm=child_abuse")
    for go in ("next", "next", "send", "send", None):
        page.evaluate(PSEUDO)
        for direction in ("ltr", "rtl"):
            page.evaluate("dir => { document.documentElement.dir = dir }", direction)
            if is_wider_than_screen(page):
                too_wide.append(f"{page.title()} {direction}")
        if go:
            page.click(f"form button[value={go}]")
    assert page.locator(".code").is_visible()
    assert too_wide == []


def test_the_audit_finds_what_is_wrong(page: Page) -> None:
    page.goto("/report")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('.hint').style.color = '#bbb'")
    page.evaluate("document.querySelector('button').style.minHeight = 0")
    page.evaluate("document.querySelector('h1').style.width = '2000px'")
    page.evaluate("document.querySelector('button').style.padding = 0")
    found = " ".join(faults(page))
    for fault in ("label", "color-contrast", "a small target", "wider than the screen"):
        assert fault in found
