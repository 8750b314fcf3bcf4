"""One message over the wire: signed, sent once, understood by its status and headers alone."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from uuid import UUID

import aiohttp
from standardwebhooks import Webhook

from tutela.decisions.endpoints import WebhookEndpoint
from tutela.domain.vocabulary import Mark
from tutela.errors import TutelaError

#: How long a receiver may take to answer.
ANSWER_SECONDS = 10.0
#: Statuses by which a receiver says that it took a message.
TAKEN = range(200, 300)


class MarkedRefused(TutelaError):
    """A canary or a drill came to the adapter that reaches outside."""

    code = "marked_refused"
    title = "Marked messages stay in the house"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: `id` is its webhook-id, `body` its JSON text."""

    id: UUID
    mark: Mark
    body: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why a receiver did not take a message."""

    error: str
    #: It said that nobody takes messages there any more (410).
    gone: bool = False
    #: How long it asked to be left alone (`Retry-After`).
    after_seconds: float = 0.0


def open_client() -> aiohttp.ClientSession:
    """What messages are sent through: no cookies, no proxies of the environment, no unpacking.

    How many connections there are is for whoever sends to say.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )


async def send(
    message: Message, *, endpoint: WebhookEndpoint, client: aiohttp.ClientSession, at: datetime
) -> NotTaken | None:
    """None where the receiver took it (2xx), else why not, without anybody's words.

    Signed after Standard Webhooks. No redirect is followed, and no body of an answer is read.
    Raises MarkedRefused for a canary or a drill.
    """
    if message.mark is not Mark.REAL:
        raise MarkedRefused(f"A message of a {message.mark} would have left the house.")
    signed_at = at.astimezone(UTC)
    signature = Webhook(endpoint.secret).sign(str(message.id), signed_at, message.body)
    headers = {
        "content-type": "application/json",
        "webhook-id": str(message.id),
        "webhook-timestamp": str(int(signed_at.timestamp())),
        "webhook-signature": signature,
    }
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            client.post(
                endpoint.url, data=message.body.encode(), headers=headers, allow_redirects=False
            ) as response,
        ):
            return None if response.status in TAKEN else _not_taken(response, at=signed_at)
    except (aiohttp.ClientError, TimeoutError) as cause:
        return NotTaken(type(cause).__name__)


def _not_taken(response: aiohttp.ClientResponse, *, at: datetime) -> NotTaken:
    return NotTaken(
        f"answered {response.status}",
        gone=response.status == HTTPStatus.GONE,
        after_seconds=_after_seconds(response.headers.get("retry-after", ""), at=at),
    )


def _after_seconds(text: str, *, at: datetime) -> float:
    """Seconds of a `Retry-After` (RFC 9110, section 10.2.3); 0 where there is none to read."""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max((until.astimezone(UTC) - at).total_seconds(), 0.0)
    except (ValueError, OverflowError):
        return 0.0
