"""The calls of a program to the server, each bounded in time and size."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import httpx
import msgspec

from tutela import __version__
from tutela.client.answers import LogKey, LogKeys, Problem
from tutela.guard.library.errors import GuardAway, GuardRefused
from tutela.guard.reports import AGE_HEADER, AGE_SECONDS_MAX, ProgramReport
from tutela.guard.sealing import Manifest

USER_AGENT: Final = f"tutela-guard/{__version__}"
#: Of one answer: a list of ten million texts is smaller.
DOCUMENT_BYTES_MAX: Final = 512 * 1024 * 1024
KEYS_BYTES_MAX: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the server is, who asks, and how long it may take."""

    url: str
    token: str = field(repr=False)
    #: How long it may be silent.
    silence_seconds: float
    #: How long one answer may take from its first byte to its last.
    answer_seconds: float


@dataclass(frozen=True, slots=True)
class Came:
    """What the server gave: a document, or None where there is no newer one."""

    document: bytes | None = field(repr=False)
    #: How long ago the server knew that nothing newer is listed.
    age_seconds: float


class Line:
    """A connection to the server, for one thread; use it in a `with`."""

    def __init__(self, address: Address, *, monotonic: Callable[[], float]) -> None:
        self._address = address
        self._monotonic = monotonic
        self._http = httpx.Client(
            base_url=address.url.rstrip("/"),
            headers={
                "Authorization": f"Bearer {address.token}",
                "User-Agent": USER_AGENT,
                "Accept-Encoding": "identity",
            },
            timeout=address.silence_seconds,
        )

    def snapshot(self, *, have: Manifest | None) -> Came:
        """The newest document, unless it is the one of `have`. GuardAway, GuardRefused."""
        held = "" if have is None else f"?have={have.version}&digest={have.body_digest}"
        came, body = self._get(f"/v1/guard/snapshot{held}", most=DOCUMENT_BYTES_MAX)
        is_newer = came.status_code != HTTPStatus.NO_CONTENT
        return Came(body if is_newer else None, _age_seconds(came.headers.get(AGE_HEADER)))

    def keys(self) -> list[LogKey]:
        """The keys that the ledger announces. GuardAway, GuardRefused."""
        _, body = self._get("/v1/ledger/keys", most=KEYS_BYTES_MAX)
        try:
            return msgspec.json.decode(body, type=LogKeys).keys
        except (msgspec.MsgspecError, UnicodeDecodeError) as cause:
            raise GuardAway("The keys of the ledger have another form.") from cause

    def tell(self, report: ProgramReport) -> None:
        """The server has the report. GuardAway, GuardRefused."""
        headers = {"Content-Type": "application/json"}
        try:
            came = self._http.post(
                "/v1/guard/reports", content=msgspec.json.encode(report), headers=headers
            )
        except (httpx.HTTPError, httpx.InvalidURL) as cause:
            raise GuardAway(type(cause).__name__) from cause
        _refuse_unless_given(came.status_code, body=came.content)

    def close(self) -> None:
        """Ends its connections."""
        self._http.close()

    def _get(self, path: str, *, most: int) -> tuple[httpx.Response, bytes]:
        try:
            with self._http.stream("GET", path) as came:
                body = self._read(came, most=most)
        except (httpx.HTTPError, httpx.InvalidURL) as cause:
            raise GuardAway(type(cause).__name__) from cause
        _refuse_unless_given(came.status_code, body=body)
        return came, body

    def _read(self, came: httpx.Response, *, most: int) -> bytes:
        end = self._monotonic() + self._address.answer_seconds
        gathered = bytearray()
        for chunk in came.iter_raw():
            gathered += chunk
            if len(gathered) > most:
                raise GuardAway(f"The answer is longer than {most} bytes.")
            if self._monotonic() > end:
                seconds = self._address.answer_seconds
                raise GuardAway(f"The answer was not complete after {seconds:g} s.")
        return bytes(gathered)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _refuse_unless_given(status: int, *, body: bytes) -> None:
    if status in {HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT}:
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.BAD_REQUEST:
        raise GuardAway(f"It answers {status}.")
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        problem = Problem()
    raise GuardRefused(f"It answers {status} {problem.code}".rstrip() + ".")


def _age_seconds(text: str | None) -> float:
    try:
        told = float(text or "")
    except ValueError as cause:
        raise GuardAway("It does not say how old the snapshot is.") from cause
    if not 0.0 <= told < AGE_SECONDS_MAX:
        raise GuardAway("It says an age that can't be.")
    return told
