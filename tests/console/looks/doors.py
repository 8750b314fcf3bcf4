"""Every step of a login, by password and by a provider, and the pages that say what went wrong."""

import os

import httpx
import pyotp
from starlette.applications import Starlette
from starlette.routing import Route

from tests.console.looks.place import Filling
from tests.fixtures.staff import PASSWORD
from tutela.access.login.rules import Stage
from tutela.access.sessions import Origin, Proven, Sessions
from tutela.access.users import Person
from tutela.domain.vocabulary import Role
from tutela.errors import FieldError, TutelaError
from tutela.web.answer import Answer
from tutela.web.console.cookies import COOKIE
from tutela.web.console.screen import Doors, Needs, Screen, ScreenEndpoint
from tutela.web.console.visit import Visit

SET_UP = "/account/second-factor"
#: What a page of the console may have to say beside 403 and 404.
FAULTS = (409, 503)
REFUSED = {"name": "nobody-1", "password": "wrong"}
UNLIKE = {"new": "a password of mine", "again": "another"}


async def doors(filling: Filling) -> None:
    """Every page before somebody is in, their account, and every fault."""
    await _half_way(filling)
    await _account(filling)
    _faults(filling)
    for path in ("/login", "/login/provider/back"):
        filling.see(path, who="", status=403 if path.endswith("back") else 200)
    filling.see("/login/provider/back", at="/login/provider?next=/console/main", who="")
    filling.send("/login", form=REFUSED, who="", status=401)
    await _without_a_service(filling)


async def _half_way(filling: Filling) -> None:
    """Somebody at each step of a login: the page, and what it says of a wrong answer."""
    clients = {
        "code": await _at(filling, stage=Stage.CODE, name="half-1"),
        "password": await _at(filling, stage=Stage.RENEWAL, name="half-2"),
        "second-factor": await _at(filling, stage=Stage.ENROLMENT, name="half-3"),
    }
    for step, name in zip(clients, ("half-1", "half-2", "half-3"), strict=True):
        filling.people[name] = clients[step]
        filling.see(f"/login/{step}", who=name)
        wrong = UNLIKE if step == "password" else {"code": "000000"}
        filling.send(f"/login/{step}", form=wrong, who=name, status=422)


async def _at(filling: Filling, *, stage: Stage, name: str) -> httpx.AsyncClient:
    """A browser in the middle of a login."""
    client = await filling.person(f"{name}-whole", role=Role.LEAD)
    house = filling.web.house
    sessions = Sessions(house.pool, clock=house.clock.now, chance=os.urandom)
    person = Person(tenant="main", name=f"{name}-whole", role=Role.LEAD)
    client.cookies.clear()
    client.cookies.set(COOKIE, await sessions.begin(person, proven=Proven(stage=stage)))
    return client


async def _account(filling: Filling) -> None:
    """An account with and without an authenticator, and the way from one to the other."""
    web = filling.web
    sessions = Sessions(web.house.pool, clock=web.house.clock.now, chance=os.urandom)
    elsewhere = Origin(address="192.0.2.1", agent=filling.words.of("a browser's name", length=200))
    await sessions.begin(Person(tenant="main", name="lead-1", role=Role.LEAD), origin=elsewhere)
    filling.see("/account")
    filling.see("/account", at="/account?done=password")
    filling.send("/account/password", form={"password": "wrong"}, status=422)
    filling.send(SET_UP, form={"password": PASSWORD})
    filling.send(f"{SET_UP}/confirm", form={"code": "000000"}, status=422)
    two = await filling.person("lead-6", role=Role.LEAD)
    shown = (await two.post(SET_UP, data={"password": PASSWORD})).text
    secret = shown.partition("Key: <code>")[2].partition("</code>")[0].replace(" ", "")
    code = pyotp.TOTP(secret).at(web.house.clock.now())
    done = await two.post(f"{SET_UP}/confirm", data={"code": code})
    assert done.status_code == 200, done.text
    filling.see("/account", who="lead-6")
    filling.send("/account/recovery-codes", form={"password": PASSWORD}, who="lead-6")


async def _without_a_service(filling: Filling) -> None:
    """Somebody of a tenant that has no service yet."""
    house = filling.web.house
    await house.rows("INSERT INTO tenant VALUES ('bare')")
    client = httpx.AsyncClient(base_url="http://tutela")
    person = Person(tenant="bare", name="admin-5", role=Role.ADMIN)
    await house.rows(
        "INSERT INTO staff_user (tenant, name, role, password_hash)"
        " VALUES ('bare', 'admin-5', 'admin', '')"
    )
    sessions = Sessions(house.pool, clock=house.clock.now, chance=os.urandom)
    client.cookies.set(COOKIE, await sessions.begin(person))
    filling.people["admin-5"] = client
    filling.see("/", who="admin-5")


def _faults(filling: Filling) -> None:
    """Each fault as somebody sees it who is logged in."""
    said = filling.words.of("what a fault says")
    for status in FAULTS:
        path = f"/fault/{status}"
        _route(filling.web.application, path=path, error=_error(status, said=said))
        filling.see(path, status=status)
    filling.see("/console/{service}", at="/console/nowhere", status=404)
    filling.see("/console/{service}/people", who="reviewer-1", status=403)


def _error(status: int, *, said: str) -> TutelaError:
    error = TutelaError(said, errors=[FieldError("/field", "what is wrong there")])
    error.status = status
    return error


def _route(application: Starlette, *, path: str, error: TutelaError) -> None:
    """A screen of this test alone, which raises the error."""

    async def answering(visit: Visit) -> Answer:
        raise error

    endpoint = next(
        each.endpoint
        for each in application.routes
        if isinstance(each, Route) and isinstance(each.endpoint, ScreenEndpoint)
    )
    screen = Screen("GET", path, Needs.LOGIN, answering)
    served = ScreenEndpoint(screen, doors=doors_of(endpoint))
    application.router.routes.insert(0, Route(path, served))


def doors_of(endpoint: ScreenEndpoint) -> Doors:
    """What the screens of the site stand on."""
    return endpoint._doors  # noqa: SLF001 - a screen of a test behind the same door
