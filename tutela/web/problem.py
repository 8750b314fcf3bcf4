"""Errors as problem documents (RFC 9457): no stack, no SQL, no personal data."""

import msgspec

from tutela.errors import TutelaError
from tutela.web.answer import Answer

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = {429: 1, 503: 2}


def problem(error: TutelaError) -> Answer:
    """The problem document of an error, with a `Retry-After` where coming back helps."""
    document: dict[str, object] = {
        "type": f"urn:tutela:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    if error.errors:
        document["errors"] = [
            {"pointer": each.pointer, "message": each.message} for each in error.errors
        ]
    retry_after = RETRY_AFTER_SECONDS.get(error.status)
    headers = () if retry_after is None else ((b"retry-after", str(retry_after).encode()),)
    if error.status == 401:
        headers = ((b"www-authenticate", b'Bearer realm="tutela"'),)
    return Answer(error.status, msgspec.json.encode(document), PROBLEM_JSON, headers)
