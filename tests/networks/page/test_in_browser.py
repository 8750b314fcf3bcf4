"""The page in a real browser: from disk, by hand and by keyboard, in light and dark."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.auditing import faults
from tests.fixtures.browser import PATIENCE_MS
from tests.networks.page.rings import BY_CHANCE, graph, platform, shown
from tutela.networks.page.page import html
from tutela.networks.page.shown import Names, Shown

#: WCAG 2.2, 2.5.8 at level AA.
TARGET_PIXELS = 24
HOSTILE = "</script><img src=x onerror=alert(1)>\u202e\u0661"
FIRST = 12


@dataclass
class Opened:
    """A page that was opened from disk, and what its browser complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def lead(self, rank: int) -> None:
        self.page.get_by_role("button", name=f"Lead {rank}", exact=True).first.click()

    def show_names(self) -> None:
        self.page.get_by_role("button", name="Show names").first.click()
        self.page.get_by_role("dialog").get_by_role("button", name="Show names").click()


Open = Callable[[Shown], Opened]


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    contexts = []

    def opened(what: Shown) -> Opened:
        path = tmp_path / "ring.html"
        path.write_text(html(what), encoding="utf-8")
        context = browser.new_context()
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.set_default_timeout(PATIENCE_MS)
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("request", lambda request: found.complaints.append(request.url))
        found.page.goto(path.as_uri())
        assert found.complaints == [path.as_uri()]
        found.complaints.clear()
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def ring(open_page: Open) -> Opened:
    what = shown(platform(), first=FIRST)
    second = what.leads[1].why.account
    what = replace(what, cautions={second: ("possible minor",)})
    return open_page(what)


def test_nobody_is_kept_out_whatever_is_open(ring: Opened) -> None:
    found = faults(ring.page, target_pixels=TARGET_PIXELS)
    ring.lead(2)
    ring.page.get_by_text("The 3 seeds").click()
    found += faults(ring.page, target_pixels=TARGET_PIXELS)
    ring.page.get_by_role("button", name="Show names").first.click()
    found += faults(ring.page, target_pixels=TARGET_PIXELS)
    assert found == []


def test_nobody_is_kept_out_of_the_banner_that_seeds_do_not_connect(open_page: Open) -> None:
    opened = open_page(shown(platform(), first=2, held_out=BY_CHANCE))
    expect(opened.page.locator("h1")).to_have_text("These seeds do not connect")
    expect(opened.page.locator("ol.leads")).to_be_hidden()
    opened.page.get_by_text("all the same").click()
    expect(opened.page.locator("ol.leads")).to_be_visible()
    assert faults(opened.page, target_pixels=TARGET_PIXELS) == []


def test_names_are_hidden_until_a_person_asks_and_says_so_again(ring: Opened) -> None:
    page = ring.page
    assert "account-0" not in page.locator("body").inner_text()
    page.get_by_role("button", name="Show names").first.click()
    page.get_by_role("button", name="Keep them hidden").click()
    assert "account-0" not in page.locator("body").inner_text()
    ring.show_names()
    expect(page.locator("ol.leads .name").first).to_have_text("account-00000")
    page.get_by_role("button", name="Hide names").click()
    assert "account-0" not in page.locator("body").inner_text()
    ring.lead(1)
    page.get_by_role("button", name="Show this name").click()
    expect(page.locator("#panel .name")).to_have_text("account-00000")
    assert page.locator("ol.leads .name").all_inner_texts().count("") == FIRST - 1


def test_a_page_without_names_offers_none(open_page: Open) -> None:
    opened = open_page(replace(shown(platform(), first=2), names=Names.LEFT_OUT))
    opened.lead(1)
    expect(opened.page.locator("#panel h3")).to_have_text("Lead 1")
    expect(opened.page.get_by_role("button", name="name")).to_have_count(0)
    expect(opened.page.get_by_role("button", name="picked")).to_have_count(0)
    assert opened.complaints == []


