"""The only way to fetch what a stranger names: checked before each step, bounded in all."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin

import httpcore

from tutela.outside.addresses import Network
from tutela.outside.errors import (
    OutsideGone,
    OutsideRefused,
    OutsideUnavailable,
    Why,
    refused,
)
from tutela.outside.places import Place, read_place
from tutela.outside.wires import CheckedWires, Resolve, system_resolve, verifying_tls

__all__ = [
    "FetchLimits",
    "Fetched",
    "Outside",
    "OutsideGone",
    "OutsideRefused",
    "OutsideUnavailable",
    "Wires",
]

USER_AGENT: Final = b"tutela"

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How long a fetch may take in all, how far it is sent on, how many there are at once."""

    seconds: float = 10.0
    redirects: int = 3
    at_once: int = 32


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched: a status of 200 to 299, and from where it came in the end."""

    status: int
    content_type: str
    body: bytes
    final_url: str


@dataclass(frozen=True)
class Wires:
    """What carries the bytes: who dials, and by what TLS is trusted."""

    dial: httpcore.AsyncNetworkBackend | None = None
    trust: ssl.SSLContext | None = None

    @cached_property
    def dialling(self) -> httpcore.AsyncNetworkBackend:
        return self.dial or httpcore.AnyIOBackend()

    @cached_property
    def tls(self) -> ssl.SSLContext:
        return self.trust or verifying_tls()


class Outside:
    """Fetches by GET from the internet, and from `allowed` networks even where they are private.

    Beyond those only https on port 443 of a public address; no proxy, no cookie, no encoding.
    """

    def __init__(
        self,
        *,
        allowed: Sequence[Network] = (),
        resolve: Resolve = system_resolve,
        limits: FetchLimits = FetchLimits(),
        wires: Wires | None = None,
    ) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._limits = limits
        self._wires = wires or Wires()
        self._turns = asyncio.Semaphore(limits.at_once)

    async def get(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        """What is at the URL, at most `max_bytes` of it.

        Errors: `OutsideRefused` where the guard forbids it, `OutsideGone` for 404 and 410,
        `OutsideUnavailable` for whatever else is no answer.
        """
        try:
            async with asyncio.timeout(self._limits.seconds), self._turns:
                return await self._follow(url, accept=accept, max_bytes=max_bytes)
        except TimeoutError as cause:
            raise OutsideUnavailable("The other server took too long.") from cause
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as cause:
            raise OutsideUnavailable(
                "The other server broke off or does not speak HTTP."
            ) from cause

    async def _follow(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        for _ in range(self._limits.redirects + 1):
            answer = await self._fetch(read_place(url), accept=accept, max_bytes=max_bytes)
            if isinstance(answer, Fetched):
                return answer
            url = answer
        raise refused(Why.REDIRECTS, detail=f"More than {self._limits.redirects} redirects.")

    async def _fetch(self, place: Place, *, accept: str, max_bytes: int) -> Fetched | str:
        headers = [
            (b"Host", _host_header(place)),
            (b"Accept", accept.encode("ascii")),
            (b"Accept-Encoding", b"identity"),
            (b"User-Agent", USER_AGENT),
            (b"Connection", b"close"),
        ]
        async with (
            self._pool(place) as pool,
            pool.stream("GET", place.url, headers=headers) as answer,
        ):
            found = {name.lower(): value for name, value in answer.headers}
            if answer.status in _REDIRECTS:
                return _target(place, location=found.get(b"location"))
            _check_status(answer.status)
            body = await _read(answer, headers=found, max_bytes=max_bytes)
        kind = found.get(b"content-type", b"").decode("latin-1")
        return Fetched(answer.status, kind, body, place.url)

    def _pool(self, place: Place) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._wires.tls if place.scheme == "https" else None,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=CheckedWires(
                place, allowed=self._allowed, resolve=self._resolve, dial=self._wires.dialling
            ),
        )


async def _read(answer: httpcore.Response, *, headers: dict[bytes, bytes], max_bytes: int) -> bytes:
    if headers.get(b"content-encoding", b"identity").strip().lower() not in {b"", b"identity"}:
        raise OutsideUnavailable("The other server sent an encoding that was not asked for.")
    declared = headers.get(b"content-length", b"0")
    chunks: list[bytes] = []
    size = int(declared) if declared.isdigit() else 0
    received = 0
    if size <= max_bytes:
        async for chunk in answer.aiter_stream():
            chunks.append(chunk)
            received += len(chunk)
            if received > max_bytes:
                break
    if max(size, received) > max_bytes:
        raise OutsideUnavailable(f"The other server sent more than {max_bytes} bytes.")
    return b"".join(chunks)


def _target(place: Place, *, location: bytes | None) -> str:
    if location is None:
        raise OutsideUnavailable("The other server redirects to nowhere.")
    return urljoin(place.url, location.decode("latin-1"))


def _check_status(status: int) -> None:
    if status in _GONE:
        raise OutsideGone("The other server does not have it.", evidence={"status": status})
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise OutsideUnavailable(
            f"The other server answered {status}.", evidence={"status": status}
        )


def _host_header(place: Place) -> bytes:
    return place.url.partition("://")[2].partition("/")[0].partition("?")[0].encode("ascii")
