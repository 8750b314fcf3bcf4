"""Errors as problem documents (RFC 9457): no stack, no SQL, no personal data."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from tutela.errors import TutelaError
from tutela.web.answer import Answer

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS: Mapping[int, int] = {
    HTTPStatus.TOO_MANY_REQUESTS: 1,
    HTTPStatus.SERVICE_UNAVAILABLE: 2,
}


class ProblemPlace(msgspec.Struct, frozen=True):
    """What is wrong with one place of a call: a JSON pointer, `?parameter`, or a header's name."""

    pointer: str
    message: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An error as it is told (RFC 9457); `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[ProblemPlace, ...] = ()


def problem(error: TutelaError) -> Answer:
    """The problem document of an error, with a `Retry-After` where coming back helps."""
    document = Problem(
        type=f"urn:tutela:problem:{error.code}",
        title=error.title,
        status=int(error.status),
        detail=error.detail,
        code=error.code,
        errors=tuple(ProblemPlace(each.pointer, each.message) for each in error.errors),
    )
    return Answer(error.status, msgspec.json.encode(document), PROBLEM_JSON, headers_of(error))


def headers_of(error: TutelaError) -> tuple[tuple[bytes, bytes], ...]:
    """What an error says in headers: when to come back, how to say who one is."""
    if error.status == HTTPStatus.UNAUTHORIZED:
        return ((b"www-authenticate", b'Bearer realm="tutela"'),)
    retry_after = RETRY_AFTER_SECONDS.get(error.status)
    return () if retry_after is None else ((b"retry-after", str(retry_after).encode()),)
