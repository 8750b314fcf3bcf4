"""Every screen of the staff, filled with hostile words, before a real browser and axe-core.

A screen that nobody looks at fails here: look at it in `tests/console/looks/`.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from jinja2 import Template
from starlette.applications import Starlette

from tests.console.looks.decided import decided
from tests.console.looks.doors import doors
from tests.console.looks.found import found
from tests.console.looks.guarded import guarded
from tests.console.looks.kept import kept
from tests.console.looks.place import Filling
from tests.console.looks.walking import walk
from tests.console.test_screens import screens_of
from tests.detection.pipeline.test_judging import write
from tests.fixtures.browser import CHROMIUM
from tests.fixtures.detectors import detection_on
from tests.fixtures.identities import CLIENT, SECRET, Provider, providing
from tests.fixtures.site import Site, served, site_on
from tests.fixtures.vault import vault_of
from tutela.access import users
from tutela.detection.pipeline.judging import bench_at
from tutela.detection.pipeline.panel import Panel
from tutela.domain.vocabulary import Role
from tutela.law.detection import REGISTER
from tutela.review.care.vault import Vault
from tutela.staff.provider import asking
from tutela.staff.provider.chosen import Chosen
from tutela.web.console import pages
from tutela.web.console.cookies import COOKIE

#: What is no page: a part that a page loads, by which page.
PARTS = {
    "GET /console/{service}/live": "GET /console/{service}",
    "GET /console/{service}/events": "GET /console/{service}",
    "GET /console/{service}/networks/runs/{run_id}/progress": (
        "GET /console/{service}/networks/runs/{run_id}"
    ),
    "GET /console/{service}/bulk/{bulk_id}/progress": "GET /console/{service}/bulk/{bulk_id}",
    "GET /login/provider": "GET /login/provider/back",
}
#: Templates that only htmx is given, and that the page without scripts shows as well.
PARTIAL = {
    "case_network_part.html",
    "guard_preview_part.html",
    "media_again.html",
    "media_hidden.html",
    "media_part.html",
    "network_row.html",
}
VAULT_KEY = bytes(range(32))


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as standing:
        yield standing


async def application_on(web: Site, *, provider: Provider, vault: str, folder: Path) -> Starlette:
    """The site with all that an operator can add: rules, a vault, a provider of identities."""
    write(folder)
    (folder / "secret").write_text(SECRET)
    clock = web.house.clock.now
    provider.now = int(clock().timestamp())
    bench = bench_at(folder, bases=REGISTER.built_in(), budget_seconds=5.0, clock=clock)
    assert bench is not None
    await bench.refresh()
    chosen = Chosen(
        issuer=provider.issuer,
        client_id=CLIENT,
        secret_file=folder / "secret",
        name_claim="preferred_username",
        role_claim="roles",
        roles={"tutela-leads": Role.LEAD},
        tenant="main",
    )
    return site_on(
        web.house,
        refusals=web.refusals,
        looking=detection_on(web.house, panel=Panel(bench=bench)),
        vault=Vault(template=vault, key=VAULT_KEY),
        provider=asking.Provider(chosen, clock=clock),
    )


@pytest_asyncio.fixture
async def filling(
    web: Site, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Filling]:
    """A site full of hostile words; passwords are hashed in a moment."""
    monkeypatch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with vault_of(VAULT_KEY) as vault:
        web.application = await application_on(
            web, provider=provider, vault=vault.template, folder=tmp_path
        )
        transport = httpx.ASGITransport(web.application, raise_app_exceptions=False)
        web.client = httpx.AsyncClient(transport=transport, base_url="http://tutela")
        filled = Filling(web=web)
        for name in ("lead-1", "lead-2", "lead-3"):
            await filled.person(name, role=Role.LEAD)
        for fill in (decided, guarded, found, kept, doors):
            await fill(filled)
        yield filled


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the console's templates that are shown from now on."""
    names: set[str] = set()
    templates = pages._TEMPLATES  # noqa: SLF001 - which templates are looked at
    given = templates.get_template

    def noted(name: str, *parent: str) -> Template:
        names.add(name.removeprefix("console/"))
        return given(name, parent[0] if parent else None)

    monkeypatch.setattr(templates, "get_template", noted)
    return names


@pytest.mark.skipif(
    not Path(CHROMIUM).exists() and not os.environ.get("TUTELA_REQUIRE_BROWSER"),
    reason="no chromium on this machine",
)
async def test_no_screen_keeps_anybody_out_or_takes_words_for_markup(
    filling: Filling, rendered: set[str]
) -> None:
    looked_at = {each.screen for each in filling.places}
    shown = {f"GET {each.path}" for each in screens_of(filling.web) if each.method == "GET"}
    assert shown - looked_at - set(PARTS) == set(), "look at them in tests/console/looks/"
    assert set(PARTS.values()) <= looked_at
    cookies = {name: session_of(client) for name, client in filling.people.items()}
    async with served(filling.web.application) as url:
        walked = await asyncio.to_thread(walk, url, places=filling.places, cookies=cookies)
    assert walked.found == {}
    never = templates() - rendered - PARTIAL
    assert never == set(), "templates that were on no page"
    text = "".join(walked.shown)
    missing = [name for name, said in filling.words.said.items() if said not in text]
    assert missing == [], "fields whose words were on no page, or were changed"


def session_of(client: httpx.AsyncClient) -> str:
    """The cookie that was set last: a session that was given anew stands behind the one before."""
    *_, last = (each.value for each in client.cookies.jar if each.name == COOKIE)
    return str(last)


def templates() -> set[str]:
    """The names of all templates of the console."""
    folder = Path(pages.__file__).parents[1] / "templates" / "console"
    return {each.name for each in folder.glob("*.html")}
