"""In and out: the form, the session behind the cookie, and its end."""

from collections.abc import Sequence
from typing import Final

from tutela.access.sessions import SESSION_HOURS, Sessions
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import COOKIE, Needs, Screen
from tutela.web.console.visit import Visit

MAIN_TENANT: Final = "main"
HOME: Final = "/"
#: Where a login may lead back to; everything else leads home.
_OWN_PLACES: Final = ("/console/", "/account")


def login_screens(sessions: Sessions) -> Sequence[Screen]:
    """The login form, and the ways in and out."""
    door = _Door(sessions)
    return (
        Screen("GET", "/login", Needs.NOTHING, door.show),
        Screen("POST", "/login", Needs.NOTHING, door.log_in),
        Screen("POST", "/logout", Needs.NOTHING, door.log_out),
    )


class _Door:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def show(self, visit: Visit) -> Answer:
        following = own_place(visit.query.get("next", HOME))
        return page(
            visit, template="login.html", wrong=False, tenant=MAIN_TENANT, following=following
        )

    async def log_in(self, visit: Visit) -> Answer:
        """What was asked for, with a new session; the form again where the two don't fit."""
        form = visit.form
        tenant, following = form.text("tenant") or MAIN_TENANT, own_place(form.text("next"))
        cookie = await self._sessions.log_in(
            form.text("name"), password=form.text("password"), tenant=tenant
        )
        if cookie is None:
            return page(
                visit,
                template="login.html",
                status=401,
                wrong=True,
                tenant=tenant,
                following=following,
            )
        await self._sessions.log_out(visit.cookie)
        return moved(following, headers=(_cookie(cookie, visit=visit),))

    async def log_out(self, visit: Visit) -> Answer:
        """The login form; the session has ended on the server."""
        await self._sessions.log_out(visit.cookie)
        return moved("/login", headers=(_cookie("", visit=visit, seconds=0),))


def own_place(address: str) -> str:
    """The address where it is one of the console's own; else home (CWE-601)."""
    is_own = address.startswith(_OWN_PLACES) and "\\" not in address and address.isprintable()
    return address if is_own else HOME


def _cookie(
    cookie: str, *, visit: Visit, seconds: int = SESSION_HOURS * 3600
) -> tuple[bytes, bytes]:
    secure = "; Secure" if visit.is_secure else ""
    told = f"{COOKIE}={cookie}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    return (b"set-cookie", told.encode("latin-1"))