def test_an_id_that_is_code_is_shown_as_text_and_not_run(open_page: Open) -> None:
    opened = open_page(
        shown(graph([HOSTILE, "b", "c"], follow=[(0, 1), (1, 2)]), seeds=[2], first=2)
    )
    opened.show_names()
    expect(opened.page.locator("ol.leads .name").first).to_have_text(HOSTILE)
    opened.page.fill("#find", HOSTILE)
    opened.page.keyboard.press("Enter")
    expect(opened.page.locator("#panel h3")).to_have_text("Lead 1")
    assert opened.complaints == []
    assert opened.page.locator("img").count() == 0


def test_a_lead_is_found_by_its_number_or_its_id_and_others_are_not(ring: Opened) -> None:
    page = ring.page
    for asked, answer in [
        ("7", "This is Lead 7."),
        ("seed 2", "This is Seed 2."),
        ("account-00000", "This is Lead 1."),
        ("account-00399", "No account of this page is called so."),
    ]:
        page.fill("#find", asked)
        page.get_by_role("button", name="Find").click()
        expect(page.locator("#found")).to_have_text(answer)


def test_fewer_leads_and_kinds_of_edges_are_shown_as_set(ring: Opened) -> None:
    page = ring.page
    before = page.locator("#lines path").first.get_attribute("d")
    page.locator("#first").fill("5")
    expect(page.locator("ol.leads > li:visible")).to_have_count(5)
    expect(page.locator("#nodes use:visible")).to_have_count(5 + 3)
    page.get_by_label("shared devices").uncheck()
    page.get_by_label("follows").uncheck()
    assert before
    assert not any(path.get_attribute("d") for path in page.locator("#lines path").all())


def test_a_group_is_hidden_and_shown_again(ring: Opened) -> None:
    group = ring.page.get_by_role("button", name="Joined over others")
    before = ring.page.locator("ol.leads > li:visible").count()
    group.click()
    assert 0 < ring.page.locator("ol.leads > li:visible").count() < before
    group.click()
    assert ring.page.locator("ol.leads > li:visible").count() == before


def test_the_picture_is_moved_and_searched_by_keyboard(ring: Opened) -> None:
    page = ring.page
    page.locator("#stage").focus()
    whole = page.locator("#picture").get_attribute("viewBox")
    for key in ("+", "ArrowLeft", "ArrowDown"):
        before = page.locator("#picture").get_attribute("viewBox")
        page.keyboard.press(key)
        assert page.locator("#picture").get_attribute("viewBox") != before
    page.keyboard.press("0")
    assert page.locator("#picture").get_attribute("viewBox") == whole
    for _ in range(4):
        page.keyboard.press("n")
    expect(page.locator("#panel h3")).to_have_text("Lead 1")
    assert page.locator("#lit").get_attribute("d")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


def test_an_account_is_pointed_at_chosen_and_dragged(ring: Opened) -> None:
    page = ring.page
    node = page.locator("#nodes use.seed").first
    node.hover()
    expect(page.locator("#tip")).to_contain_text("Seed 1")
    node.click()
    expect(page.locator("#panel h3")).to_have_text("Seed 1")
    before = node.get_attribute("x"), node.get_attribute("y")
    box = node.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 40, steps=4)
    page.mouse.up()
    assert (node.get_attribute("x"), node.get_attribute("y")) != before
    assert ring.complaints == []


def test_what_a_person_picked_is_saved_one_id_a_line(ring: Opened, tmp_path: Path) -> None:
    page = ring.page
    expect(page.locator("#save")).to_be_disabled()
    page.get_by_label("Pick Lead 3").check()
    page.get_by_label("Pick Lead 1", exact=True).check()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save 2 picked").click()
    saving.value.save_as(tmp_path / "picked.txt")
    assert (tmp_path / "picked.txt").read_text() == "account-00000\naccount-00003\n"


def test_without_scripts_the_page_still_says_everything(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "ring.html"
    path.write_text(html(shown(platform(), first=FIRST)), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    expect(page.locator("ol.leads > li:visible")).to_have_count(FIRST)
    expect(page.locator("#picture")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    context.close()
