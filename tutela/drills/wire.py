"""Stand-ins on a port: HTTP/1.1 on asyncio streams, so that a connection can end unanswered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import msgspec

HOST: Final = "127.0.0.1"
_HEAD_BYTES: Final = 64 * 1024
BODY_BYTES_MAX: Final = 16 * 1024 * 1024
_CLOSING: Final = {"connection": "close"}


JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request; header names are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    #: The caller's address.
    host: str = ""
    #: What stands behind the question mark, as it was sent.
    query: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    content: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a call: an answer after a while, or the end of the connection."""

    answer: Answer | None
    delay_seconds: float = 0.0


def said(status: int, *, content: object) -> Answer:
    """The content as JSON."""
    return Answer(status, msgspec.json.encode(content))


def told(status: int, *, message: str) -> Answer:
    """One message as JSON."""
    return said(status, content={"message": message})


#: Does all that a call asks for and says what its caller gets, at once or after asking others.
Take = Callable[[Call], Outcome | Awaitable[Outcome]]


class _Refused(Exception):
    """A request that isn't read further."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@asynccontextmanager
async def serving(take: Take, *, port: int = 0) -> AsyncIterator[str]:
    """Serves on this machine for as long as the context lasts; gives the URL."""
    connections: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        connections.add(task)
        try:
            await _serve(take, reader=reader, writer=writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            connections.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, HOST, port, limit=1024 * 1024)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        open_ones = [task for task in connections if task is not None]
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)


async def _serve(take: Take, *, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    host = str(writer.get_extra_info("peername")[0])
    while True:
        try:
            call = await _call(reader, writer=writer, host=host)
        except _Refused as refused:
            answer = told(refused.status, message=refused.status.phrase)
            writer.write(_response(answer, closing=True))
            await writer.drain()
            return
        taken = take(call)
        outcome = await taken if isinstance(taken, Awaitable) else taken
        if outcome.answer is None:
            return
        if outcome.delay_seconds:
            await asyncio.sleep(outcome.delay_seconds)
        closing = call.headers.get("connection", "").lower() == "close"
        writer.write(_response(outcome.answer, closing=closing))
        await writer.drain()
        if closing:
            return


async def _call(reader: asyncio.StreamReader, *, writer: asyncio.StreamWriter, host: str) -> Call:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise _Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from error
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != len(("method", "target", "version")) or len(head) > _HEAD_BYTES:
        raise _Refused(HTTPStatus.BAD_REQUEST)
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if "transfer-encoding" in headers:
        raise _Refused(HTTPStatus.LENGTH_REQUIRED)
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _body(reader, length=headers.get("content-length", "0"))
    path, _, query = words[1].partition("?")
    return Call(method=words[0], path=path, query=query, headers=headers, body=body, host=host)


async def _body(reader: asyncio.StreamReader, *, length: str) -> bytes:
    if not (length.isascii() and length.isdigit()):
        raise _Refused(HTTPStatus.BAD_REQUEST)
    if int(length) > BODY_BYTES_MAX:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return await reader.readexactly(int(length))


def _response(answer: Answer, *, closing: bool) -> bytes:
    headers = {
        "content-type": answer.content_type,
        "content-length": str(len(answer.content)),
        **answer.headers,
        **(_CLOSING if closing else {}),
    }
    lines = [f"HTTP/1.1 {int(answer.status)} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + answer.content
