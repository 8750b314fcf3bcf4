"""The one way in: read a bounded body, find out who calls, ask the right, answer or say why not."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qsl

import structlog
from starlette.types import Receive, Scope, Send

from tutela.access.pace import Pace
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import Unfit
from tutela.intake.refusals import Refusal
from tutela.web.answer import (
    ACTIVITY_JSON,
    FORM,
    JSON,
    JSON_LINES,
    Answer,
    LineAnswer,
    StreamAnswer,
)
from tutela.web.body import IncomingBody, WrongType, media_type, refuse_encoded
from tutela.web.problem import problem

MAX_BODY_BYTES = 1024 * 1024
MAX_LINES_BYTES = 32 * 1024 * 1024
ERRORS_MAX = 100

_SAFE_HEADERS = ((b"x-content-type-options", b"nosniff"),)
_POLICY = b"content-security-policy"
#: Of what is no page: should a browser be led to it, it loads nothing, in no frame (CWE-1021).
BARE_POLICY = (_POLICY, b"default-src 'none'; frame-ancestors 'none'")
#: Media types that a call understands as what it takes; none at all is taken as meant well.
_ACCEPTED = {
    FORM: frozenset({FORM}),
    JSON: frozenset({"", JSON}),
    ACTIVITY_JSON: frozenset({ACTIVITY_JSON, "application/ld+json"}),
    JSON_LINES: frozenset(
        {"", JSON_LINES, JSON, "application/jsonl", "application/json-lines", "text/plain"}
    ),
}

_log = structlog.get_logger(__name__)


class TooMany(TutelaError):
    """A public call is made more often than it may be."""

    code = "too_many"
    title = "Too many calls"
    status = HTTPStatus.TOO_MANY_REQUESTS


class Broken(TutelaError):
    """A fault in the code; the log has the trace, the caller has the status."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as its handler sees it: authenticated, allowed, its body read."""

    speaking: Caller | None
    body: bytes
    headers: dict[bytes, bytes]
    path: dict[str, str]
    query: dict[str, str]

    @property
    def caller(self) -> Caller:
        """Who calls; there is one wherever the call asks a right."""
        if self.speaking is None:
            raise Broken(detail="A public call was asked who is calling.")
        return self.speaking


Handler = Callable[[Asked], Awaitable[Answer | LineAnswer]]


class Desk(Protocol):
    """Knows who sent an `Authorization` header; `NoToken` where that is nobody."""

    async def caller(self, authorization: str | None) -> Caller: ...


class Measure(Protocol):
    """Notes how a call went, by its name."""

    def __call__(self, call: str, *, status: int, seconds: float) -> None: ...


class Telling(Protocol):
    """Tells an error to a person, by the headers of the call."""

    def __call__(self, error: TutelaError, *, headers: Mapping[bytes, bytes]) -> Answer: ...


class NoteReading(Protocol):
    """Writes down that a caller reads something; what can't be written down is not answered."""

    async def __call__(self, caller: Caller, *, path: str, right: Right | None) -> None: ...


