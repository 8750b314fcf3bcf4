"""A ring is searched for, seen, kept in a room and handed over, in a real browser."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.fixtures.auditing import faults
from tests.fixtures.networking import RING, SEEDS, edges
from tests.fixtures.service import RunningTutela
from tests.fixtures.staff import LogIn
from tutela.domain.vocabulary import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: WCAG 2.2, 2.5.8 at level AA.
TARGET_PIXELS = 24
PLACE = "/console/main"
WORDS = "\u202e \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d "
HOSTILE = f"<script>alert(1)</script>{WORDS}" + "x" * 1900


def told_of_a_ring(service: RunningTutela) -> None:
    at = datetime.now(UTC).isoformat()
    events = [
        {"id": f"e-{number}", "type": "edge", "at": at, "visibility": "public"}
        | {"src": src, "dst": dst, "kind": kind}
        for number, (src, dst, kind) in enumerate(edges())
    ]
    body = "\n".join(json.dumps(each) for each in events)
    with service.client(service.token()) as client:
        headers = {"content-type": "application/x-ndjson"}
        assert client.post("/v1/events", content=body, headers=headers).status_code == 202


def found(page: "Page") -> list[str]:
    return faults(page, target_pixels=TARGET_PIXELS)


def test_a_ring_is_found_and_seen_by_hand_and_by_keyboard_and_becomes_a_draft(
    running_tutela: RunningTutela, log_in: LogIn
) -> None:
    told_of_a_ring(running_tutela)
    page = log_in(Role.LEAD)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{PLACE}/networks/new")
    page.fill("#reason", "three reports name them")
    page.fill("#seeds", "nobody-knows-this")
    page.get_by_role("button", name="Start the search").click()
    page.get_by_text("on no edge").first.wait_for()
    assert page.input_value("#reason") == "three reports name them"
    page.fill("#seeds", "\n".join(SEEDS))
    page.get_by_role("button", name="Start the search").click()
    page.get_by_role("link", name="See what it found").click()
    page.get_by_text("The seeds find each other.").wait_for()
    page.goto(f"{PLACE}/networks")
    page.locator("section", has=page.locator("#waiting")).get_by_role("link").first.click()
    _looks_at_the_group(page)
    assert found(page) == []
    page.get_by_role("link", name="Hand members over").click()
    for name in ("reason", "facts", "explanation", "legal_ground", "guideline_version"):
        page.fill(f"#{name}", "token 9b07")
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_role("heading", name=f"A decision about {len(RING)} subjects").wait_for()
    assert complaints == []


def _looks_at_the_group(page: "Page") -> None:
    page.get_by_role("button", name="Larger").wait_for()
    page.locator("#stage").focus()
    page.keyboard.press("n")
    page.locator("#panel").wait_for()
    assert page.locator("#nodes .chosen").count() == 1
    before = page.locator("#picture").get_attribute("viewBox")
    page.keyboard.press("+")
    assert page.locator("#picture").get_attribute("viewBox") != before
    page.keyboard.press("0")
    assert page.locator("#picture").get_attribute("viewBox") == before
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    first = page.locator("ol.leads li").first
    assert first.locator(".whole").count() == 0
    first.locator("summary").click()
    first.get_by_label("Why?").fill("to compare")
    first.get_by_role("button", name="Open").click()
    first.locator(".whole").wait_for()
    assert first.locator(".whole").inner_text() in SEEDS


def test_a_room_is_opened_and_written_in_by_hand(
    log_in: LogIn,
) -> None:
    page = log_in(Role.INVESTIGATOR)
    page.goto(f"{PLACE}/rooms")
    page.fill("#title", HOSTILE[:200])
    page.fill("#reason", HOSTILE)
    page.get_by_role("button", name="Open the room").click()
    page.get_by_role("heading", name="Time line, the newest first").wait_for()
    page.select_option("#kind", "account")
    page.fill("#ref", "y" * 512)
    page.fill("#text", HOSTILE)
    page.get_by_role("button", name="Write it down").click()
    page.locator("#entry-2").wait_for()
    assert "<script>alert(1)</script>" in page.locator("#entry-2").inner_text()
