"""A call as it comes in, an answer as it goes out, and the answers that many calls share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import msgspec

JSON: Final = "application/json"
_HTML: Final = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request; header names are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    #: The caller's address.
    host: str = ""

    @property
    def wants_json(self) -> bool:
        accepted = self.headers.get("accept", "").partition(",")[0]
        return "/json" in accepted or "+json" in accepted

    @property
    def bearer(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    content: bytes
    content_type: str = JSON
    #: Whether a caller that doesn't accept JSON is sent to a page instead.
    for_people: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a call: an answer after a while, or the end of the connection."""

    answer: Answer | None
    delay_seconds: float = 0.0


def said(status: int, *, content: object) -> Answer:
    """The content as JSON."""
    return Answer(status, msgspec.json.encode(content))


def told(status: int, *, message: str) -> Answer:
    """One message as JSON."""
    return said(status, content={"message": message})


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