async def unread(caller: Caller, *, path: str, right: Right | None) -> None:
    """Nothing, where nobody keeps a log of what is read."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What is noted of every call: its refusal as a row, its status and seconds as a figure."""

    record: Callable[[Refusal], Awaitable[None]]
    measure: Measure
    #: By whom it was read, of those whose reading is written down.
    note_reading: NoteReading = unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a call asks of its caller and takes; `right` is None where the call is public."""

    right: Right | None
    takes: str | None = JSON
    max_body_bytes: int = MAX_BODY_BYTES
    queries: frozenset[str] = frozenset()
    #: What becomes of other parameters: people share links with what their apps append to them.
    passes_over_queries: bool = False
    #: What becomes of a refused call's body, and of the places in it: people's own words stay out.
    keeps_refused: bool = True
    #: How often everybody together may call it, where it is public.
    pace: Pace | None = None
    #: Where a token may stand alone, for clients that know no `Authorization`.
    token_header: bytes | None = None
    #: How an error is told.
    present: Callable[[TutelaError], Answer] = problem
    #: How it is told where a person reads it; None where none does.
    page: Telling | None = None


class Endpoint:
    """An ASGI application for one method and path."""

    def __init__(
        self, name: str, *, handler: Handler, terms: Terms, desk: Desk, minutes: Minutes
    ) -> None:
        self.name = name
        self.terms = terms
        self._handler = handler
        self._desk = desk
        self._record = minutes.record
        self._measure = minutes.measure
        self._note_reading = minutes.note_reading

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call; whatever goes wrong becomes a problem document."""
        begun = time.perf_counter()
        status = await self._answer(scope, receive=receive, send=send)
        self._measure(self.name, status=status, seconds=time.perf_counter() - begun)

    async def _answer(self, scope: Scope, *, receive: Receive, send: Send) -> int:
        headers = dict(scope["headers"])
        incoming = IncomingBody(receive, headers=headers)
        body = b""
        caller: Caller | None = None
        try:
            caller = await self._caller(headers)
            query = self._query(scope["query_string"])
            body = await self._body(incoming, headers=headers)
            path = scope.get("path_params", {})
            given = await self._handler(Asked(caller, body, headers, path, query))
            if caller is not None and scope["method"] != "POST":
                await self._note_reading(caller, path=scope["path"], right=self.terms.right)
        except TutelaError as error:
            refusal = self._refusal(error, caller=caller, body=body)
            given = await self._refuse(refusal, unread=incoming, headers=headers)
        except Exception:  # noqa: BLE001 - whatever it is, the caller gets a status and no stack
            _log.exception("call_failed", call=self.name)
            fault = Broken(detail="The fault was logged. Nothing was acknowledged.")
            refusal = self._refusal(fault, caller=caller, body=body)
            given = await self._refuse(refusal, unread=incoming, headers=headers)
        await send_answer(given, send=send)
        return given.status

    async def _refuse(
        self, refusal: Refusal, *, unread: IncomingBody, headers: Mapping[bytes, bytes]
    ) -> Answer:
        await unread.discard()
        await self._record(refusal)
        if self.terms.page is not None:
            return self.terms.page(refusal.error, headers=headers)
        return self.terms.present(refusal.error)

    def _refusal(self, error: TutelaError, *, caller: Caller | None, body: bytes) -> Refusal:
        if self.terms.keeps_refused:
            return Refusal(self.name, caller, error, body)
        return Refusal(self.name, caller, error, b"", keeps_places=False)

    async def _caller(self, headers: dict[bytes, bytes]) -> Caller | None:
        if self.terms.right is None:
            self._keep_pace()
            return None
        authorization = headers.get(b"authorization", self._alone(headers))
        caller = await self._desk.caller(
            None if authorization is None else authorization.decode("latin-1")
        )
        refuse_unless(caller.role, right=self.terms.right)
        return caller

    def _alone(self, headers: dict[bytes, bytes]) -> bytes | None:
        token = headers.get(self.terms.token_header) if self.terms.token_header else None
        return None if token is None else b"Bearer " + token

    def _keep_pace(self) -> None:
        pace = self.terms.pace
        if pace is not None and not pace.allows(asyncio.get_running_loop().time()):
            raise TooMany(detail="Nothing was done. Come back in a moment.")

    def _query(self, raw: bytes) -> dict[str, str]:
        if not raw:
            return {}
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
        if self.terms.passes_over_queries:
            return {name: text for name, text in reversed(pairs) if name in self.terms.queries}
        times = Counter(name for name, _ in pairs)
        errors = [
            FieldError(f"?{name}", "unknown parameter" if count == 1 else "said more than once")
            for name, count in sorted(times.items())
            if count > 1 or name not in self.terms.queries
        ]
        if errors:
            raise Unfit(detail="A query parameter can't be taken.", errors=errors[:ERRORS_MAX])
        return dict(pairs)

    async def _body(self, incoming: IncomingBody, *, headers: dict[bytes, bytes]) -> bytes:
        takes = self.terms.takes
        if takes is None:
            await incoming.discard()
            return b""
        refuse_encoded(headers)
        if media_type(headers) not in _ACCEPTED[takes]:
            raise WrongType(detail=f"Send {takes}.")
        return await incoming.read(max_bytes=self.terms.max_body_bytes)


async def send_answer(given: Answer | LineAnswer, *, send: Send) -> None:
    """Sends an answer whole, or line by line as its lines come."""
    if isinstance(given, LineAnswer):
        await _send_lines(given, send=send)
        return
    await send(
        {
            "type": "http.response.start",
            "status": given.status,
            "headers": [
                (b"content-type", given.content_type.encode()),
                (b"content-length", str(len(given.body)).encode()),
                (b"cache-control", given.cache),
                *_SAFE_HEADERS,
                *with_policy(given.headers),
            ],
        }
    )
    await send({"type": "http.response.body", "body": given.body})


def with_policy(
    headers: tuple[tuple[bytes, bytes], ...],
) -> tuple[tuple[bytes, bytes], ...]:
    """The headers with a policy of what may be loaded: their own, else that of what is no page."""
    has_one = any(name == _POLICY for name, _ in headers)
    return headers if has_one else (BARE_POLICY, *headers)


async def _send_lines(given: LineAnswer, *, send: Send) -> None:
    content_type = (b"content-type", JSON_LINES.encode())
    headers = [content_type, (b"cache-control", b"no-store"), *_SAFE_HEADERS, BARE_POLICY]
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    async for line in given.lines:
        await send({"type": "http.response.body", "body": line, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def send_stream(given: StreamAnswer, *, receive: Receive, send: Send) -> None:
    """Sends chunk by chunk until there are no more, or whoever listened has gone."""
    sending = asyncio.create_task(_send_chunks(given, send=send))
    leaving = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
    finally:
        for each in (sending, leaving):
            each.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send_chunks(given: StreamAnswer, *, send: Send) -> None:
    content_type = (b"content-type", given.content_type.encode())
    headers = [content_type, (b"cache-control", b"no-store"), *_SAFE_HEADERS]
    headers += with_policy(given.headers)
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    async for chunk in given.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
