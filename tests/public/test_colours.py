"""Light or dark on the public pages: a button beside the languages, by which nothing is lost."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

import tutela
from tests.fixtures.auditing import faults
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela
from tests.fixtures.site import Site
from tests.public.forms import PLACE, Visit
from tutela.web.theme import COOKIE

STYLES = {each.name: each for each in sorted(Path(tutela.__file__).parent.rglob("*.css"))}
DARK, LIGHT = "rgb(16, 24, 23)", "rgb(244, 247, 246)"


def dark_in(file: Path) -> str:
    """What a file of style says of the dark alone."""
    text = file.read_text(encoding="utf-8")
    if file.name.endswith("dark.css"):
        return text
    return "".join(re.findall(r"prefers-color-scheme: dark\) \{([^{]*\{[^}]*\})", text))


def test_a_theme_is_colours_and_no_more() -> None:
    """The audit need not hold a second theme against rules on anything else."""
    themes = {name: dark for name, file in STYLES.items() if (dark := dark_in(file))}
    assert set(themes) == {"calendar.css", "dark.css", "page.css", "report-dark.css"}
    for name, dark in themes.items():
        found = re.fullmatch(r"\s*:root \{([^{}]*)\}\s*", dark)
        assert found, name
        others = re.sub(r"--[\w-]+: #[0-9a-f]{6};|color-scheme: dark;", "", found[1])
        assert others.strip() == "", name


async def test_every_form_takes_the_buttons(web: Site) -> None:
    for path, fields in (
        ("/report", {"step": "2", "where": PLACE, "why": "token"}),
        ("/report/under-13", {"where": PLACE, "why": "token"}),
        ("/report/status", {}),
    ):
        visit = await Visit(web).post(path, lang="fr", go="theme-dark", **fields)
        assert (visit.status, visit.answer and visit.answer.headers["content-language"]) == (
            200,
            "fr",
        )
        assert visit.answer is not None
        told = visit.answer.headers["set-cookie"]
        assert told == f"{COOKIE}=dark; Path=/; HttpOnly; SameSite=Lax"
        assert all(visit.fields[name] == text for name, text in fields.items())
    notices = await web.house.rows("SELECT count(*) FROM notice")
    assert notices == [(0,)]


@pytest.mark.parametrize("said", ["theme-neon", "theme-", "theme-dark\r\nx"])
async def test_what_is_no_theme_sets_nothing(web: Site, said: str) -> None:
    visit = await Visit(web).post("/report", step="1", go=said)
    assert visit.answer is not None
    assert "set-cookie" not in visit.answer.headers


async def test_a_form_of_another_site_chooses_nothing(web: Site) -> None:
    form = {"step": "1", "go": "theme-dark"}
    given = await web.client.post("/report", data=form, headers={"sec-fetch-site": "cross-site"})
    assert (given.status_code, "set-cookie" in given.headers) == (403, False)


async def test_the_dark_colours_are_for_whom_they_are_for(web: Site) -> None:
    for cookie, begins in (
        ("", "@media screen and (prefers-color-scheme: dark) {"),
        ("tutela_theme=neon", "@media screen and (prefers-color-scheme: dark) {"),
        ("tutela_theme=dark", "@media screen {"),
    ):
        given = await web.client.get("/report/dark.css", headers={"cookie": cookie})
        assert (given.status_code, given.headers["content-type"][:8]) == (200, "text/css")
        assert given.text.startswith(begins)
    given = await web.client.get("/report/dark.css", headers={"cookie": "tutela_theme=light"})
    assert given.text == ""


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, browser: Browser, running_tutela: RunningTutela
) -> Iterator[Page]:
    """A browser without scripts, whose owner likes their device light or dark."""
    context = browser.new_context(
        base_url=running_tutela.base_url, java_script_enabled=False, color_scheme=request.param
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def paper(page: Page) -> str:
    """The colour behind everything."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def choose(page: Page, *, theme: str) -> None:
    with page.expect_navigation():
        page.click(f"button[value=theme-{theme}]")


def test_a_theme_is_chosen_in_the_middle_of_a_report_and_nothing_is_lost(
    page: Page, request: pytest.FixtureRequest
) -> None:
    usual = {"light": LIGHT, "dark": DARK}
    device: Literal["light", "dark"] = request.node.callspec.params["page"]
    page.goto(f"/report?url={PLACE}")
    assert paper(page) == usual[device]
    with page.expect_navigation():
        page.click("button[value=next]")
    page.fill("#why", "token 4f1c")
    page.check("input[value=scam]")
    for theme, colour in (("dark", DARK), ("light", LIGHT), ("dark", DARK)):
        choose(page, theme=theme)
        expect(page.locator("#why")).to_have_value("token 4f1c")
        expect(page.locator("input[value=scam]")).to_be_checked()
        assert paper(page) == colour
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["value"], cookie["expires"]) == (COOKIE, "dark", -1)
    page.emulate_media(media="print")
    assert paper(page) != DARK
    page.emulate_media(media="screen")
    page.goto("/report/help")
    assert paper(page) == DARK
    page.goto("/report/status")
    choose(page, theme="system")
    assert (paper(page), page.context.cookies()) == (usual[device], [])


def test_what_was_chosen_keeps_nobody_out(browser: Browser, running_tutela: RunningTutela) -> None:
    context = browser.new_context(base_url=running_tutela.base_url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    for theme, colour in (("dark", DARK), ("light", LIGHT)):
        page.goto("/report")
        choose(page, theme=theme)
        assert faults(page) == []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert paper(page) == colour
    context.close()


def test_what_is_chosen_is_seen_in_the_colours_that_a_device_forces(
    browser: Browser, running_tutela: RunningTutela
) -> None:
    context = browser.new_context(base_url=running_tutela.base_url, forced_colors="active")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"/report?url={PLACE}")
    with page.expect_navigation():
        page.click("button[value=next]")
    page.check("input[value=scam]")
    outlined = "each => getComputedStyle(each.closest('.choice')).outlineStyle"
    page.focus("#why")
    assert page.locator("input[value=scam]").evaluate(outlined) == "solid"
    assert page.locator("input[name=harm]:not(:checked)").first.evaluate(outlined) == "none"
    context.close()
