"""Lists on screens: one person asks for a change, another agrees, and one switches it off."""

import httpx
import pytest
from playwright.sync_api import Page, expect
from starlette.routing import Match

from tests.console.test_screens import screens_of
from tests.fixtures.auditing import faults
from tests.fixtures.list_keeping import WHY, keep
from tests.fixtures.listing import KNOWN, chance_terms, rows_of_terms, take
from tests.fixtures.service import RunningTutela
from tests.fixtures.site import Site
from tests.fixtures.staff import LogIn, logged_in
from tutela.detection.lists.room import ListName
from tutela.detection.sample.keeping import KeptEvent
from tutela.domain.signals import Match as Found
from tutela.domain.signals import Result, Signal
from tutela.domain.vocabulary import Role

LISTS = "/console/main/lists"
NEW = f"{LISTS}/proposals/new"
#: WCAG 2.2, 2.5.8 at level AA.
TARGET_PIXELS = 24
HOSTILE = "<script>alert(1)</script>\u202e العربية हिन्दी 漢字 " + "x" * 900
ONE, TWO, THREE = chance_terms(3, seed=21)


def form(**changed: str) -> dict[str, str]:
    """What is typed to begin a list."""
    typed = {"change": "add", "list": "ours", "reason": WHY, "kind": "terms"}
    return typed | {"entries": f"{ONE}\n{TWO}", "owner": "child-safety"} | changed


async def asked(client: httpx.AsyncClient, **changed: str) -> str:
    given = await client.post(NEW, data=form(**changed))
    assert given.status_code == 303, given.text
    return str(given.headers["location"])


def content(text: str, *signals: Signal) -> KeptEvent:
    """Content of last week, and what detectors said of it."""
    event = {"content_id": "content-1", "text": text, "kind": "post"}
    return KeptEvent(event=event, signals=signals, basis="public_content")


@pytest.fixture
async def one(web: Site) -> httpx.AsyncClient:
    return await logged_in(web, role=Role.LEAD, name="lead-1")


@pytest.fixture
async def two(web: Site) -> httpx.AsyncClient:
    return await logged_in(web, role=Role.COMPLIANCE, name="compliance-1")


async def test_a_list_begins_by_two_people_and_its_entries_stay_masked(
    web: Site, one: httpx.AsyncClient, two: httpx.AsyncClient
) -> None:
    place = await asked(one)
    assert await asked(one) == place
    own, waiting = (await one.get(place)).text, (await two.get(LISTS)).text
    assert "Take your own word back" in own
    assert f"{place}/approve" not in own
    assert (await one.post(f"{place}/approve", data={"reason": ""})).status_code == 403
    assert place in waiting
    assert "Waits for a second person" in waiting
    other = (await two.get(place)).text
    assert "Take your own word back" not in other
    assert "child-safety" in other
    assert not any(term in own + other + waiting for term in (ONE, TWO))
    assert (await two.post(f"{place}/approve", data={"reason": ""})).headers["location"] == place
    assert "Two people, here" in (await one.get(f"{LISTS}/ours")).text
    after = (await one.get(place)).text
    assert "Agreed to, and done" in after
    assert f"{place}/reject" not in after
    assert place not in (await one.get(LISTS)).text
    assert place in (await one.get(f"{LISTS}?asked=all")).text


async def test_entries_are_read_once_with_a_reason_that_stays(
    one: httpx.AsyncClient, two: httpx.AsyncClient
) -> None:
    place = await asked(one)
    assert (await two.post(f"{place}/open", data={"reason": ""})).status_code == 422
    assert "Opened" not in (await two.get(place)).text
    given = await two.post(f"{place}/open", data={"reason": "to judge them"})
    assert ONE in given.text
    assert given.headers["cache-control"] == "no-store"
    assert ONE not in (await two.get(place)).text
    assert "to judge them" in (await one.get(place)).text
    assert (await one.post(f"{place}/reject", data={"reason": "a slip"})).status_code == 303
    late = await two.post(f"{place}/open", data={"reason": "to judge them"})
    assert late.status_code == 200
    assert ONE not in late.text
    assert "Taken back by whoever asked" in late.text


