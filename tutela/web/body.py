"""A request's body, read to a bound in size and time; the rest is thrown away unread."""

import asyncio
from http import HTTPStatus

from starlette.types import Receive

from tutela.errors import TutelaError

#: How much of an unwanted body is read and thrown away, so that its sender hears why; then the
#: connection is cut.
DISCARD_BYTES = 256 * 1024 * 1024
DISCARD_SECONDS = 10.0
#: How long a sender may take for a body that is wanted.
BODY_SECONDS = 60.0

_LENGTH_DIGITS_MAX = 18


class TooLarge(TutelaError):
    """The body is larger than this call takes."""

    code = "too_large"
    title = "The body is too large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class WrongType(TutelaError):
    """The body is of a type or an encoding that this call does not take."""

    code = "unsupported_media_type"
    title = "The body is of a type that is not taken here"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class CutShort(TutelaError):
    """The caller went away before its body was complete."""

    code = "cut_short"
    title = "The body ended before it was complete"
    status = HTTPStatus.BAD_REQUEST


class TooSlow(TutelaError):
    """The body did not arrive in time."""

    code = "too_slow"
    title = "The body did not arrive in time"
    status = HTTPStatus.REQUEST_TIMEOUT


class IncomingBody:
    """The body of one request, of which nothing has been read yet."""

    def __init__(self, receive: Receive, *, headers: dict[bytes, bytes]) -> None:
        self._receive = receive
        declared = headers.get(b"content-length", b"")
        known = declared.isdigit() and len(declared) <= _LENGTH_DIGITS_MAX
        #: As the sender declares it; None where it does not say.
        self.length = int(declared) if known else None
        self._complete = self.length == 0 or not (declared or b"transfer-encoding" in headers)

    async def read(self, *, max_bytes: int) -> bytes:
        """The whole body. Raises TooLarge, TooSlow, or CutShort where the sender has gone."""
        if self.length is not None and self.length > max_bytes:
            await self.discard()
            raise _too_large(max_bytes)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await self._gather(max_bytes)
        except TimeoutError as cause:
            raise TooSlow(detail=f"At most {BODY_SECONDS:g} seconds are waited for it.") from cause

    async def discard(self) -> None:
        """Throws the rest away, so that an answer can be heard on the same connection."""
        read = 0
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                while not self._complete and read < DISCARD_BYTES:
                    read += len(await self._chunk())
        except (TimeoutError, CutShort):
            self._complete = True

    async def _gather(self, max_bytes: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            chunk = await self._chunk()
            size += len(chunk)
            if size > max_bytes:
                chunks.clear()
                await self.discard()
                raise _too_large(max_bytes)
            chunks.append(chunk)
            if self._complete or size == self.length:
                self._complete = True
                return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def _chunk(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._complete = True
            raise CutShort
        self._complete = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk


def media_type(headers: dict[bytes, bytes]) -> str:
    """The media type without its parameters, in lower case; empty where none was sent."""
    return headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()


def refuse_encoded(headers: dict[bytes, bytes]) -> None:
    """`WrongType` where the body is encoded: a small one could unfold to a large one."""
    if headers.get(b"content-encoding", b"identity").lower() not in {b"", b"identity"}:
        raise WrongType(detail="Send the body without a content encoding.")


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(detail=f"At most {max_bytes} bytes are taken.")
