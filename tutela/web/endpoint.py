"""The one way in: read a bounded body, find out who calls, ask the right, answer or say why not."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import structlog
from starlette.types import Receive, Scope, Send

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller, TokenDesk
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import Unfit
from tutela.intake.refusals import Refusal
from tutela.web.answer import JSON, JSON_LINES, Answer, LineAnswer
from tutela.web.body import WrongType, media_type, read_body
from tutela.web.problem import problem

MAX_BODY_BYTES = 1024 * 1024
MAX_LINES_BYTES = 32 * 1024 * 1024

_SAFE_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
#: Media types that a call understands as what it takes; none at all is taken as meant well.
_ACCEPTED = {
    JSON: frozenset({"", JSON}),
    JSON_LINES: frozenset(
        {"", JSON_LINES, "application/jsonl", "application/json-lines", "text/plain"}
    ),
}

_log = structlog.get_logger(__name__)


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
Recorder = Callable[[Refusal], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a call asks of its caller: a right, or None where it is public; what it takes, how much."""

    right: Right | None
    takes: str | None = JSON
    max_body_bytes: int = MAX_BODY_BYTES
    queries: frozenset[str] = frozenset()


class Endpoint:
    """An ASGI application for one method and path."""

    def __init__(
        self,
        name: str,
        handler: Handler,
        terms: Terms,
        *,
        desk: TokenDesk,
        record: Recorder,
        present: Callable[[TutelaError], Answer] = problem,
    ) -> None:
        self.name = name
        self.terms = terms
        self._handler = handler
        self._desk = desk
        self._record = record
        self._present = present

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call; whatever goes wrong becomes a problem document."""
        headers = dict(scope["headers"])
        body = b""
        caller: Caller | None = None
        try:
            caller = await self._caller(headers)
            body = await self._body(headers, receive)
            path = scope.get("path_params", {})
            given = await self._handler(Asked(caller, body, headers, path, self._query(scope)))
        except TutelaError as error:
            await self._record(Refusal(self.name, caller, error, body))
            given = self._present(error)
        except Exception:
            _log.exception("call_failed", call=self.name)
            given = self._present(Broken(detail="The fault was logged. Nothing was acknowledged."))
        await _send(given, send)

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        body = await read_body(headers, receive, max_bytes=self.terms.max_body_bytes)
        if self.terms.takes is not None and media_type(headers) not in _ACCEPTED[self.terms.takes]:
            raise WrongType(detail=f"Send {self.terms.takes}.")
        return body

    async def _caller(self, headers: dict[bytes, bytes]) -> Caller | None:
        if self.terms.right is None:
            return None
        authorization = headers.get(b"authorization")
        caller = await self._desk.caller(
            None if authorization is None else authorization.decode("latin-1")
        )
        refuse_unless(caller.role, right=self.terms.right)
        return caller

    def _query(self, scope: Scope) -> dict[str, str]:
        raw = scope["query_string"]
        if not raw:
            return {}
        query = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))
        unknown = sorted(query.keys() - self.terms.queries)
        if unknown:
            raise Unfit(
                detail="A query parameter is unknown.",
                errors=[FieldError(f"?{name}", "unknown parameter") for name in unknown],
            )
        return query


async def _send(given: Answer | LineAnswer, send: Send) -> None:
    if isinstance(given, LineAnswer):
        await _send_lines(given, send)
        return
    await send(
        {
            "type": "http.response.start",
            "status": given.status,
            "headers": [
                (b"content-type", given.content_type.encode()),
                (b"content-length", str(len(given.body)).encode()),
                *_SAFE_HEADERS,
                *given.headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": given.body})


async def _send_lines(given: LineAnswer, send: Send) -> None:
    headers = [(b"content-type", JSON_LINES.encode()), *_SAFE_HEADERS]
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    async for line in given.lines:
        await send({"type": "http.response.body", "body": line, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
