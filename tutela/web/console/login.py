"""In and out: the forms, step by step, the session behind the cookie, and its end."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from tutela.access.login.entrance import Attempt, Entered, Entrance
from tutela.access.login.factors import WrongCode
from tutela.access.login.guesses import TooManyGuesses
from tutela.access.login.rules import Stage
from tutela.access.sessions import HalfWay
from tutela.access.users import PasswordUnfit, Person
from tutela.errors import FieldError, TutelaError
from tutela.web.answer import Answer
from tutela.web.console.cookies import set_cookie
from tutela.web.console.pages import moved, page
from tutela.web.console.pictures import setup_picture
from tutela.web.console.screen import Needs, Screen
from tutela.web.console.visit import Visit

MAIN_TENANT: Final = "main"
HOME: Final = "/"
#: Where a login may lead back to; everything else leads home.
_OWN_PLACES: Final = ("/console/", "/account")
_STEPS: Final = {
    Stage.CODE: "/login/code",
    Stage.RENEWAL: "/login/password",
    Stage.ENROLMENT: "/login/second-factor",
}


def login_screens(entrance: Entrance, *, other_way: str | None = None) -> Sequence[Screen]:
    """The login form, its steps, and the ways in and out; `other_way` is named on the form."""
    door = _Door(entrance, other_way=other_way)
    return (
        Screen("GET", "/login", Needs.NOTHING, door.show),
        Screen("POST", "/login", Needs.NOTHING, door.log_in),
        Screen("GET", "/login/code", Needs.NOTHING, door.ask_code),
        Screen("POST", "/login/code", Needs.NOTHING, door.take_code),
        Screen("GET", "/login/password", Needs.NOTHING, door.ask_password),
        Screen("POST", "/login/password", Needs.NOTHING, door.take_password),
        Screen("GET", "/login/second-factor", Needs.NOTHING, door.show_setup),
        Screen("POST", "/login/second-factor", Needs.NOTHING, door.set_up),
        Screen("POST", "/logout", Needs.NOTHING, door.log_out),
    )


class _Door:
    def __init__(self, entrance: Entrance, *, other_way: str | None) -> None:
        self._entrance = entrance
        self._other_way = other_way

    async def show(self, visit: Visit) -> Answer:
        return self._form(visit, following=own_place(visit.query.get("next", HOME)))

    def _form(
        self,
        visit: Visit,
        *,
        following: str,
        is_wrong: bool = False,
        fault: TutelaError | None = None,
    ) -> Answer:
        status = HTTPStatus.UNAUTHORIZED if is_wrong else HTTPStatus.OK
        return page(
            visit,
            template="login.html",
            http_status=status if fault is None else fault.status,
            wrong=is_wrong,
            fault=fault,
            tenant=visit.form.text("tenant") or MAIN_TENANT,
            name=visit.form.text("name"),
            following=following,
            other_way=self._other_way,
        )

    async def log_in(self, visit: Visit) -> Answer:
        """What was asked for, or the next step; the form again where the two don't fit."""
        form = visit.form
        following = own_place(form.text("next"))
        attempt = Attempt(
            tenant=form.text("tenant") or MAIN_TENANT,
            name=form.text("name"),
            password=form.text("password"),
            origin=visit.origin,
        )
        try:
            entered = await self._entrance.log_in(attempt)
        except TooManyGuesses as error:
            return self._form(visit, following=following, fault=error)
        if entered is None:
            return self._form(visit, following=following, is_wrong=True)
        return await self._let_on(visit, entered=entered, following=following)

    async def ask_code(self, visit: Visit) -> Answer:
        """The second step; the first one where none was made."""
        if await self._half_way(visit, stage=Stage.CODE) is None:
            return moved("/login")
        return _step(visit, template="login_code.html")

    async def take_code(self, visit: Visit) -> Answer:
        """What was asked for; the step again where the code is not right."""
        half = await self._half_way(visit, stage=Stage.CODE)
        if half is None:
            return moved("/login")
        try:
            entered = await self._entrance.give_code(
                half.person, code=visit.form.text("code"), origin=visit.origin
            )
        except (TooManyGuesses, WrongCode) as error:
            return _step(visit, template="login_code.html", fault=error)
        following = own_place(visit.form.text("next"))
        return await self._let_on(visit, entered=entered, following=following)

    async def ask_password(self, visit: Visit) -> Answer:
        """A password of one's own in the place of one that was handed over."""
        if await self._half_way(visit, stage=Stage.RENEWAL) is None:
            return moved("/login")
        return _step(visit, template="login_password.html")

    async def take_password(self, visit: Visit) -> Answer:
        """What was asked for, or the next step; the step again where the password can't be."""
        half = await self._half_way(visit, stage=Stage.RENEWAL)
        if half is None:
            return moved("/login")
        try:
            refuse_unlike(visit)
            await self._entrance.change_password(half.person, password=visit.form.text("new"))
        except PasswordUnfit as error:
            return _step(visit, template="login_password.html", fault=error)
        entered = await self._entrance.let_in(half.person, origin=visit.origin, proven=half.proven)
        await self._entrance.sessions.end_others(half.person, cookie=entered.cookie)
        following = own_place(visit.form.text("next"))
        return await self._let_on(visit, entered=entered, following=following)

    async def show_setup(self, visit: Visit) -> Answer:
        """What an authenticator is set up by, where the role asks for one."""
        half = await self._half_way(visit, stage=Stage.ENROLMENT)
        return moved("/login") if half is None else await self._setup(visit, person=half.person)

    async def set_up(self, visit: Visit) -> Answer:
        """The recovery codes, and a whole session."""
        half = await self._half_way(visit, stage=Stage.ENROLMENT)
        if half is None:
            return moved("/login")
        person = half.person
        try:
            given = await self._entrance.factors.confirm(person, code=visit.form.text("code"))
        except WrongCode as error:
            return await self._setup(visit, person=person, fault=error)
        entered = await self._entrance.begin_anew(person, origin=visit.origin)
        await self._entrance.sessions.log_out(visit.cookie)
        following = own_place(visit.form.text("next"))
        told = page(visit, template="recovery_codes.html", codes=given, following=following)
        headers = (*told.headers, self.cookie(visit, entered=entered))
        return Answer(told.status, told.body, told.content_type, headers)

    async def log_out(self, visit: Visit) -> Answer:
        """The login form; the session has ended on the server."""
        await self._entrance.sessions.log_out(visit.cookie)
        gone = set_cookie("", is_secure=visit.is_secure, seconds=0)
        return moved("/login", headers=(gone,))

    def cookie(self, visit: Visit, *, entered: Entered) -> tuple[bytes, bytes]:
        """The header that sets the cookie for as long as the session may last."""
        return session_cookie(visit, entered=entered, entrance=self._entrance)

    async def _let_on(self, visit: Visit, *, entered: Entered, following: str) -> Answer:
        await self._entrance.sessions.log_out(visit.cookie)
        where = following_step(entered, following=following)
        return moved(where, headers=(self.cookie(visit, entered=entered),))

    async def _half_way(self, visit: Visit, *, stage: Stage) -> HalfWay | None:
        found = await self._entrance.sessions.half_way(visit.cookie)
        return found if found is not None and found.proven.stage is stage else None

    async def _setup(
        self, visit: Visit, *, person: Person, fault: TutelaError | None = None
    ) -> Answer:
        secret = await self._entrance.factors.offer(person)
        picture = setup_picture(secret, person=person)
        return _step(
            visit, template="login_setup.html", fault=fault, secret=secret, picture=picture
        )