async def test_a_form_that_is_not_fit_tells_each_fault_at_its_field_with_its_line(
    web: Site, one: httpx.AsyncClient
) -> None:
    unfit = form(kind="md5", entries=f"{'0' * 30}\n{'1' * 32}\nzz", reason=HOSTILE)
    for place in (NEW, f"{NEW}/preview"):
        given = await one.post(place, data=unfit, headers={"hx-request": "true"})
        assert given.status_code == 422
        told = given.text.partition('id="entries-fault"')[2].partition("</ul>")[0]
        assert "line 1: 30 hexadecimal digits" in told
        assert "line 3: not hexadecimal" in told
        assert 'aria-describedby="entries-fault entries-note"' in given.text
        assert "1" * 32 in given.text
        assert "<script>alert" not in given.text
    for wrong in ({"days": "0"}, {"days": "x"}, {"reason": ""}, {"list": "-"}, {"language": "?"}):
        given = await one.post(NEW, data=form(**wrong))
        assert given.status_code == 422
        assert f'id="{next(iter(wrong))}-fault"' in given.text
    several = {"change": "withdraw", "list": "ours", "reason": WHY, "numbers": "1, x"}
    assert 'id="numbers-fault"' in (await one.post(NEW, data=several)).text
    assert "Choose what to ask for" in (await one.post(NEW, data=form(change="another"))).text
    assert await web.house.rows("SELECT FROM list_proposal") == []


async def test_the_form_has_the_fields_of_its_change_and_lists_of_which_that_can_be_asked(
    web: Site, one: httpx.AsyncClient, two: httpx.AsyncClient
) -> None:
    await take(web.house, rows=rows_of_terms([THREE]))
    place = await asked(one)
    await two.post(f"{place}/approve", data={"reason": ""})
    fields = {"add": "entries", "withdraw": "numbers", "expire": "days", "confirm": "", "end": ""}
    assert 'name="reason"' not in (await one.get(NEW)).text
    for change, field in fields.items():
        page = (await one.get(f"{NEW}?change={change}&list=ours")).text
        assert 'name="reason"' in page
        has = {each for each in fields.values() if f'name="{each}"' in page}
        assert field in has | {""}, change
        assert ('value="known"' in page) == (change in {"withdraw", "end"}), change
    assert 'name="owner"' not in (await one.get(f"{NEW}?change=add&list=ours")).text
    assert 'name="owner"' in (await one.get(f"{NEW}?change=add&list=another")).text
    assert "md5" not in (await one.get(f"{NEW}?change=add&list=ours")).text


async def test_a_list_offers_what_its_keeper_and_the_viewers_right_allow(
    web: Site, one: httpx.AsyncClient, two: httpx.AsyncClient
) -> None:
    await take(web.house, rows=rows_of_terms([THREE]))
    await two.post(f"{await asked(one)}/approve", data={"reason": ""})
    auditor = await logged_in(web, role=Role.AUDITOR)
    ours, known = [(await one.get(f"{LISTS}/{name}")).text for name in ("ours", "known")]
    assert "change=add" in ours
    assert "change=add" not in known
    assert "change=end" in known
    seen = (await auditor.get(f"{LISTS}/ours")).text
    assert "change=" not in seen
    assert "Throw the switch" not in seen
    end = {"change": "end", "list": "known", "reason": WHY}
    place = (await one.post(NEW, data=end)).headers["location"]
    assert "your role sees it" in (await auditor.get(place)).text
    assert place in (await auditor.get(f"{LISTS}/known")).text
    await two.post(f"{place}/approve", data={"reason": ""})
    ended = (await one.get(f"{LISTS}/known")).text
    assert "it was taken back as a whole" in ended
    assert "Throw the switch" not in ended


async def test_a_list_is_switched_off_for_hours_by_one_person_and_on_by_another(
    web: Site, one: httpx.AsyncClient, two: httpx.AsyncClient
) -> None:
    await take(web.house, rows=rows_of_terms([THREE]))
    at = f"{LISTS}/known"
    for wrong in ({"hours": "0"}, {"hours": "999"}, {"reason": ""}, {"mode": ""}):
        off = {"mode": "off", "reason": WHY, "hours": "2"} | wrong
        assert (await one.post(f"{at}/switch", data=off)).status_code == 422, wrong
    off = {"mode": "off", "reason": WHY, "hours": "2"}
    assert (await one.post(f"{at}/switch", data=off)).headers["location"] == at
    page = (await two.get(at)).text
    assert "Switched off: what is on it is unknown" in page
    assert "On again by itself" in page
    assert "until" in (await two.get(LISTS)).text
    await two.post(f"{at}/switch", data=off | {"mode": "on"})
    assert "Switched on again" in (await two.get(at)).text
    assert (await one.post(f"{LISTS}/other/switch", data=off)).status_code == 404


async def test_a_preview_tells_what_comes_and_what_of_last_week_matches(
    web: Site, one: httpx.AsyncClient, two: httpx.AsyncClient
) -> None:
    empty = await one.post(f"{NEW}/preview", data=form())
    assert "Nothing can be said" in empty.text
    await keep(web.house, *map(content, (f"a {ONE} b", f"{ONE} {TWO}", "nothing")))
    given = (await one.post(f"{NEW}/preview", data=form())).text
    assert "<strong>2</strong> come" in given
    assert "<b>2</b><span>would match, of 3 pieces of content" in given
    assert f"{ONE[0]}…{ONE[-1]} (14)" in given
    typed, _, told = given.partition('id="hits"')
    assert ONE in typed
    assert ONE not in told
    assert await web.house.rows("SELECT FROM list_proposal") == []
    place = await asked(one)
    preview = (await two.get(f"{place}/preview")).text
    assert "66.667 %" in preview
    assert not any(term in preview for term in (ONE, TWO))
    await one.post(f"{place}/reject", data={"reason": "a slip"})
    assert (await two.get(f"{place}/preview")).status_code == 409


