"""One request to the database and what came back: bounded, over TLS, sent nowhere else."""

import asyncio
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import httpx

from tutela.compliance.transparency.errors import (
    AnswerUnfit,
    CallLimited,
    DatabaseUnfit,
    NotAllowed,
    TokenRefused,
    Unanswered,
)
from tutela.compliance.transparency.pace import Pace
from tutela.compliance.transparency.tokens import Tokens

_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_JSON: Final = "application/json"
_HOLD_MAX_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with a body that is whole."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long one call may take in all, and how large an answer may be."""

    seconds: float
    answer_bytes: int


class Wire:
    """Sends requests with the platform's token, each in its turn."""

    def __init__(
        self, base_url: str, *, http: httpx.AsyncClient, tokens: Tokens, pace: Pace, bounds: Bounds
    ) -> None:
        self._base_url = checked_address(base_url)
        self._http = http
        self._tokens = tokens
        self._pace = pace
        self._bounds = bounds

    async def call(self, method: str, *, path: str, body: bytes | None = None) -> Answer:
        """The answer, whatever its status, but 401, 403, 429 and 5xx, which are errors.

        A token that is refused is asked for again, once. Raises `TokenRefused`, `NotAllowed`,
        `CallLimited`, `Unanswered`, `AnswerUnfit`.
        """
        token = await self._tokens.current()
        response = await self._sent(method, path=path, body=body, token=token)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            newer = await self._tokens.newer_than(token)
            if newer is not None:
                response = await self._sent(method, path=path, body=body, token=newer)
        return self._judged(response)

    async def _sent(
        self, method: str, *, path: str, body: bytes | None, token: str
    ) -> httpx.Response:
        """The response with its body read."""
        request = self._http.build_request(
            method,
            self._base_url + path,
            content=body,
            headers=_headers(token, body=body),
            timeout=self._bounds.seconds,
        )
        await self._pace.turn()
        try:
            async with asyncio.timeout(self._bounds.seconds):
                return await self._read(request)
        except _NEVER_SENT as cause:
            raise Unanswered(f"{type(cause).__name__}.", may_be_stored=False) from cause
        except (httpx.TransportError, httpx.DecodingError, TimeoutError) as cause:
            raise Unanswered(f"{type(cause).__name__}.", may_be_stored=True) from cause

    async def _read(self, request: httpx.Request) -> httpx.Response:
        response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._bounds.answer_bytes:
                    raise AnswerUnfit(f"The answer is larger than {self._bounds.answer_bytes:,}.")
        finally:
            await response.aclose()
        return httpx.Response(
            response.status_code,
            content=bytes(body),
            headers={"retry-after": response.headers.get("retry-after", "")},
        )

    def _judged(self, response: httpx.Response) -> Answer:
        status = response.status_code
        if status == HTTPStatus.UNAUTHORIZED:
            raise TokenRefused("The token is not taken, nor a newer one.")
        if status == HTTPStatus.FORBIDDEN:
            raise NotAllowed("The user may not file, or belongs to no platform.")
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait_seconds = retry_after(response.headers["retry-after"], now=datetime.now(UTC))
            self._pace.hold(min(wait_seconds or 0.0, _HOLD_MAX_SECONDS))
            raise CallLimited("Too many calls.", retry_after_seconds=wait_seconds)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unanswered(f"Status {status}.", may_be_stored=True)
        return Answer(status, response.content)


def checked_address(base_url: str) -> str:
    """The address without a slash at its end; `DatabaseUnfit` without TLS, but on loopback."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as cause:
        raise DatabaseUnfit("The address of the database is no URL.") from cause
    if not url.host or url.userinfo or url.query or url.fragment:
        raise DatabaseUnfit("The address of the database is a scheme, a host and maybe a path.")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise DatabaseUnfit("The database is called over https; http is for loopback alone.")
    return base_url.rstrip("/")


def retry_after(text: str, *, now: datetime) -> float | None:
    """Seconds of a `Retry-After` (RFC 9110, section 10.2.3); None where there is none to read."""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.astimezone(UTC) - now).total_seconds())


def _headers(token: str, *, body: bytes | None) -> dict[str, str]:
    headers = {
        "Accept": _JSON,
        "Accept-Encoding": "identity",
        "Authorization": f"Bearer {token}",
        "User-Agent": "tutela-transparency",
    }
    return headers if body is None else headers | {"Content-Type": _JSON}


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
