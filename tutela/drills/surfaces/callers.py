"""How the platform asks the guard: in its own process, or by a call to the server."""

from http import HTTPStatus
from typing import Final, Protocol

import aiohttp
import msgspec

from tutela.drills.surfaces.asking import GuardUnreached, answer
from tutela.guard.asking import GuardAnswer, GuardAsked, Surface
from tutela.guard.deciding import Decider

#: A page waits no longer for the guard.
CALL_SECONDS: Final = 5.0


class Decided:
    """One snapshot in memory, asked directly: for worlds without a server."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider

    async def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        """What the snapshot says of each item, without help."""
        results = self._decider.results(surface, asked.items, viewer=asked.viewer)
        return answer(results, version=self._decider.version)


class Library(Protocol):
    """`tutela.guard.Guard`, as far as a surface uses it."""

    def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer: ...


class InProcess:
    """The library in the platform's own process: no call leaves it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        """What the newest snapshot says of each item."""
        return self._library.ask(surface, asked=asked)


class OverHttp:
    """`POST /v1/guard/{surface}`; the session carries the server's URL."""

    def __init__(self, session: aiohttp.ClientSession, *, token: str) -> None:
        self._session = session
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)

    async def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        """What the server says of each item; GuardUnreached where it says nothing of them."""
        path, body = f"/v1/guard/{surface}", msgspec.json.encode(asked)
        try:
            async with self._session.post(
                path, data=body, headers=self._headers, timeout=self._timeout
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise GuardUnreached(f"The guard answered {response.status}.")
                found = msgspec.json.decode(await response.read(), type=GuardAnswer)
        except (aiohttp.ClientError, TimeoutError, msgspec.MsgspecError) as cause:
            raise GuardUnreached(type(cause).__name__) from cause
        if len(found.results) != len(asked.items):
            raise GuardUnreached("The guard spoke of other items.")
        return found
