"""A language that nobody has written yet: right to left, four tenths longer, on a small phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import tutela.web
from tests.fixtures.auditing import WIDTHS, is_wider_than_screen
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela, running
from tests.public.forms import PLACE

PSEUDO = "ar-XB"
SHORT = ("name", "months", "time", "direction")
WORDS = Path(tutela.web.__file__).parent / "public" / "words"
#: How much longer German, Finnish or Greek may be than English.
LONGER = 0.4


def pseudo(text: str) -> str:
    """A text whose letters carry accents, in brackets, four tenths longer and as unbroken."""
    parts = re.split(r"(\{\w+\})", text)
    told = "".join(
        part if part.startswith("{") else re.sub("([aeiou])", "\\1\u0301", part) for part in parts
    )
    longest = max(re.sub(r"\{\w+\}", "", text).split() or ["x"], key=len)
    return f"[{told} {(longest * len(text))[: round(len(longest) * LONGER)]}{'·' * 3}]" + (
        " " + " ".join(re.sub(r"\{\w+\}", "", text).split())[: round(len(text) * LONGER)]
    )


def write_pseudo(folder: Path) -> None:
    """The catalogue of the language, made from the English one."""
    lines = []
    for line in (WORDS / "en.toml").read_text(encoding="utf-8").splitlines():
        name, sign, text = line.partition(' = "')
        if sign and name not in SHORT:
            line = f'{name} = "{pseudo(text[:-1])}"'  # noqa: PLW2901 - the same line, told otherwise
        lines.append(line.replace('direction = "ltr"', 'direction = "rtl"'))
    (folder / f"{PSEUDO}.toml").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def page(browser: Browser, migrated_folder: Path, tmp_path: Path) -> Iterator[Page]:
    """A small screen before a service that speaks this language alone."""
    write_pseudo(tmp_path)
    environment = {"TUTELA_PUBLIC_LANGUAGES": PSEUDO, "TUTELA_PUBLIC_WORDS": str(tmp_path)}
    with running(RunningTutela(migrated_folder, environment=environment)) as service:
        context = browser.new_context(
            base_url=service.base_url, viewport={"width": WIDTHS[0], "height": 700}
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page
        context.close()


def states(page: Page) -> Iterator[str]:
    """Every page and state that a person may come to, by its name."""
    page.goto("/report")
    yield "step 1"
    page.click("button[value=next]")
    yield "step 1, nothing said"
    page.fill("#where", f"{PLACE}/{'x' * 300}")
    page.click("button[value=next]")
    page.check("input[value=child_abuse]")
    yield "step 2"
    page.click("button[value=next]")
    page.click("summary")
    yield "step 3"
    page.click("button[value=send]")
    yield "step 3, asked once more"
    page.click("button[value=send]")
    code = page.inner_text(".code")
    page.click("summary")
    yield "receipt"
    page.goto("/report/status")
    yield "code"
    page.fill("#code", "0000")
    page.click("form button.main")
    yield "code, unknown"
    page.fill("#code", code)
    page.click("form button.main")
    yield "report"
    page.goto("/report/under-13")
    yield "under 13"
    page.click("button[value=send]")
    yield "under 13, nothing said"
    page.goto("/report/help?country=DE")
    yield "help"
    page.goto("/report/help?country=*")
    yield "help, anywhere"


def test_nothing_is_wider_than_a_small_screen_from_right_to_left(page: Page) -> None:
    seen, too_wide = [], []
    for state in states(page):
        seen.append(state)
        assert page.get_attribute("html", "dir") == "rtl", state
        assert "\u0301" in page.inner_text("h1"), state
        if is_wider_than_screen(page):
            too_wide.append(state)
    assert too_wide == []
    assert len(seen) == 13
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).textAlign") == "start"
    page.goto("/report")
    box = page.locator("#where-hint").bounding_box()
    label = page.evaluate(
        "() => { const range = document.createRange();"
        " range.selectNodeContents(document.querySelector('label[for=where]'));"
        " return range.getBoundingClientRect().right }"
    )
    assert box is not None
    assert abs(label - (box["x"] + box["width"])) < 1, "the words begin at the right edge"
