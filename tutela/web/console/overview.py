"""How things stand: the first screen of everybody, which goes on by itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from tutela.access.roles import Right
from tutela.access.sessions import Sessions
from tutela.database.errors import DatabaseUnavailable
from tutela.reconciliation.viewing import Viewer, viewer_of
from tutela.web.answer import EVENT_STREAM, HTML, Answer, StreamAnswer
from tutela.web.console.boards import Board, Boards
from tutela.web.console.pages import moved, page, safety_headers
from tutela.web.console.screen import Needs, Screen
from tutela.web.console.visit import Visit

#: Between two looks of a page that is open.
EVERY_SECONDS: Final = 2.0
#: Between two looks whether somebody may still see the page that they have open.
SESSION_SECONDS: Final = 10.0
#: What a page is told that can't be shown anything newer; its script says so.
_AWAY: Final = b"event: away\ndata: away\n\n"
#: Nothing has changed, and the connection lives.
_SAME: Final = b"event: same\ndata: same\n\n"
#: For proxies that would hold an answer back until it is whole.
_UNHELD: Final = (b"x-accel-buffering", b"no")


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewRoom:
    """What the first screen stands on."""

    boards: Boards
    sessions: Sessions
    closing: asyncio.Event
    every_seconds: float = EVERY_SECONDS
    session_seconds: float = SESSION_SECONDS


def overview_screens(room: OverviewRoom) -> Sequence[Screen]:
    """The way home, the first screen of a service, and the part of it that changes."""

    async def home(visit: Visit) -> Answer:
        if not visit.services:
            return page(visit, template="no_service.html")
        return moved(f"/console/{visit.services[0]}")

    async def overview(visit: Visit) -> Answer:
        board = await room.boards.read(_viewer(visit))
        return page(visit, template="overview.html", board=_safe(board))

    async def live(visit: Visit) -> Answer:
        board = await room.boards.read(_viewer(visit))
        return Answer(200, board.text.encode(), HTML, safety_headers())

    async def events(visit: Visit) -> Answer | StreamAnswer:
        headers = (*safety_headers(), _UNHELD)
        if EVENT_STREAM.encode() not in visit.headers.get(b"accept", b""):
            board = await room.boards.read(_viewer(visit))
            return Answer(200, _message(board.text), EVENT_STREAM, headers)
        return StreamAnswer(_told(room, visit=visit), headers=headers)

    return (
        Screen("GET", "/", Needs.LOGIN, home),
        Screen("GET", "/console/{service}", Right.SEE_STATUS, overview),
        Screen("GET", "/console/{service}/live", Right.SEE_STATUS, live),
        Screen("GET", "/console/{service}/events", Right.SEE_STATUS, events),
    )


async def _told(room: OverviewRoom, *, visit: Visit) -> AsyncIterator[bytes]:
    """Messages of server-sent events (HTML Living Standard, 9.2) until the session or we end."""
    viewer, told = _viewer(visit), ""
    is_still_allowed = _watched(room, visit=visit)
    while not room.closing.is_set():
        try:
            if not await is_still_allowed():
                return
            board = await room.boards.read(viewer)
        except DatabaseUnavailable:
            yield _AWAY
        else:
            yield _SAME if board.text == told else _message(board.text)
            told = board.text
        with suppress(TimeoutError):
            await asyncio.wait_for(room.closing.wait(), room.every_seconds)


def _watched(room: OverviewRoom, *, visit: Visit) -> Callable[[], Awaitable[bool]]:
    """Asks now and then whether the visitor is still who they were when the page was opened."""
    now = asyncio.get_running_loop().time
    due = now() + room.session_seconds

    async def ask() -> bool:
        nonlocal due
        if now() < due:
            return True
        due = now() + room.session_seconds
        visitor = await room.sessions.visitor(visit.cookie, service=visit.service)
        return visitor is not None and visitor.person == visit.visitor

    return ask


def _message(text: str) -> bytes:
    return b"".join(b"data: %b\n" % line.encode() for line in text.splitlines()) + b"\n"


def _safe(board: Board) -> Markup:
    """The text of a board, which a template with escaping made."""
    return Markup(board.text)  # noqa: S704


def _viewer(visit: Visit) -> Viewer:
    return viewer_of(visit.caller)
