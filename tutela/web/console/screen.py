"""The one way to a screen: who is there, may they, is the form theirs and new; then its answer."""

import re
import time
from collections.abc import Awaitable, Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl

import structlog
from starlette.types import Receive, Scope, Send

from tutela.access.roles import Right, refuse_unless
from tutela.access.sent_forms import SentForms
from tutela.access.services import NoSuchService
from tutela.access.sessions import Sessions, Visitor
from tutela.errors import TutelaError
from tutela.web.answer import FORM, Answer, StreamAnswer
from tutela.web.body import IncomingBody, WrongType, media_type, refuse_encoded
from tutela.web.console.arrival import Arrivals
from tutela.web.console.cookies import COOKIE, cookie_in
from tutela.web.console.once import done_once
from tutela.web.console.pages import fault_page, followed
from tutela.web.console.visit import Form, LoggedOut, Visit, refuse_foreign
from tutela.web.endpoint import (
    MAX_BODY_BYTES,
    Broken,
    Measure,
    NoteReading,
    send_answer,
    send_stream,
    unread,
)
from tutela.web.fallback import NoSuchCall

__all__ = ["COOKIE", "Doors", "Needs", "Screen", "ScreenEndpoint"]

_log = structlog.get_logger(__name__)


class Needs(StrEnum):
    """Whom a screen is for that asks no right."""

    #: Whoever comes; nobody is asked who they are.
    NOTHING = "nothing"
    #: Whoever is logged in, whatever their role.
    LOGIN = "login"


Answering = Callable[[Visit], Awaitable[Answer | StreamAnswer]]


@dataclass(frozen=True, slots=True)
class Screen:
    """`METHOD /path`, what it asks of its visitor, and what answers it.

    A path with `{service}` is about that service of the visitor's tenant; another tenant's is 404.
    """

    method: str
    path: str
    needs: Right | Needs
    answering: Answering


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What every screen stands on."""

    sessions: Sessions
    forms: SentForms
    clock: Callable[[], datetime]
    measure: Measure
    arrivals: Arrivals = field(default_factory=Arrivals)
    #: By whom a screen was read, of those whose reading is written down.
    note_reading: NoteReading = unread


def places_shown(screens: Iterable[Screen]) -> AbstractSet[str]:
    """The paths that show a page, whatever the names in them."""
    return {_unnamed(each.path) for each in screens if each.method == "GET"}


def page_of(screen: Screen, *, shown: AbstractSet[str]) -> str:
    """The path of the page that the screen is itself, or that its form most likely stood on.

    `shown` is what `places_shown` says of all screens.
    """
    parts = screen.path.split("/")
    for count in range(len(parts), 1, -1):
        path = "/".join(parts[:count])
        if _unnamed(path) in shown:
            return path
    return "/"


def _unnamed(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


class ScreenEndpoint:
    """An ASGI application for one screen; `page` is what whoever logs in again is led to."""

    def __init__(self, screen: Screen, *, doors: Doors, page: str = "/") -> None:
        self.screen = screen
        self._page = page
        self._doors = doors
        self._name = f"{screen.method} {screen.path}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call; whatever goes wrong is told on a page."""
        begun = time.perf_counter()
        given = await self._answer(scope, receive=receive)
        if isinstance(given, Answer):
            await send_answer(given, send=send)
        self._doors.measure(self._name, status=given.status, seconds=time.perf_counter() - begun)
        if isinstance(given, StreamAnswer):
            await send_stream(given, receive=receive, send=send)

    async def _answer(self, scope: Scope, *, receive: Receive) -> Answer | StreamAnswer:
        visit = self._stranger(scope)
        incoming = IncomingBody(receive, headers=dict(visit.headers))
        try:
            visit = await self._known(visit)
            if self.screen.method == "POST":
                visit = await _with_form(visit, incoming=incoming)
                if visit.visitor is not None:
                    visit.form.refuse_unkept()
            given = await done_once(
                visit, forms=self._doors.forms, path=scope["path"], act=self.screen.answering
            )
            await self._note_reading(visit, path=scope["path"])
            return given if isinstance(given, StreamAnswer) else followed(given, visit=visit)
        except TutelaError as error:
            await incoming.discard()
            return fault_page(visit, error=error)
        except Exception:  # noqa: BLE001 - whatever it is, the person gets a page and no stack
            _log.exception("screen_failed", screen=self._name)
            await incoming.discard()
            return fault_page(visit, error=Broken(detail="The fault was logged. Nothing was done."))

    async def _note_reading(self, visit: Visit, *, path: str) -> None:
        needs = self.screen.needs
        if visit.speaking is not None and self.screen.method != "POST":
            right = needs if isinstance(needs, Right) else None
            await self._doors.note_reading(visit.speaking, path=path, right=right)

    def _stranger(self, scope: Scope) -> Visit:
        headers = dict(scope["headers"])
        query = scope["query_string"].decode("latin-1")
        is_secure = self._doors.arrivals.is_secure(scope)
        return Visit(
            visitor=None,
            speaking=None,
            services=(),
            path=scope.get("path_params", {}),
            query=dict(parse_qsl(query, keep_blank_values=True)),
            form=Form(),
            headers=headers,
            cookie=cookie_in(headers, is_secure=is_secure),
            address=self._address(scope),
            is_secure=is_secure,
            origin=self._doors.arrivals.origin(scope),
            now=self._doors.clock(),
        )

    def _address(self, scope: Scope) -> str:
        """What can be asked for again: of a form its page, since forms are sent by people alone."""
        if self.screen.method != "GET":
            return self._page.format_map(scope.get("path_params", {}))
        query = scope["query_string"].decode("latin-1")
        path: str = scope["path"]
        return f"{path}?{query}" if query else path

    async def _known(self, visit: Visit) -> Visit:
        """The visit with its visitor; raises LoggedOut, NoSuchService, NoSuchCall, Forbidden."""
        needs, service = self.screen.needs, visit.path.get("service")
        if needs == Needs.NOTHING:
            return visit
        visitor = await self._doors.sessions.visitor(visit.cookie, service=service)
        if visitor is None:
            raise LoggedOut("Log in, and what you asked for is shown.")
        if isinstance(needs, Right):
            refuse_unless(visitor.person.role, right=needs)
        if service is not None and visitor.speaking is None:
            raise NoSuchService(f"There is no service {service}, or it is another tenant's.")
        if any("\0" in text for text in visit.path.values()):
            raise NoSuchCall("Nothing has such a name.")
        if not (visit.is_partial and self.screen.method == "GET"):
            await self._doors.sessions.note_seen(visit.cookie, visitor=visitor)
        return replace(_of(visitor, visit=visit), mark=self._doors.forms.mark())


def _of(visitor: Visitor, *, visit: Visit) -> Visit:
    return replace(
        visit,
        visitor=visitor.person,
        speaking=visitor.speaking,
        services=visitor.services,
    )


async def _with_form(visit: Visit, *, incoming: IncomingBody) -> Visit:
    headers = dict(visit.headers)
    refuse_foreign(headers)
    refuse_encoded(headers)
    if media_type(headers) not in ("", FORM):
        raise WrongType(detail=f"Send {FORM}.")
    return replace(visit, form=Form(await incoming.read(max_bytes=MAX_BODY_BYTES)))
