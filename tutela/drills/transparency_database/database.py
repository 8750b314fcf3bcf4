"""The calls of the Transparency Database: who may make them, and what comes of each."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

import msgspec

from tutela.drills.transparency_database import normal, storing
from tutela.drills.transparency_database.faults import Fault, Faults
from tutela.drills.transparency_database.filing import Desk, Invalid
from tutela.drills.transparency_database.limits import (
    ANONYMOUS_PER_MINUTE,
    MINUTE_SECONDS,
    Limit,
    Limits,
)
from tutela.drills.transparency_database.messages import (
    bearer,
    elsewhere,
    forbidden,
    server_error,
    too_many,
    unauthenticated,
    wants_json,
)
from tutela.drills.transparency_database.register import Register, number_of
from tutela.drills.wire import Answer, Call, Outcome, said, told

_API: Final = "/api/v1"
_EXISTING: Final = f"{_API}/statement/existing-puid/"
_STATEMENT: Final = f"{_API}/statement/"
_OWN: Final = "/stand-in"
_ANONYMOUS: Final = (Limit(ANONYMOUS_PER_MINUTE, MINUTE_SECONDS),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose token it is: a user of a platform, with or without the right to file."""

    platform: str
    may_file: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the stand-in is run."""

    base_url: str
    seed: int = 0
    #: How long a slow answer takes; longer than the client waits.
    slow_seconds: float = 60.0
    limits: tuple[Limit, ...] = (Limit(200, 1), Limit(12_000, MINUTE_SECONDS))
    rates: Mapping[Fault, float] = field(default_factory=dict)


class TransparencyDatabase:
    """Answers calls; `tokens` may change between calls, as a user makes a new token."""

    def __init__(
        self,
        tokens: Mapping[str, Holder],
        *,
        terms: Terms,
        register: Register,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.tokens = dict(tokens)
        self.faults = Faults(terms.rates, chance=random.Random(terms.seed))
        self.calls = 0
        self._terms = terms
        self._register = register
        self._limits = Limits(monotonic)
        self._desk = Desk(register=register, clock=clock, seed=terms.seed, base_url=terms.base_url)

    def take(self, call: Call) -> Outcome:
        """What comes of the call; all that it stores is stored when this returns."""
        if call.path.startswith(_OWN):
            return Outcome(self._own(call))
        self.calls += 1
        fault = self.faults.draw()
        if fault is Fault.CUT_BEFORE_COMMIT:
            return Outcome(None)
        if fault is Fault.LIMIT:
            return Outcome(too_many(1))
        if fault is Fault.ERROR:
            return Outcome(server_error(self.faults.status()))
        answer = self._answer(call)
        if fault is Fault.CUT_AFTER_COMMIT:
            return Outcome(None)
        return Outcome(answer, self._terms.slow_seconds if fault is Fault.SLOW else 0.0)

    def state(self) -> dict[str, object]:
        """Counts since the start: calls, statements by platform, refusals, faults made."""
        return {
            "calls": self.calls,
            "stored": len(self._register),
            "platforms": self._register.counts(),
            "refused": self._desk.refused,
            "duplicates_refused": self._desk.duplicates_refused,
            "faults": {str(fault): self.faults.made[fault] for fault in Fault},
        }

    def rotate(self, token: str, *, new: str) -> None:
        """The user of the token has a new one; the old one is worth nothing."""
        self.tokens[new] = self.tokens.pop(token)

    def _own(self, call: Call) -> Answer:
        """What the database itself doesn't have: its state, and a new token for a user."""
        if (call.method, call.path) == ("GET", f"{_OWN}/state"):
            return said(HTTPStatus.OK, content=self.state())
        if (call.method, call.path) == ("POST", f"{_OWN}/token"):
            asked = msgspec.json.decode(call.body, type=dict[str, str])
            self.rotate(asked["token"], new=asked["new"])
            return said(HTTPStatus.OK, content={})
        return _no_route(call)

    def _answer(self, call: Call) -> Answer:
        holder = self.tokens.get(bearer(call))
        limits = _ANONYMOUS if holder is None else self._terms.limits
        caller = call.host if holder is None else bearer(call)
        wait_seconds = self._limits.wait_seconds(caller, limits=limits)
        if wait_seconds:
            return too_many(wait_seconds)
        if holder is None:
            return unauthenticated() if wants_json(call) else elsewhere(self._terms.base_url)
        return self._routed(call, holder=holder)

    def _routed(self, call: Call, *, holder: Holder) -> Answer:
        path = call.path
        if path in {f"{_API}/statement", f"{_API}/statements"}:
            return self._filed(call, holder=holder)
        if path == "/api/ping":
            allowed = said(HTTPStatus.OK, content={"you_say": "ping", "i_say": "pong"})
        elif path.startswith(_EXISTING) and "/" not in path.removeprefix(_EXISTING):
            allowed = self._existing(unquote(path.removeprefix(_EXISTING)), holder=holder)
        elif path.startswith(_STATEMENT) and "/" not in path.removeprefix(_STATEMENT):
            allowed = self._shown(path.removeprefix(_STATEMENT))
        else:
            return _no_route(call)
        return allowed if call.method in {"GET", "HEAD"} else _no_method(call, allowed="GET, HEAD")

    def _filed(self, call: Call, *, holder: Holder) -> Answer:
        if call.method != "POST":
            return _no_method(call, allowed="POST")
        if not holder.may_file:
            return forbidden()
        content = normal.read(call.body, content_type=call.headers.get("content-type", ""))
        is_batch = call.path.endswith("s")
        file = self._desk.file_many if is_batch else self._desk.file_one
        try:
            return file(content, platform=holder.platform)
        except Invalid as invalid:
            return invalid.answer() if wants_json(call) else elsewhere(self._terms.base_url)

    def _existing(self, puid: str, *, holder: Holder) -> Answer:
        """302 without a target where the caller's platform used the PUID, else 404."""
        if self._register.knows(puid, platform=holder.platform):
            content = {"message": "statement of reason found", "puid": puid}
            return said(HTTPStatus.FOUND, content=content)
        return said(
            HTTPStatus.NOT_FOUND, content={"message": "statement of reason not found", "puid": puid}
        )

    def _shown(self, uuid: str) -> Answer:
        number = number_of(uuid, seed=self._terms.seed)
        if number is not None and number < self._register.next_number():
            row = self._register.row(number)
            if row is None:
                return told(HTTPStatus.NOT_IMPLEMENTED, message="Rows are kept only with --store.")
            return said(HTTPStatus.OK, content=storing.shown(row))
        message = f"No query results for model [App\\Models\\Statement] {uuid}"
        return told(HTTPStatus.NOT_FOUND, message=message)


def _no_route(call: Call) -> Answer:
    path = call.path.removeprefix("/")
    return told(HTTPStatus.NOT_FOUND, message=f"The route {path} could not be found.")


def _no_method(call: Call, *, allowed: str) -> Answer:
    path = call.path.removeprefix("/")
    message = f"The {call.method} method is not supported for route {path}."
    return told(HTTPStatus.METHOD_NOT_ALLOWED, message=f"{message} Supported methods: {allowed}.")
