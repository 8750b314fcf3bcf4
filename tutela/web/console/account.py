"""A person's own account: where they are logged in, their password, their second proof."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from uuid import UUID

from tutela.access.login.entrance import Entrance
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import Unfit
from tutela.web.answer import Answer
from tutela.web.console.login import refuse_unlike, session_cookie
from tutela.web.console.pages import moved, page
from tutela.web.console.pictures import setup_picture
from tutela.web.console.screen import Needs, Screen
from tutela.web.console.visit import Visit
from tutela.web.theme import Theme, theme_cookie, theme_in

PLACE = "/account"
#: For how long a browser of the staff keeps its colours: a year.
THEME_SECONDS = 365 * 24 * 3600


class WrongPassword(TutelaError):
    """A grave act was not confirmed with the password of whoever is logged in."""

    code = "wrong_password"
    title = "The password is not right"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class FactorNeeded(TutelaError):
    """The role asks for a second proof; it can't be taken off."""

    code = "factor_needed"
    title = "The role asks for a second proof"
    status = HTTPStatus.CONFLICT


Acting = Callable[[Visit], Awaitable[Answer]]


def account_screens(entrance: Entrance) -> Sequence[Screen]:
    """The account, and what can be done there."""
    desk = _Desk(entrance)
    acts = {
        "password": desk.change_password,
        "sessions": desk.end_session,
        "second-factor": desk.offer,
        "second-factor/confirm": desk.confirm,
        "second-factor/off": desk.take_off,
        "recovery-codes": desk.renew_codes,
        "theme": desk.choose_theme,
    }
    return (
        Screen("GET", PLACE, Needs.LOGIN, desk.show),
        *(
            Screen("POST", f"{PLACE}/{place}", Needs.LOGIN, desk.told_in_place(act))
            for place, act in acts.items()
        ),
    )


class _Desk:
    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._sessions = entrance.sessions
        self._factors = entrance.factors

    async def show(self, visit: Visit) -> Answer:
        return await self._account(visit)

    def told_in_place(self, act: Acting) -> Acting:
        """The act; what goes wrong is told on the account's page."""

        async def acted(visit: Visit) -> Answer:
            try:
                return await act(visit)
            except TutelaError as error:
                return await self._account(visit, fault=error)

        return acted

    async def change_password(self, visit: Visit) -> Answer:
        """A new password, a new session, and the end of all others."""
        await self._confirmed(visit)
        refuse_unlike(visit)
        await self._entrance.change_password(visit.person, password=visit.form.text("new"))
        return await self._anew(visit, place=f"{PLACE}?done=password")

    async def choose_theme(self, visit: Visit) -> Answer:
        """Light, dark, or as the device says, in this browser alone."""
        said = visit.form.text("theme")
        if said not in set(Theme):
            raise Unfit("Nothing was changed.", errors=[FieldError("/theme", "choose one")])
        told = theme_cookie(Theme(said), seconds=THEME_SECONDS)
        return moved(f"{PLACE}?done=theme", headers=(told,))

    async def end_session(self, visit: Visit) -> Answer:
        """One of their sessions is over, or all but this one."""
        chosen = visit.form.text("session")
        if chosen == "others":
            await self._sessions.end_others(visit.person, cookie=visit.cookie)
        else:
            await self._sessions.end(visit.person, session_id=_id(chosen))
        return moved(f"{PLACE}?done=session")

    async def offer(self, visit: Visit) -> Answer:
        """What an authenticator is set up by; the password is asked first."""
        await self._confirmed(visit)
        return await self._setup(visit)

    async def confirm(self, visit: Visit) -> Answer:
        """The recovery codes, a new session, and the end of all others."""
        try:
            codes = await self._factors.confirm(visit.person, code=visit.form.text("code"))
        except TutelaError as error:
            return await self._setup(visit, fault=error)
        return await self._codes(visit, codes=codes)

    async def take_off(self, visit: Visit) -> Answer:
        """The password is enough again; it and a code are asked first."""
        person = visit.person
        if person.role in self._sessions.rules.strong_roles:
            raise FactorNeeded("Ask an admin where your authenticator is lost.")
        await self._confirmed(visit)
        await self._entrance.refuse_wrong_code(person, code=visit.form.text("code"))
        await self._factors.take_off(person)
        return await self._anew(visit, place=f"{PLACE}?done=off")

    async def renew_codes(self, visit: Visit) -> Answer:
        """New recovery codes; the password is asked first."""
        await self._confirmed(visit)
        return await self._codes(visit, codes=await self._factors.renew_codes(visit.person))

    async def _confirmed(self, visit: Visit) -> None:
        right = await self._entrance.is_their_password(
            visit.person, password=visit.form.text("password"), origin=visit.origin
        )
        if not right:
            raise WrongPassword("Nothing was changed.", errors=[FieldError("/password", "wrong")])

    async def _anew(self, visit: Visit, *, place: str) -> Answer:
        return moved(place, headers=(await self._rotated(visit),))

    async def _codes(self, visit: Visit, *, codes: tuple[str, ...]) -> Answer:
        told = page(visit, template="recovery_codes.html", codes=codes, following=PLACE)
        headers = (*told.headers, await self._rotated(visit))
        return Answer(told.status, told.body, told.content_type, headers)

    async def _rotated(self, visit: Visit) -> tuple[bytes, bytes]:
        """A new session in the place of all that the person had."""
        entered = await self._entrance.begin_anew(visit.person, origin=visit.origin)
        await self._sessions.end_others(visit.person, cookie=entered.cookie)
        return session_cookie(visit, entered=entered, entrance=self._entrance)

    async def _setup(self, visit: Visit, *, fault: TutelaError | None = None) -> Answer:
        secret = await self._factors.offer(visit.person)
        return page(
            visit,
            template="account_setup.html",
            http_status=HTTPStatus.OK if fault is None else fault.status,
            secret=secret,
            picture=setup_picture(secret, person=visit.person),
            fault=fault,
        )

    async def _account(self, visit: Visit, *, fault: TutelaError | None = None) -> Answer:
        person = visit.person
        return page(
            visit,
            template="account.html",
            http_status=HTTPStatus.OK if fault is None else fault.status,
            sessions=await self._sessions.of(person, cookie=visit.cookie),
            factor=await self._factors.standing(person),
            has_password=await self._entrance.has_password(person),
            is_needed=person.role in self._sessions.rules.strong_roles,
            rules=self._sessions.rules,
            done=visit.query.get("done", ""),
            theme=theme_in(visit.headers),
            themes=list(Theme),
            fault=fault,
        )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