async def test_a_preview_of_entries_that_go_tells_what_they_led_to(
    web: Site, one: httpx.AsyncClient
) -> None:
    await take(web.house, rows=rows_of_terms([ONE, TWO]))
    match = Found(list="known", entry="1", version=1)
    said = Signal(detector="terms", result=Result.MATCH, matches=(match,))
    await keep(web.house, content(ONE, said))
    gone = {"change": "withdraw", "list": "known", "reason": WHY, "numbers": "1"}
    given = (await one.post(f"{NEW}/preview", data=gone)).text
    assert "<strong>1</strong> go" in given
    assert "<b>1</b><span>matched, of 1 pieces of content" in given
    assert "that nothing else found" in given
    assert "What the entries that go led to" in given
    unknown = await one.post(f"{NEW}/preview", data=gone | {"numbers": "77"})
    assert unknown.status_code == 404
    assert "No such entry" in unknown.text


NAMES = ("propose", "proposals", "new", "preview", "switch", "keeping")


async def test_a_list_may_have_any_name(web: Site, one: httpx.AsyncClient) -> None:
    for name in NAMES:
        named = ListName(tenant=KNOWN.tenant, service=KNOWN.service, name=name)
        await take(web.house, rows=rows_of_terms([ONE]), name=named)
        assert f"List <bdi>{name}</bdi>" in (await one.get(f"{LISTS}/{name}")).text
        off = {"mode": "off", "reason": WHY, "hours": "2"}
        given = await one.post(f"{LISTS}/{name}/switch", data=off)
        assert given.headers["location"] == f"{LISTS}/{name}"


async def test_no_path_of_a_list_by_its_name_is_taken_by_another_screen(web: Site) -> None:
    named = [each for each in screens_of(web) if "/lists/{name}" in each.path]
    assert len(named) == 2
    for screen in named:
        for name in NAMES:
            path = screen.path.format(service="main", name=name)
            scope = {"type": "http", "method": screen.method, "path": path}
            taken = [
                route for route in web.application.routes if route.matches(scope)[0] is Match.FULL
            ]
            assert [getattr(each, "path", "") for each in taken] == [screen.path], path


def test_two_people_and_a_switch_in_a_browser(running_tutela: RunningTutela, log_in: LogIn) -> None:
    running_tutela.token()
    one, two = log_in(Role.LEAD), log_in(Role.COMPLIANCE)
    one.goto(f"{LISTS}")
    one.get_by_role("link", name="Ask for a change").click()
    one.get_by_role("link", name="Add entries").click()
    one.fill("#list", "ours")
    one.fill("#entries", "zz")
    one.select_option("#kind", "md5")
    one.fill("#reason", HOSTILE)
    one.get_by_role("button", name="Ask for it").click()
    expect(one.locator("#entries-fault")).to_contain_text("line 1")
    expect(one.locator("#reason")).to_have_value(HOSTILE)
    assert faults(one, target_pixels=TARGET_PIXELS) == []
    one.fill("#entries", f"{ONE}\n{TWO}")
    one.select_option("#kind", "terms")
    one.get_by_role("button", name="See what it would come to").click()
    expect(one.locator("#hits")).to_be_visible()
    assert faults(one, target_pixels=TARGET_PIXELS) == []
    one.get_by_role("button", name="Ask for it").dblclick()
    one.wait_for_url(f"**{LISTS}/proposals/*-*")
    two.goto(one.url)
    two.get_by_text("Read the entries").click()
    two.fill("#read-why", "to judge them")
    two.get_by_role("button", name="Read them").click()
    expect(two.locator("#entries")).to_be_visible()
    expect(two.locator("pre")).to_contain_text(ONE)
    assert faults(two, target_pixels=TARGET_PIXELS) == []
    two.get_by_role("button", name="Agree", exact=True).click()
    expect(two.locator(".tag.good")).to_be_visible()
    expect(two.get_by_text(ONE)).to_have_count(0)
    _off(two)


def _off(page: Page) -> None:
    page.goto(f"{LISTS}/ours")
    page.get_by_label("Turn it off").check()
    page.fill("#switch-why", WHY)
    page.get_by_role("button", name="Throw the switch").click()
    expect(page.get_by_label("Turn it on again")).to_be_visible()
    assert faults(page, target_pixels=TARGET_PIXELS) == []
