"""Sending until answered: which answers are one, how long to wait, when to give up."""

import logging
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import count
from typing import Final, TypeVar

import msgspec

from tutela.client.answers import Problem
from tutela.client.errors import ClientError, Refused, Unanswered, Unreadable
from tutela.client.steps import Core, Lost, Pause, Reply, Request, Steps

#: The longest wait before the first repetition; it doubles with each.
BACKOFF_SECONDS: Final = 0.25
BACKOFF_MAX_SECONDS: Final = 20.0

_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
#: Answers that say that nothing was done.
_NOT_DONE: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_EXPONENT_MAX: Final = 16
_JITTER_BYTES: Final = 4

_log = logging.getLogger("tutela.client")
_log.addHandler(logging.NullHandler())
T = TypeVar("T")


def answered(request: Request, *, core: Core) -> Steps[Reply]:
    """The first answer that is one; Refused where it is no, Unanswered where none came in time."""
    begun = core.monotonic()
    for attempt in count(1):
        got: Reply | Lost = yield request
        if isinstance(got, Reply) and not _is_passing(got.status):
            return _unless_refused(got)
        pause = _pause_seconds(got, attempt=attempt, core=core)
        ends = core.monotonic() - begun + pause > core.patience.total_seconds
        if ends or attempt > core.patience.retries or not _may_repeat(request, after=got):
            raise _unanswered(got, attempts=attempt, request=request)
        _log.warning(
            "%s %s: %s, attempt %d, again in %.1f s",
            request.method,
            request.path.partition("?")[0],
            got.cause if isinstance(got, Lost) else got.status,
            attempt,
            pause,
        )
        yield Pause(pause)
    raise AssertionError


def read(reply: Reply, *, kind: type[T]) -> T:
    """The body of an answer; Unreadable where it is not what it should be."""
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as cause:
        raise unreadable(reply) from cause


def unreadable(reply: Reply) -> ClientError:
    """An answer of another form than the service gives."""
    detail = "The answer does not have the form of one; is this the address of the service?"
    return Unreadable(detail, code="unreadable", status=reply.status)


def _is_passing(status: int) -> bool:
    return status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _may_repeat(request: Request, *, after: Reply | Lost) -> bool:
    if request.is_repeatable:
        return True
    return not after.may_have_arrived if isinstance(after, Lost) else after.status in _NOT_DONE


def _pause_seconds(got: Reply | Lost, *, attempt: int, core: Core) -> float:
    """The service's own word where it gave one; else any part of a wait that doubles."""
    ceiling = min(BACKOFF_MAX_SECONDS, BACKOFF_SECONDS * 2 ** min(attempt - 1, _EXPONENT_MAX))
    share = int.from_bytes(core.chance(_JITTER_BYTES), "big") / 256**_JITTER_BYTES
    told = _retry_after(got.retry_after, core=core) if isinstance(got, Reply) else None
    return share * ceiling if told is None else told + share * BACKOFF_SECONDS


def _retry_after(text: str | None, *, core: Core) -> float | None:
    """Seconds of a `Retry-After` (RFC 9110, section 10.2.3); None where there is none to read."""
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.astimezone(UTC) - core.clock()).total_seconds())


def _unless_refused(reply: Reply) -> Reply:
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return reply
    if reply.status < HTTPStatus.BAD_REQUEST:
        raise unreadable(reply)
    problem = _problem(reply)
    raise Refused(
        problem.detail or problem.title,
        code=problem.code or f"http_{reply.status}",
        status=reply.status,
        errors=problem.errors,
    )


def _unanswered(got: Reply | Lost, *, attempts: int, request: Request) -> Unanswered:
    if isinstance(got, Lost):
        status, code, why = 0, "unanswered", got.cause
    else:
        problem = _problem(got)
        status, code = got.status, problem.code or f"http_{got.status}"
        why = problem.detail or problem.title or code
    detail = f"No answer that is one after {attempts} attempts; the last: {why}"
    return Unanswered(detail, code=code, status=status, attempts=attempts, keys=request.keys)


def _problem(reply: Reply) -> Problem:
    try:
        return msgspec.json.decode(reply.body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Problem()
