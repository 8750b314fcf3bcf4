"""The way in: how often one may guess, the second proof, and what half a login opens."""

import re
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher

from tests.fixtures.site import Site, site_on
from tests.fixtures.staff import PASSWORD
from tutela.access import users
from tutela.access.login.rules import LoginRules
from tutela.access.users import Person
from tutela.domain.vocabulary import Role
from tutela.reconciliation.reconcile import Limits, is_lost, reconcile
from tutela.web.console.cookies import COOKIE

LEAD = Person(tenant="main", name="lead-1", role=Role.LEAD)
HALF_MINUTE = timedelta(seconds=30)


@dataclass
class Way:
    """A browser at the login of a site on which `lead-1` may log in."""

    web: Site
    client: httpx.AsyncClient

    async def log_in(self, name: str = "lead-1", *, password: str = PASSWORD) -> httpx.Response:
        form = {"name": name, "password": password, "next": "/console/main"}
        return await self.client.post("/login", data=form)

    async def is_in(self) -> bool:
        return (await self.client.get("/console/main")).status_code == 200

    def code(self, secret: str) -> str:
        return pyotp.TOTP(secret).at(self.web.house.clock.now())

    async def with_authenticator(self) -> str:
        """The secret of an authenticator that `lead-1` has set up; nobody is logged in."""
        await self.log_in()
        shown = await self.client.post("/account/second-factor", data={"password": PASSWORD})
        secret = secret_in(shown)
        code = {"code": self.code(secret)}
        done = await self.client.post("/account/second-factor/confirm", data=code)
        assert done.status_code == 200, done.text
        await self.client.post("/logout")
        self.web.house.clock.ahead += HALF_MINUTE
        return secret


def secret_in(shown: httpx.Response) -> str:
    assert shown.status_code == 200, shown.text
    found = re.search(r"Key: <code>([A-Z2-7 ]+)</code>", shown.text)
    assert found is not None
    assert "<svg" in shown.text
    return found[1].replace(" ", "")


def client_of(web: Site, **rules: object) -> httpx.AsyncClient:
    rules_ = LoginRules(**rules)  # type: ignore[arg-type]
    application = site_on(web.house, refusals=web.refusals, login_rules=rules_)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(application, raise_app_exceptions=False),
        base_url="http://tutela",
    )


@pytest.fixture
async def way(web: Site, monkeypatch: pytest.MonkeyPatch) -> Way:
    """Passwords are hashed in a moment: what they cost an attacker is argon2's own matter."""
    monkeypatch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    await users.add(web.house.pool, person=LEAD, password=PASSWORD)
    return Way(web, client_of(web))


