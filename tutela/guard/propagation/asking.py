"""One question to one surface of the platform, and what it showed: the port, and its way by HTTP.

Whatever is no answer in time, of bounded size and of the shape that the operator described is
`SurfaceUnavailable`; nothing of that is ever taken for a surface that holds.
"""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import quote

import httpx
import msgspec

from tutela.errors import TutelaError
from tutela.guard.propagation.configured import VALUE, VIEWER, Asking

ANSWER_BYTES_MAX: Final = 1024 * 1024
_VIEWER_BYTES: Final = 8


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a surface showed for one question."""

    shown: int
    blocked: bool
    #: Ids of what was shown, and of who published it, where the answer tells them.
    ids: frozenset[str] = frozenset()


class SurfaceUnavailable(TutelaError):
    """The surface gave no answer that says what it shows; the detail never tells the question."""

    code = "surface_unavailable"
    title = "The surface gave no answer"
    status = 503


class SurfaceProbe(Protocol):
    """The way to a platform's surfaces; a platform that speaks otherwise writes its own."""

    async def ask(self, surface: Asking, *, value: str) -> Seen:
        """What the surface shows for the value; raises SurfaceUnavailable."""
        ...


class HttpProbe:
    """Asks by GET, as somebody new each time; redirects are not followed, nothing is kept."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        headers: Mapping[tuple[str, str], Mapping[str, str]],
        chance: Callable[[int], bytes],
    ) -> None:
        self._client = client
        self._headers = headers
        self._chance = chance

    async def ask(self, surface: Asking, *, value: str) -> Seen:
        """What the surface shows for the value; raises SurfaceUnavailable."""
        try:
            async with asyncio.timeout(surface.timeout_seconds):
                body = await self._fetch(surface, value=value)
        except TimeoutError as cause:
            raise SurfaceUnavailable(f"no answer in {surface.timeout_seconds:g} s") from cause
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as cause:
            raise SurfaceUnavailable(f"no answer: {type(cause).__name__}") from cause
        return read_answer(body, surface=surface)

    async def _fetch(self, surface: Asking, *, value: str) -> bytes:
        viewer = f"probe-{self._chance(_VIEWER_BYTES).hex()}"
        # the value last: what it holds is never read as a placeholder
        before, _, after = surface.url.replace(VIEWER, viewer).partition(VALUE)
        told = quote(value, safe="", errors="replace")
        url = before + told + after.replace(VALUE, told)
        headers = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": "tutela",
            **self._headers.get((surface.service, surface.name), {}),
        }
        options: dict[str, Any] = {"timeout": surface.timeout_seconds, "follow_redirects": False}
        async with self._client.stream("GET", url, headers=headers, **options) as answer:
            if answer.status_code != HTTPStatus.OK:
                raise SurfaceUnavailable(f"answered {answer.status_code}")
            return await _read(answer)


async def _read(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > ANSWER_BYTES_MAX:
            raise SurfaceUnavailable(f"answered with more than {ANSWER_BYTES_MAX} bytes")
    return bytes(body)


def read_answer(body: bytes, *, surface: Asking) -> Seen:
    """What an answer in JSON says, by the pointers of the surface; raises SurfaceUnavailable."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise SurfaceUnavailable("answered with what is no JSON") from cause
    blocked = _at(answer, pointer=surface.blocked, otherwise=False)
    if not isinstance(blocked, bool):
        raise SurfaceUnavailable("`blocked` points to neither true nor false")
    results = _at(answer, pointer=surface.results, otherwise=[] if blocked else None)
    if isinstance(results, list):
        return Seen(
            shown=len(results), blocked=blocked, ids=frozenset(_ids(results, surface=surface))
        )
    if isinstance(results, int) and not isinstance(results, bool) and results >= 0:
        return Seen(shown=results, blocked=blocked)
    raise SurfaceUnavailable("`results` points to neither a list nor a number")


def _ids(results: list[Any], *, surface: Asking) -> list[str]:
    if surface.id is None:
        return []
    found: list[str] = []
    for result in results:
        named = _at(result, pointer=surface.id, otherwise=None)
        if not isinstance(named, (str, int)) or isinstance(named, bool):
            raise SurfaceUnavailable("`id` points to no id in a result")
        author = _at(result, pointer=surface.author, otherwise=None)
        found += [str(named), *([author] if isinstance(author, str) else [])]
    return found


def _at(value: Any, *, pointer: str | None, otherwise: object) -> Any:  # noqa: ANN401 - JSON
    """What the pointer leads to (RFC 6901), or `otherwise` where it leads to nothing."""
    if pointer is None:
        return otherwise
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return otherwise
    return otherwise if value is None else value
