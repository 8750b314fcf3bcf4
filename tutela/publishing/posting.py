"""One POST to a second party that the operator named; bounded in time and in size."""

import asyncio
from dataclasses import dataclass
from typing import Final

import httpx

from tutela.errors import TutelaError

#: How long an answer may take, and how much of it is read.
ANSWER_SECONDS: Final = 10.0
ANSWER_BYTES_MAX: Final = 65_536


class NotPublished(TutelaError):
    """A target did not take a head; the words say why and name no address."""

    code = "not_published"
    title = "The head was not published"
    status = 502


@dataclass(frozen=True, slots=True)
class Posted:
    """An answer; of a longer body only as much as says that it is too long."""

    status: int
    body: bytes

    @property
    def is_too_long(self) -> bool:
        """Whether there was more than is read."""
        return len(self.body) > ANSWER_BYTES_MAX


async def post(client: httpx.AsyncClient, *, url: str, content: bytes, kind: str) -> Posted:
    """The answer of status 2xx, whatever it says; no redirect is followed. `NotPublished`."""
    try:
        posted = await _posted(client, url=url, content=content, kind=kind)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as cause:
        raise NotPublished(f"no answer: {type(cause).__name__}") from cause
    if not httpx.codes.is_success(posted.status):
        raise NotPublished(f"answered {posted.status}")
    return posted


async def _posted(client: httpx.AsyncClient, *, url: str, content: bytes, kind: str) -> Posted:
    async with (
        asyncio.timeout(ANSWER_SECONDS),
        client.stream(
            "POST",
            url,
            content=content,
            headers={"content-type": kind, "accept-encoding": "identity"},
            timeout=ANSWER_SECONDS,
            follow_redirects=False,
        ) as answer,
    ):
        body = b""
        async for part in answer.aiter_raw():
            body += part
            if len(body) > ANSWER_BYTES_MAX:
                break
        return Posted(answer.status_code, body)
