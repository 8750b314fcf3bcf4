"""HTTP/1.1 as a sender speaks it: one connection that stays open, and is given up when in doubt."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

#: After this long without an answer a caller gives up; a service under faults must answer before.
CALL_SECONDS = 30.0
JSON, JSON_LINES = "application/json", "application/x-ndjson"

OnLine = Callable[[bytes], None]


class Unanswered(Exception):
    """Whether the call was done is not known."""


class TooSlow(Unanswered):
    """The service kept the connection open and said nothing for as long as the caller waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call; a POST where there is a body."""

    path: str
    token: str = ""
    body: bytes | None = None
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The call as it goes over the wire."""
        lines = [
            f"{'GET' if self.body is None else 'POST'} {self.path} HTTP/1.1",
            "host: localhost",
        ]
        if self.token:
            lines.append(f"authorization: Bearer {self.token}")
        if self.body is not None:
            lines += [f"content-type: {self.content_type}", f"content-length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + (self.body or b"")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and whole body."""

    status: int
    body: bytes


class Line:
    """A connection to one port, opened when it is needed."""

    def __init__(self, port: int, *, call_seconds: float = CALL_SECONDS) -> None:
        self.port = port
        self._call_seconds = call_seconds
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(
        self, request: Request, *, on_line: OnLine | None = None, seconds: float | None = None
    ) -> Answer:
        """The answer; `on_line` is told each whole line of the body as it comes. `Unanswered`."""
        patience_seconds = seconds or self._call_seconds
        try:
            async with asyncio.timeout(patience_seconds):
                return await self._call(request.encoded(), on_line=on_line)
        except TimeoutError as cause:
            self.close()
            raise TooSlow(f"no answer in {patience_seconds:g} s") from cause
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as cause:
            self.close()
            raise Unanswered(type(cause).__name__) from cause
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets go of the connection."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def _call(self, sent: bytes, *, on_line: OnLine | None) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        writer.write(sent)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        body = bytearray()
        lines = _Lines(on_line if status == 200 else None)
        if b"transfer-encoding: chunked" in head:
            while size := int(await reader.readline(), 16):
                body += (piece := (await reader.readexactly(size + 2))[:-2])
                lines.feed(piece)
            await reader.readline()
        elif (at := head.find(b"content-length: ")) >= 0:
            body += await reader.readexactly(int(head[at + 16 : head.index(b"\r\n", at)]))
        if b"connection: close" in head:
            self.close()
        return Answer(status, bytes(body))


class _Lines:
    def __init__(self, on_line: OnLine | None) -> None:
        self._on_line = on_line
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        if self._on_line is None:
            return
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._on_line(line)


async def answers(port: int, *, path: str = "/readyz") -> bool:
    """Whether a service answers on the port, and not that it is unable to."""
    line = Line(port, call_seconds=2.0)
    try:
        return (await line.call(Request(path=path))).status < 500
    except Unanswered:
        return False
    finally:
        line.close()
