"""Media on the case page, in a real browser on a real server beside a real vault."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from tests.fixtures.auditing import faults
from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.service import RunningTutela, running, until
from tests.fixtures.vault import VaultStandIn, vault_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = "<script>alert(1)</script>\u202e\u0645\u0631\u062d\u0628\u0627" + "x" * 300
KEY = bytes(range(32))


@dataclass
class Desk:
    """A person's page, the service, the vault, and what the browser asked for."""

    service: RunningTutela
    vault: VaultStandIn
    page: "Page"
    asked: list[str]

    def opens_a_case(self, subject: str) -> None:
        """The page of a case of this medium, on the person's desk."""
        body = {
            "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
            "subjects": [{"kind": "content", "id": subject, "account_id": "a-1"}],
        }
        with self.service.client(self.service.token()) as client:
            assert (
                client.post(
                    "/v1/notices",
                    content=json.dumps(body).encode(),
                    headers={"content-type": "application/json"},
                ).status_code
                == 201
            )
        self.page.goto("/console/main/queue")
        self.page.locator("form[action$='/queue/claim'] button").first.click()
        self.page.wait_for_url("**/cases/**")
        self.page.wait_for_load_state("networkidle")

    def of_vault(self) -> list[str]:
        return [each for each in self.asked if each.startswith(self.vault.url)]


def faults_of_media(page: "Page") -> list[str]:
    """All but the choices of the form beside it, whose labels are what one touches."""
    found = faults(page, target_pixels=24)
    return [each for each in found if "target: <input" not in each]


@pytest.fixture(scope="module")
def desk(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("vault")
    key_file = folder / "vault.key"
    key_file.write_bytes(KEY)
    with vault_of(KEY) as vault:
        house = RunningTutela(
            folder,
            environment={
                "TUTELA_VAULT_TEMPLATE": vault.template,
                "TUTELA_VAULT_KEY": str(key_file),
                "TUTELA_EXPOSURE_PER_DAY": "2/60",
            },
        )
        with running(house) as service:
            made = service.command("user", "create", "reviewer-1", "--role", "lead", "--generate")
            assert made.returncode == 0, made.stderr
            context = browser.new_context(base_url=service.base_url)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto("/login")
            page.fill("#name", "reviewer-1")
            page.fill("#password", made.stdout.splitlines()[-1])
            page.click("button[type=submit]")
            page.wait_for_url("**/console/**")
            yield Desk(service, vault, page, asked)
            context.close()


def test_nothing_of_the_vault_is_asked_for_before_a_reveal_and_its_link_is_good_once(
    desk: Desk,
) -> None:
    page = desk.page
    desk.opens_a_case(HOSTILE)
    assert (desk.vault.asked, desk.of_vault()) == ([], [])
    given = page.request.get(page.url)
    assert desk.vault.url not in given.headers["content-security-policy"]
    assert desk.vault.url not in given.text()
    page.keyboard.press("v")
    shown = page.frame_locator("iframe.medium").locator("img")
    shown.wait_for()
    until(lambda: shown.evaluate("each => each.naturalWidth") == 240, what="the picture")
    assert "grayscale" in shown.evaluate("each => getComputedStyle(each).filter")
    assert [status for _, status in desk.vault.asked] == [200]
    link = shown.get_attribute("src") or ""
    assert httpx.get(link).status_code == 410
    forged = link.replace("sig=", "sig=x")
    assert httpx.get(forged).status_code == 403
    frame = next(each for each in page.frames if "/reveals/" in each.url)
    policy = page.request.get(frame.url).headers["content-security-policy"]
    assert f"img-src 'self' data: {desk.vault.url};" in policy
    assert "frame-ancestors 'self'" in policy
    assert faults_of_media(page) == []
    page.locator("#media-title").click()
    page.keyboard.press("h")
    page.locator("iframe.medium").wait_for(state="detached")
    assert page.locator("#media-place").inner_text().startswith("Hidden.")
    assert page.request.get(frame.url).status == 404


def test_what_was_seen_is_not_shown_again_without_a_reason_and_the_day_ends(desk: Desk) -> None:
    page = desk.page
    desk.opens_a_case("post-2")
    before = len(desk.vault.asked)
    page.keyboard.press("v")
    page.frame_locator("iframe.medium").locator("img").wait_for()
    page.reload()
    page.wait_for_load_state("networkidle")
    assert len(desk.vault.asked) == before + 1
    page.keyboard.press("v")
    page.locator("#media-place .fault").wait_for()
    assert "You looked at the same media in this case" in page.locator("#media-place").inner_text()
    assert faults_of_media(page) == []
    page.locator("#media-place form button").click()
    page.locator("#fault .fault").wait_for()
    assert "Enough for today" in page.locator("#fault").inner_text()
    assert len(desk.vault.asked) == before + 1


def test_the_own_day_and_the_teams_are_pages_for_everybody(desk: Desk) -> None:
    page = desk.page
    page.goto("/console/main/care")
    assert page.locator(".figures b").first.inner_text().isdigit()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.check("input[name=blurred]")
    page.locator("form[action$=appearance] button").click()
    page.wait_for_url("**said=kept")
    assert page.is_checked("input[name=blurred]")
    page.goto("/console/main/care/team")
    assert "Too few people" in page.locator("main").inner_text()
    assert urlsplit(page.url).path == "/console/main/care/team"
