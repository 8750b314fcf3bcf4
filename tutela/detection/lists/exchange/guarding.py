"""What the clients of `threatexchange` go out by: one host, no detour, bounded in time and size.

Imported only where the extra `exchange` is installed.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ReadTimeoutError

from tutela.detection.lists.exchange.pages import ExchangeFailed, Failure

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
ANSWER_SECONDS: Final = 120.0
ANSWER_MAX_BYTES: Final = 256 * 1024 * 1024
_READ_BYTES: Final = 64 * 1024
_REDIRECTS: Final = range(300, 400)


class Limits:
    """How long an answer may take; tests make it short."""

    def __init__(
        self, *, read_seconds: float = READ_SECONDS, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self.read_seconds = read_seconds
        self.answer_seconds = answer_seconds


def session_to(url: str, *, limits: Limits) -> Any:  # noqa: ANN401 - requests has no types here
    """A session that reaches what lies under the URL, and nothing else; no proxy, no netrc."""
    session = requests.Session()
    session.trust_env = False
    session.headers["Accept-Encoding"] = "identity"
    session.adapters.clear()
    session.mount(url.rstrip("/") + "/", _BoundedAdapter(limits))
    return session


class _BoundedAdapter(HTTPAdapter):  # type: ignore[misc] # requests has no types here
    """Reads each answer whole, within its time and size, or fails; no retry, no redirect."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        super().__init__(max_retries=0)

    def send(self, request: Any, **how: Any) -> Any:  # noqa: ANN401 - requests has no types here
        """The answer with its whole body; raises ExchangeFailed."""
        how |= {"stream": True, "timeout": (CONNECT_SECONDS, self._limits.read_seconds)}
        ends_at = time.monotonic() + self._limits.answer_seconds
        response = super().send(request, **how)
        if response.status_code in _REDIRECTS:
            raise ExchangeFailed(Failure.REFUSED)
        response._content = b"".join(_body(response, ends_at=ends_at))  # noqa: SLF001 - as requests reads it itself
        response._content_consumed = True  # noqa: SLF001 - as requests reads it itself
        return response


def _body(response: Any, *, ends_at: float) -> Iterator[bytes]:  # noqa: ANN401 - no types here
    size = 0
    while chunk := response.raw.read1(_READ_BYTES, decode_content=True):
        size += len(chunk)
        if time.monotonic() > ends_at:
            raise ExchangeFailed(Failure.SLOW)
        if size > ANSWER_MAX_BYTES:
            raise ExchangeFailed(Failure.HALF_PAGE)
        yield chunk


#: What faults of the wire mean, the first that fits; everything else is an answer of no sense.
_MEANINGS: Final[tuple[tuple[type[Exception], Failure], ...]] = (
    (requests.Timeout, Failure.SLOW),
    (ReadTimeoutError, Failure.SLOW),
    (requests.HTTPError, Failure.REFUSED),
    (requests.exceptions.ChunkedEncodingError, Failure.HALF_PAGE),
    (requests.exceptions.ContentDecodingError, Failure.HALF_PAGE),
    (requests.exceptions.JSONDecodeError, Failure.HALF_PAGE),
    (requests.exceptions.InvalidSchema, Failure.NOT_ALLOWED),
    (requests.RequestException, Failure.AWAY),
)


@contextmanager
def told_apart() -> Iterator[None]:
    """Every fault of a client as ExchangeFailed, without the client's words: they hold entries."""
    failure = None
    try:
        yield
    except ExchangeFailed:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a client makes of what it can't read
        failure = next(
            (meaning for kind, meaning in _MEANINGS if isinstance(error, kind)), Failure.HALF_PAGE
        )
    if failure is not None:
        raise ExchangeFailed(failure)


class _WithoutClients(logging.Filter):
    """Lets nothing through that the clients log: some of it is entries, in the clear."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "threatexchange" not in record.pathname


_SILENCE: Final = _WithoutClients()


def silence() -> None:
    """From now on nothing that the clients say on the root logger is written anywhere."""
    root = logging.getLogger()
    if _SILENCE not in root.filters:
        root.addFilter(_SILENCE)


def steps(take: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    """What an iterator of a client gives, its faults told apart."""
    with told_apart():
        found = take()
    while True:
        with told_apart():
            try:
                step = next(found)
            except StopIteration:
                return
        yield step
