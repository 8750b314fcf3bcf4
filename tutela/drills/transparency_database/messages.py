"""Answers that many calls of the database share, in the framework's words."""

from http import HTTPStatus
from typing import Final

from tutela.drills.wire import Answer, Call, told

_HTML: Final = "text/html; charset=UTF-8"


def wants_json(call: Call) -> bool:
    """Whether the caller asks for JSON before all else; if not, a refusal is a redirection."""
    accepted = call.headers.get("accept", "").partition(",")[0]
    return "/json" in accepted or "+json" in accepted


def bearer(call: Call) -> str:
    """The token of the call; empty without one."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def unauthenticated() -> Answer:
    """401."""
    return told(HTTPStatus.UNAUTHORIZED, message="Unauthenticated.")


def forbidden() -> Answer:
    """403."""
    return told(HTTPStatus.FORBIDDEN, message="This action is unauthorized.")


def server_error(status: int = HTTPStatus.INTERNAL_SERVER_ERROR) -> Answer:
    """A 5xx of the application or of what stands before it."""
    return told(status, message="Server Error")


def elsewhere(base_url: str) -> Answer:
    """302 to a page for people: what a refusal is for a caller that doesn't accept JSON."""
    page = b"<!DOCTYPE html><title>Redirecting</title>"
    return Answer(HTTPStatus.FOUND, page, _HTML, headers={"Location": base_url})


def too_many(wait_seconds: int) -> Answer:
    """429, a plain text."""
    headers = {"Retry-After": str(wait_seconds), "X-RateLimit-Remaining": "0"}
    words = b"Limit Reached. Please do not overload the API"
    return Answer(HTTPStatus.TOO_MANY_REQUESTS, words, _HTML, headers=headers)
