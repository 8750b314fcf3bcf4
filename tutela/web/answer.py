"""What goes back over the wire."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

JSON = "application/json"
JSON_LINES = "application/x-ndjson"
FORM = "application/x-www-form-urlencoded"
HTML = "text/html; charset=utf-8"
EVENT_STREAM = "text/event-stream"
ACTIVITY_JSON = "application/activity+json"

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body, and the headers beside length and type."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    #: How long it may be kept (RFC 9111).
    cache: bytes = b"no-store"


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """A body of JSON Lines that is written as it comes."""

    lines: AsyncIterator[bytes]
    status: int = 200


@dataclass(frozen=True, slots=True)
class StreamAnswer:
    """A body that goes on for as long as somebody listens; its chunks are sent as they come."""

    chunks: AsyncIterator[bytes]
    content_type: str = EVENT_STREAM
    headers: tuple[tuple[bytes, bytes], ...] = ()
    status: int = 200


def answer(value: object, *, status: int = 200) -> Answer:
    """A JSON answer of a struct, a dict or a list."""
    return Answer(status, _encode(value))


async def begun(lines: AsyncIterator[bytes], *, status: int = 200) -> LineAnswer:
    """The lines as an answer, once the first is there: until then an error is still a status."""
    first = await anext(lines, b"")

    async def rest() -> AsyncIterator[bytes]:
        yield first
        async for line in lines:
            yield line

    return LineAnswer(rest(), status)