async def test_a_password_and_then_a_code_open_the_console(way: Way) -> None:
    secret = await way.with_authenticator()
    given = await way.log_in()
    assert given.headers["location"] == "/login/code?next=/console/main"
    asked = await way.client.get(given.headers["location"])
    assert 'autocomplete="one-time-code"' in asked.text
    form = {"code": way.code(secret), "next": "/console/main"}
    done = await way.client.post("/login/code", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/console/main")
    assert await way.is_in()


async def test_half_a_login_opens_nothing_but_its_next_step(way: Way) -> None:
    await way.with_authenticator()
    await way.log_in()
    assert not await way.is_in()
    for path in ("/account", "/console/main/live", "/"):
        given = await way.client.get(path)
        assert (given.status_code, given.headers["location"][:6]) == (303, "/login")
    changed = {"password": PASSWORD, "new": "another long one", "again": "another long one"}
    assert (await way.client.post("/account/password", data=changed)).status_code == 303
    assert (await way.client.get("/login/second-factor")).headers["location"] == "/login"
    await way.client.post("/logout")
    assert (await way.log_in()).headers["location"].startswith("/login/code")


async def test_a_code_is_taken_once(way: Way) -> None:
    secret = await way.with_authenticator()
    code = {"code": way.code(secret)}
    await way.log_in()
    assert (await way.client.post("/login/code", data=code)).status_code == 303
    await way.client.post("/logout")
    await way.log_in()
    again = await way.client.post("/login/code", data=code)
    assert (again.status_code, "The code is not right" in again.text) == (422, True)
    assert not await way.is_in()


async def test_a_recovery_code_opens_once(way: Way) -> None:
    await way.log_in()
    shown = await way.client.post("/account/second-factor", data={"password": PASSWORD})
    confirmed = {"code": way.code(secret_in(shown))}
    told = await way.client.post("/account/second-factor/confirm", data=confirmed)
    (first, *_) = re.findall(r"<li><code>([A-Z2-7-]+)</code>", told.text)
    for status in (303, 422):
        await way.client.post("/logout")
        await way.log_in()
        given = await way.client.post("/login/code", data={"code": first.lower()})
        assert given.status_code == status


async def test_codes_are_guessed_slowly_and_half_a_login_ends(way: Way) -> None:
    secret = await way.with_authenticator()
    await way.log_in()
    for _ in range(5):
        wrong = await way.client.post("/login/code", data={"code": "000000"})
        assert wrong.status_code == 422
    held = await way.client.post("/login/code", data={"code": way.code(secret)})
    assert (held.status_code, "Try again in 2 min" in held.text) == (429, True)
    way.web.house.clock.ahead += timedelta(minutes=11)
    over = await way.client.post("/login/code", data={"code": way.code(secret)})
    assert over.headers["location"] == "/login"


async def test_guesses_at_a_name_are_held_back_whether_anybody_has_it_or_not(way: Way) -> None:
    for name in ("lead-1", "nobody-1"):
        told = [(await way.log_in(name, password="wrong")).status_code for _ in range(11)]
        assert told == [401] * 10 + [429]
    held = await way.log_in()
    assert (held.status_code, "Try again in" in held.text) == (429, True)
    assert held.headers.get("set-cookie") is None
    way.web.house.clock.ahead += timedelta(seconds=61)
    assert (await way.log_in()).status_code == 303


async def test_guesses_from_one_address_are_held_back_over_all_names(way: Way) -> None:
    rows = "INSERT INTO login_pace SELECT 'address', digest, now() + interval '1 h' FROM login_pace"
    await way.log_in("nobody-1", password="wrong")
    await way.web.house.rows(f"{rows} ON CONFLICT DO NOTHING")
    await way.web.house.rows("UPDATE login_pace SET spent_to = now() + '1 h' WHERE kind='address'")
    assert (await way.log_in()).status_code == 429


async def test_right_passwords_spend_no_guesses(way: Way) -> None:
    for _ in range(3):
        await way.log_in(password="wrong")
    for _ in range(9):
        assert (await way.log_in()).status_code == 303
    left = await way.web.house.rows("SELECT kind FROM login_pace WHERE kind = 'name'")
    assert left == []


async def test_whoever_is_in_is_told_of_the_guesses_before(way: Way) -> None:
    for _ in range(3):
        await way.log_in(password="wrong")
    await way.log_in()
    account = await way.client.get("/account")
    assert "3 guesses at your password or code failed since" in account.text


async def test_a_role_that_needs_a_second_proof_sets_one_up_before_anything_else(
    way: Way,
) -> None:
    way.client = client_of(way.web, strong_roles=frozenset({Role.LEAD}))
    given = await way.log_in()
    assert given.headers["location"] == "/login/second-factor?next=/console/main"
    assert not await way.is_in()
    secret = secret_in(await way.client.get("/login/second-factor"))
    wrong = await way.client.post("/login/second-factor", data={"code": "000000"})
    assert wrong.status_code == 422
    assert secret_in(await way.client.get("/login/second-factor")) == secret
    done = await way.client.post("/login/second-factor", data={"code": way.code(secret)})
    assert "Your recovery codes" in done.text
    assert await way.is_in()
    off = {"password": PASSWORD, "code": way.code(secret)}
    kept = await way.client.post("/account/second-factor/off", data=off)
    assert kept.status_code == 409


async def test_a_session_without_a_second_proof_ends_when_the_role_needs_one(way: Way) -> None:
    await way.log_in()
    cookie = way.client.cookies[COOKIE]
    assert await way.is_in()
    way.client = client_of(way.web, strong_roles=frozenset({Role.LEAD}))
    way.client.cookies.set(COOKIE, cookie)
    assert not await way.is_in()


async def test_a_session_ends_unused_and_after_its_hours(way: Way) -> None:
    await way.log_in()
    way.web.house.clock.ahead = timedelta(minutes=59)
    assert await way.is_in()
    way.web.house.clock.ahead = timedelta(minutes=118)
    assert await way.is_in()
    way.web.house.clock.ahead = timedelta(minutes=179)
    assert not await way.is_in()
    way.web.house.clock.ahead = timedelta()
    await way.log_in()
    for quarters in range(1, 48):
        way.web.house.clock.ahead = timedelta(minutes=15 * quarters)
        assert await way.is_in()
    way.web.house.clock.ahead = timedelta(hours=12, minutes=1)
    assert not await way.is_in()


async def test_what_a_page_asks_by_itself_keeps_no_session(way: Way) -> None:
    await way.log_in()
    way.web.house.clock.ahead = timedelta(minutes=59)
    part = await way.client.get("/console/main/live", headers={"hx-request": "true"})
    assert part.status_code == 200
    way.web.house.clock.ahead = timedelta(minutes=61)
    assert not await way.is_in()


async def test_a_name_with_anything_in_it_is_nobodys(way: Way) -> None:
    for name in ("a\0b", "x" * 10_000, "<script>", "\u202eelur", "' OR 1=1 --"):
        given = await way.log_in(name)
        assert given.status_code == 401
        assert "<script>" not in given.text


async def test_many_guesses_in_an_hour_are_an_alarm_and_put_nothing_in_doubt(way: Way) -> None:
    for _ in range(3):
        await way.log_in("nobody-1", password="wrong")
    now = way.web.house.clock.now()
    for most, is_told in ((3, False), (2, True)):
        limits = Limits(kinds=(), doors=(), canary_seconds_max=1e9, guesses_max=most)
        report = await reconcile(way.web.house.pool, now=now, limits=limits)
        assert ("login_guesses" in {each.check for each in report.faults}) is is_told
        assert not is_lost(report)
