"""The audit finds what is wrong, in each theme, on each screen and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.fixtures.auditing import LOOKS, faults, faults_on_paper
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela

_STYLE = "rule => { document.styleSheets[0].insertRule(rule) }"


@pytest.fixture
def page(browser: Browser, running_tutela: RunningTutela) -> Iterator[Page]:
    context = browser.new_context(base_url=running_tutela.base_url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/report")
    yield page
    context.close()


def test_the_audit_finds_what_is_wrong(page: Page) -> None:
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('.hint').style.color = '#bbb'")
    page.evaluate("document.querySelector('button').style.minHeight = 0")
    page.evaluate("document.querySelector('h1').style.width = '2000px'")
    page.evaluate("document.querySelector('button').style.padding = 0")
    found = " ".join(faults(page))
    for fault in ("label", "color-contrast", "a small target", "wider than the screen"):
        assert fault in found


def test_it_looks_at_each_theme_on_each_screen(page: Page) -> None:
    pale = "#main h1 { color: #808080; font-size: 12px }"
    for width, scheme in LOOKS:
        media = f"(width: {width}px) and (prefers-color-scheme: {scheme})"
        page.evaluate(_STYLE, f"@media {media} {{ {pale} }}")
        (found,) = faults(page)
        assert found.startswith(f"{width} {scheme} color-contrast: <h1")
        page.evaluate("document.styleSheets[0].deleteRule(0)")
    assert faults(page) == []


def test_what_no_look_can_tell_is_not_taken_for_well(page: Page) -> None:
    page.evaluate(_STYLE, "h1 { background: linear-gradient(#fff, #000) }")
    assert faults(page) == ["no look tells color-contrast: h1"]


def test_it_finds_what_is_pale_or_cut_off_on_paper_alone(page: Page) -> None:
    assert faults_on_paper(page) == []
    pale = "h1 { color: #eee; block-size: 5px; overflow: auto }"
    page.evaluate(_STYLE, f"@media print {{ {pale} }}")
    one, two = faults_on_paper(page)
    assert one.startswith("paper color-contrast: <h1")
    assert two.startswith("paper: cut off: <h1")
    assert faults(page) == []
