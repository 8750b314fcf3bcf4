"""A request's body, read to a bound; what is larger is drained so that the caller hears why."""

from starlette.types import Receive

from tutela.errors import TutelaError

#: How much of an oversized body is read and thrown away before the connection is cut.
DRAIN_BYTES = 256 * 1024 * 1024


class TooLarge(TutelaError):
    """The body is larger than this call takes."""

    code = "too_large"
    title = "The body is too large"
    status = 413


class WrongType(TutelaError):
    """The body is of a type or an encoding that this call does not take."""

    code = "unsupported_media_type"
    title = "The body is of a type that is not taken here"
    status = 415


class CutShort(TutelaError):
    """The caller went away before its body was complete."""

    code = "cut_short"
    title = "The body ended before it was complete"
    status = 400


async def read_body(headers: dict[bytes, bytes], receive: Receive, *, max_bytes: int) -> bytes:
    """The body; `TooLarge`, `WrongType` where it is encoded (a small body can't unfold to a large one), `CutShort`."""
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > max_bytes:
        await _drain(receive, 0)
        raise _too_large(max_bytes)
    if headers.get(b"content-encoding", b"identity").lower() not in (b"", b"identity"):
        await _drain(receive, 0)
        raise WrongType(detail="Send the body without a content encoding.")
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CutShort
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            chunks.clear()
            if message.get("more_body", False):
                await _drain(receive, size)
            raise _too_large(max_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def media_type(headers: dict[bytes, bytes]) -> str:
    """The media type without its parameters, in lower case; empty where none was sent."""
    return headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(detail=f"At most {max_bytes} bytes are taken.")


async def _drain(receive: Receive, read: int) -> None:
    while read < DRAIN_BYTES:
        message = await receive()
        read += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