def following_step(entered: Entered, *, following: str) -> str:
    """Where a login goes on: at what was asked for, or at its next step."""
    step = _STEPS.get(entered.stage)
    return following if step is None else f"{step}?next={quote(following)}"


def session_cookie(visit: Visit, *, entered: Entered, entrance: Entrance) -> tuple[bytes, bytes]:
    """The header that sets the cookie of a new session for as long as it may last."""
    seconds = int(entrance.sessions.rules.lasts(entered.stage).total_seconds())
    return set_cookie(entered.cookie, is_secure=visit.is_secure, seconds=seconds)


def refuse_unlike(visit: Visit) -> None:
    """`PasswordUnfit` where the new password was not typed alike twice."""
    if visit.form.text("new") != visit.form.text("again"):
        raise PasswordUnfit(
            "The new password was not typed alike twice.",
            errors=[FieldError("/again", "not the same")],
        )


def own_place(address: str) -> str:
    """The address where it is one of the console's own; else home (CWE-601)."""
    is_own = address.startswith(_OWN_PLACES) and "\\" not in address and address.isprintable()
    return address if is_own else HOME


def _step(visit: Visit, *, template: str, fault: TutelaError | None = None, **shown: str) -> Answer:
    following = own_place(visit.form.text("next") or visit.query.get("next", HOME))
    status = HTTPStatus.OK if fault is None else fault.status
    return page(
        visit,
        template=template,
        http_status=status,
        images=(),
        fault=fault,
        following=following,
        **shown,
    )
