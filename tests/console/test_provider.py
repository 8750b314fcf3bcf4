"""In by a provider of identities: a real one over loopback, as it should be and as it lies."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwk

from tests.fixtures.identities import CLIENT, SECRET, Provider, providing
from tests.fixtures.site import Site, site_on
from tests.fixtures.staff import logged_in
from tutela.access.login.rules import LoginRules
from tutela.domain.vocabulary import Role
from tutela.staff.provider import asking
from tutela.staff.provider.chosen import Chosen
from tutela.web.console.provider import COOKIE, HOST_COOKIE

ROLES = {"tutela-admins": Role.ADMIN, "tutela-leads": Role.LEAD, "tutela-audit": Role.AUDITOR}


@pytest.fixture(scope="module")
def standing() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(standing: Provider, web: Site) -> Provider:
    """The provider of the module, honest again."""
    standing.signs_by, standing.algorithm = standing.key, "RS256"
    standing.changes, standing.document, standing.asked = {}, {}, []
    standing.who = {
        "sub": "subject-1",
        "preferred_username": "lead-5@example.org",
        "roles": ["everybody", "tutela-leads"],
    }
    standing.now = int(web.house.clock.now().timestamp())
    return standing


@dataclass
class Browser:
    """A browser on a site whose people log in at the provider."""

    web: Site
    client: httpx.AsyncClient

    async def begin(self, query: str = "") -> httpx.Response:
        return await self.client.get(f"/login/provider{query}")

    async def log_in(self, query: str = "?next=/console/main") -> httpx.Response:
        """There and back again."""
        begun = await self.begin(query)
        assert begun.status_code == 303, begun.text
        async with httpx.AsyncClient(trust_env=False) as outside:
            agreed = await outside.get(begun.headers["location"])
        back = urlsplit(agreed.headers["location"])
        return await self.client.get(f"{back.path}?{back.query}")

    async def is_in(self) -> bool:
        return (await self.client.get("/console/main")).status_code == 200

    async def people(self) -> dict[str, str]:
        return dict(await self.web.house.rows("SELECT name, role FROM staff_user"))


@pytest.fixture
async def browser(web: Site, provider: Provider, tmp_path: Path) -> AsyncIterator[Browser]:
    await web.token()
    async with client_on(web, provider=provider, folder=tmp_path) as client:
        yield Browser(web, client)


def client_on(
    web: Site, *, provider: Provider, folder: Path, rules: LoginRules | None = None
) -> httpx.AsyncClient:
    secret_file = folder / "secret"
    secret_file.write_text(SECRET)
    chosen = Chosen(
        issuer=provider.issuer,
        client_id=CLIENT,
        secret_file=secret_file,
        name_claim="preferred_username",
        role_claim="roles",
        roles=ROLES,
        tenant="main",
    )
    application = site_on(
        web.house,
        refusals=web.refusals,
        provider=asking.Provider(chosen, clock=web.house.clock.now),
        login_rules=rules or LoginRules(),
    )
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://tutela")


async def test_whom_the_provider_names_is_in_as_it_says(browser: Browser) -> None:
    shown = await browser.client.get("/login?next=/console/main")
    assert 'href="/login/provider?next=/console/main"' in shown.text
    done = await browser.log_in()
    assert (done.status_code, "url=/console/main" in done.text) == (200, True)
    told = done.headers.get_list("set-cookie")
    assert any("SameSite=Strict" in each and "HttpOnly" in each for each in told)
    assert await browser.is_in()
    assert await browser.people() == {"lead-5": "lead"}
    account = await browser.client.get("/account")
    assert ("organisation" in account.text, 'name="password"' in account.text) == (True, False)
    assert (await browser.log_in()).status_code == 200
    assert await browser.people() == {"lead-5": "lead"}


async def test_a_person_is_known_by_the_subject_and_not_by_a_name(
    browser: Browser, provider: Provider
) -> None:
    await browser.log_in()
    provider.who |= {"preferred_username": "another-name", "roles": ["tutela-audit"]}
    await browser.log_in()
    assert await browser.people() == {"lead-5": "auditor"}
    provider.who |= {"sub": "subject-2", "preferred_username": "LEAD-5"}
    taken = await browser.log_in()
    assert (taken.status_code, "ask an admin" in taken.text) == (403, True)
    assert await browser.people() == {"lead-5": "auditor"}


async def test_a_local_person_is_not_taken_over_by_a_name(browser: Browser) -> None:
    await logged_in(browser.web, role=Role.ADMIN, name="lead-5")
    assert (await browser.log_in()).status_code == 403
    assert not await browser.is_in()
    assert await browser.people() == {"lead-5": "admin"}


async def test_whoever_has_no_role_here_is_not_in(browser: Browser, provider: Provider) -> None:
    for roles in ([], ["everybody"], None, 7, ["tutela-lead"]):
        provider.changes = {"roles": roles}
        given = await browser.log_in()
        assert (given.status_code, "gives you no role here" in given.text) == (403, True), roles
    assert await browser.people() == {}


async def test_whoever_was_shut_out_stays_out(browser: Browser) -> None:
    await browser.log_in()
    await browser.web.house.rows("UPDATE staff_user SET disabled_at = now()")
    assert not await browser.is_in()
    assert (await browser.log_in()).status_code == 403


LIES: list[dict[str, Any]] = [
    {"nonce": "another"},
    {"nonce": None},
    {"aud": "another"},
    {"aud": [CLIENT, "another"]},
    {"iss": "https://example.org"},
    {"sub": None},
    {"sub": ""},
    {"sub": "x" * 256},
    {"exp": 1},
    {"exp": None},
    {"iat": 9_999_999_999},
    {"azp": "another"},
    {"at_hash": "wrong"},
]


async def test_a_token_that_is_not_for_this_login_lets_nobody_in(
    browser: Browser, provider: Provider
) -> None:
    for lie in LIES:
        provider.changes = lie
        given = await browser.log_in()
        assert given.status_code == 403, lie
    assert not await browser.is_in()
    assert await browser.people() == {}
    provider.changes = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert (await browser.log_in()).status_code == 200


async def test_a_token_by_another_key_lets_nobody_in(browser: Browser, provider: Provider) -> None:
    provider.signs_by = jwk.RSAKey.generate_key(2048, parameters={"kid": "k-1"})
    assert (await browser.log_in()).status_code == 403
    provider.signs_by = jwk.OctKey.import_key(SECRET * 3, parameters={"kid": "k-1"})
    provider.algorithm = "HS256"
    assert (await browser.log_in()).status_code == 403
    assert not await browser.is_in()


async def test_an_answer_to_another_browsers_login_is_refused(browser: Browser) -> None:
    begun = await browser.begin()
    async with httpx.AsyncClient(trust_env=False) as outside:
        agreed = await outside.get(begun.headers["location"])
    back = urlsplit(agreed.headers["location"])
    await browser.begin()
    mixed = await browser.client.get(f"{back.path}?{back.query}")
    assert (mixed.status_code, "another login" in mixed.text) == (403, True)
    browser.client.cookies.clear()
    stranger = await browser.client.get(f"{back.path}?{back.query}")
    assert (stranger.status_code, "not begun in this browser" in stranger.text) == (403, True)
    forged = {"cookie": "tutela_journey=" + "A" * 400}
    assert (await browser.client.get(back.path, headers=forged)).status_code == 403


async def test_over_https_no_other_host_can_give_a_browser_a_login_of_its_own(
    browser: Browser,
) -> None:
    """Its cookie is of this host alone: else a subdomain logs somebody in as somebody else."""
    begun = await browser.client.get("https://tutela/login/provider")
    told = begun.headers["set-cookie"]
    assert told.startswith(f"{HOST_COOKIE}=")
    assert all(word in told for word in ("; Path=/; Secure;", "HttpOnly", "SameSite=Lax"))
    assert "Domain" not in told
    kept = told.partition("=")[2].partition(";")[0]
    back = f"https://tutela/login/provider/back?{urlsplit(begun.headers['location']).query}"
    browser.client.cookies.clear()
    for name, said in ((COOKIE, "not begun in this browser"), (HOST_COOKIE, "you went back")):
        given = await browser.client.get(back, headers={"cookie": f"{name}={kept}"})
        assert (given.status_code, said in given.text) == (403, True), name


async def test_a_login_that_takes_too_long_is_begun_again(browser: Browser) -> None:
    begun = await browser.begin()
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    browser.web.house.clock.ahead = timedelta(minutes=11)
    late = await browser.client.get(f"/login/provider/back?code=x&state={state}")
    assert (late.status_code, "too long ago" in late.text) == (403, True)


async def test_what_the_provider_refuses_is_told_plainly(browser: Browser) -> None:
    begun = await browser.begin()
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    error = f"?error=access_denied&error_description=<script>&state={state}"
    refused = await browser.client.get(f"/login/provider/back{error}")
    assert (refused.status_code, "<script>" in refused.text) == (403, False)
    unknown = await browser.client.get(f"/login/provider/back?code=nobodys&state={state}")
    assert (unknown.status_code, "begin again" in unknown.text) == (403, True)


ELSEWHERE: list[dict[str, Any]] = [
    {"issuer": "https://example.org"},
    {"token_endpoint": "http://127.0.0.2:1/token"},
    {"authorization_endpoint": "https://example.org/authorize"},
    {"jwks_uri": "file:///etc/passwd"},
    {"jwks_uri": None},
]


async def test_an_address_at_another_host_is_never_asked(
    browser: Browser, provider: Provider
) -> None:
    for document in ELSEWHERE:
        provider.document = document
        begun = await browser.begin()
        assert begun.status_code == 502, document
    assert set(provider.asked) == {"/.well-known/openid-configuration"}


async def test_a_login_leads_to_no_other_site(browser: Browser) -> None:
    done = await browser.log_in("?next=https://example.org/")
    assert 'content="0; url=/"' in done.text


async def test_a_role_that_needs_a_second_proof_has_it_at_the_provider_or_here(
    web: Site, provider: Provider, tmp_path: Path
) -> None:
    await web.token()
    strong = LoginRules(strong_roles=frozenset({Role.LEAD}))
    async with client_on(web, provider=provider, folder=tmp_path, rules=strong) as client:
        browser = Browser(web, client)
        weak = await browser.log_in()
        assert "url=/login/second-factor?next=/console/main" in weak.text
        assert not await browser.is_in()
        provider.who |= {"amr": ["pwd", "otp"]}
        await browser.log_in()
        assert await browser.is_in()


async def test_refused_logins_are_counted(browser: Browser, provider: Provider) -> None:
    provider.changes = {"roles": []}
    await browser.log_in()
    figures = (await browser.client.get("/metrics")).text
    assert 'tutela_logins{outcome="refused"} 1.0' in figures
    assert 'tutela_logins{outcome="logged_in"} 0.0' in figures
