"""The platform's connection to the server: who it is told to ask, and the guards it asks then."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from tutela.drills.surfaces.asking import Asking, GuardUnreached
from tutela.drills.surfaces.callers import InProcess, OverHttp
from tutela.guard import Guard
from tutela.guard.asking import GuardAnswer, GuardAsked, Surface
from tutela.guard.library.options import Options

LOOK_SECONDS: Final = 0.2
#: The surfaces on which somebody waits between two keystrokes ask in their own process.
IN_PROCESS: Final = (Surface.SEARCH, Surface.TYPEAHEAD)
OVER_HTTP: Final = (Surface.HASHTAG, Surface.RECOMMENDATION)
#: Between two looks of the library at the server.
POLL_SECONDS: Final = 1.0


class Connection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the server is, and by which tokens the platform speaks to it."""

    url: str
    #: Of the role `guard`, and of the role `service`.
    guard_token: str
    service_token: str


class NotYet:
    """Stands there until the server is known: nothing can be asked."""

    async def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        """Never an answer."""
        del surface, asked
        raise GuardUnreached("The server is not known yet.")


async def connection(path: Path) -> Connection:
    """What the file says, once it is there."""
    while True:
        known = _read(path)
        if known is not None:
            return known
        await asyncio.sleep(LOOK_SECONDS)


def _read(path: Path) -> Connection | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Connection)
    except FileNotFoundError:
        return None


@asynccontextmanager
async def guards(
    known: Connection, *, folder: Path | None
) -> AsyncIterator[Mapping[Surface, Asking]]:
    """Who is asked by each surface: the library for two of them, the server for the others."""
    options = Options(name="surfaces", surfaces=IN_PROCESS, poll_seconds=POLL_SECONDS)
    with Guard(known.url, token=known.guard_token, folder=folder, options=options) as library:
        async with aiohttp.ClientSession(known.url) as session:
            called = OverHttp(session, token=known.guard_token)
            yield {
                **dict.fromkeys(IN_PROCESS, InProcess(library)),
                **dict.fromkeys(OVER_HTTP, called),
            }
