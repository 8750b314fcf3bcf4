"""A simulated platform that carries measures out: well, late, twice, in disorder, or not at all.

It takes our signed webhooks, holds the state of every subject, and reports by `POST /v1/events`
what became of each measure and statement. How it misbehaves is drawn by chance at given rates.
"""

import heapq
import hmac
import json
import random
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

import httpx
import msgspec
from standardwebhooks.webhooks import Webhook

from tutela.domain import canonical
from tutela.drills.measures_held import (
    Effect,
    MeasuresHeld,
    Restriction,
    order_of,
    subject_name,
)
from tutela.drills.wire import Answer, Call, Outcome, told

PATH: Final = "/webhooks"
EVENTS: Final = "/v1/events"
#: How far the sender's clock may be from ours (Standard Webhooks).
TOLERANCE: Final = timedelta(minutes=5)
HUGE_BYTES: Final = 16 * 1024 * 1024
REPORTS_MAX: Final = 1_000


class Misstep(StrEnum):
    """What the platform can do with a message instead of what it should."""

    #: Does as told and reports it after `late_by`.
    LATE = "late"
    #: Does as told twice, and reports it twice under one id.
    TWICE = "twice"
    #: Says yes, and does it later, in an order of its own.
    SHUFFLED = "shuffled"
    #: Says yes and does nothing.
    IGNORED = "ignored"
    #: Says yes, does it, and loses what it did before it reports.
    LOST = "lost"
    #: Does as told and answers with a body that nobody should read.
    HUGE = "huge"
    #: Ends the connection without an answer, and does nothing.
    SILENT = "silent"
    #: 410, as if nobody lived here any more.
    GONE = "gone"
    #: 301 to somewhere else.
    MOVED = "moved"
    #: 503.
    BUSY = "busy"


_ORDERS: Final = frozenset({"measure.apply", "measure.undo"})
#: What is said to the sender by a misstep that does nothing; None ends the connection.
_REFUSALS: Final[Mapping[Misstep, Answer | None]] = {
    Misstep.SILENT: None,
    Misstep.GONE: told(HTTPStatus.GONE, message="gone"),
    Misstep.MOVED: Answer(HTTPStatus.MOVED_PERMANENTLY, b"", headers={"location": "/elsewhere"}),
    Misstep.BUSY: told(HTTPStatus.SERVICE_UNAVAILABLE, message="later"),
}


@dataclass(slots=True, kw_only=True)
class Conduct:
    """How the platform behaves; it may change from one message to the next."""

    rates: dict[Misstep, float] = field(default_factory=dict)
    late_by: timedelta = timedelta(hours=1)
    #: Until then every message is answered 503, and nothing is reported.
    down_until: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class _Report:
    due_at: datetime
    number: int
    event: dict[str, object] = field(compare=False)


class MeasuresPlatform:
    """Takes messages, keeps state, reports; `taken` counts messages by type, `missteps` by kind."""

    def __init__(
        self,
        secret: Callable[[], str | None],
        *,
        clock: Callable[[], datetime],
        chance: random.Random,
        conduct: Conduct | None = None,
    ) -> None:
        self.conduct = conduct or Conduct()
        self.held = MeasuresHeld()
        self.taken: Counter[str] = Counter()
        self.missteps: Counter[Misstep] = Counter()
        #: What the other side said of reports that it refused; the last of them.
        self.refused: deque[object] = deque(maxlen=REPORTS_MAX)
        self._secret = secret
        self._clock = clock
        self._chance = chance
        self._later: list[dict[str, Any]] = []
        #: A heap by time, then by number.
        self._reports: list[_Report] = []
        self._told = 0
        #: No two platforms give a report the same id.
        self._name = f"{chance.getrandbits(64):016x}"

    @property
    def unreported(self) -> int:
        """Reports that were not taken yet."""
        return len(self._reports)

    def in_force(self) -> dict[str, dict[str, Restriction]]:
        """Subject -> measure -> what it does, as the platform has it."""
        return self.held.in_force()

    def take(self, call: Call) -> Outcome:
        """What comes of a message: 204 as a rule, 401 for one that isn't ours, or a misstep."""
        if call.path != PATH or not self._is_ours(call):
            return Outcome(told(HTTPStatus.UNAUTHORIZED, message="not ours"))
        if self._is_down():
            return Outcome(_REFUSALS[Misstep.BUSY])
        misstep = self._draw()
        if misstep is not None and misstep in _REFUSALS:
            return Outcome(_REFUSALS[misstep])
        said = json.loads(call.body)
        if said["type"].startswith("measure.") and not isinstance(said.get("subject"), dict):
            return Outcome(told(HTTPStatus.UNPROCESSABLE_ENTITY, message="about what?"))
        self.taken[said["type"]] += 1
        self._follow(said, misstep=misstep)
        if misstep is Misstep.HUGE:
            return Outcome(Answer(HTTPStatus.OK, b" " * HUGE_BYTES))
        return Outcome(Answer(HTTPStatus.NO_CONTENT, b""))

    def lose(self) -> int:
        """How many measures are gone, as when an old state is restored; it reports each of them."""
        gone = [(name, subject) for subject, held in self.in_force().items() for name in held]
        for measure_id, subject in gone:
            self._forget(measure_id, subject=subject)
            says = _confirmed(measure_id, effect=Effect.NOT_APPLIED)
            heapq.heappush(self._reports, self._report_of(says, due_at=self._clock()))
        return len(gone)

    def catch_up(self) -> int:
        """How many messages that were put off are done now, in any order but that of arrival."""
        waiting, self._later = self._later, []
        self._chance.shuffle(waiting)
        for said in waiting:
            self._do(said, due_at=self._clock())
        return len(waiting)

    async def report(self, client: httpx.AsyncClient, *, token: str) -> int:
        """How many reports that were due are taken now; the others stay for another time."""
        if self._is_down():
            return 0
        due = self._due()
        if not due:
            return 0
        results = await self._sent(due, client=client, token=token)
        if results is None:
            for each in due:
                heapq.heappush(self._reports, each)
            return 0
        self.refused.extend(each for each in results if each.get("status") == "refused")
        return len(due)

    def _due(self) -> list[_Report]:
        now = self._clock()
        due: list[_Report] = []
        while self._reports and self._reports[0].due_at <= now and len(due) < REPORTS_MAX:
            due.append(heapq.heappop(self._reports))
        return due

    async def _sent(
        self, due: list[_Report], *, client: httpx.AsyncClient, token: str
    ) -> list[dict[str, object]] | None:
        """What the other side said of each line; None where it took none."""
        lines = b"\n".join(msgspec.json.encode(each.event) for each in due)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/x-ndjson"}
        try:
            response = await client.post(EVENTS, content=lines, headers=headers)
        except httpx.HTTPError:
            return None
        if response.status_code != HTTPStatus.ACCEPTED:
            self.refused.append(response.status_code)
            return None
        return [json.loads(line) for line in response.text.splitlines()]

    def _follow(self, said: dict[str, Any], *, misstep: Misstep | None) -> None:
        now = self._clock()
        if misstep is Misstep.IGNORED:
            return
        if misstep is Misstep.SHUFFLED:
            self._later.append(said)
            return
        if misstep is Misstep.LOST and said["type"] in _ORDERS:
            self._done(said)
            self._forget(said["measure_id"], subject=subject_name(said))
            return
        self._do(said, due_at=now + self.conduct.late_by if misstep is Misstep.LATE else now)
        if misstep is Misstep.TWICE:
            for each in self._do(said, due_at=now):
                heapq.heappush(self._reports, each)

    def _forget(self, measure_id: str, *, subject: str) -> None:
        """The measure is lost, and what would have been reported of it."""
        self.held.forget(measure_id, subject=subject)
        kept = [each for each in self._reports if each.event.get("measure_id") != measure_id]
        heapq.heapify(kept)
        self._reports = kept

    def _do(self, said: dict[str, Any], *, due_at: datetime) -> list[_Report]:
        """Does what the message says, and gives the reports that it now owes."""
        made = [self._report_of(says, due_at=due_at) for says in self._done(said)]
        for each in made:
            heapq.heappush(self._reports, each)
        return made

    def _done(self, said: dict[str, Any]) -> list[dict[str, object]]:
        match said["type"]:
            case "statement.issued":
                at = canonical.timestamp(self._clock())
                delivered = {"type": "statement_delivered", "statement_id": said["statement_id"]}
                return [{**delivered, "at": at}]
            case "measure.apply":
                order = order_of(said, revision=said["revision"])
                effects = {order.measure_id: self.held.apply(order, subject=subject_name(said))}
            case "measure.undo":
                order = order_of(said, revision=said["revision"])
                effects = {order.measure_id: self.held.undo(order, subject=subject_name(said))}
            case "measure.reconcile":
                effects = self.held.reconcile(
                    [order_of(each, revision=said["revision"]) for each in said["measures"]],
                    asked=said.get("unconfirmed", ()),
                    subject=subject_name(said),
                    revision=said["revision"],
                )
            case _:
                return []
        followed = {"revision": said["revision"]}
        return [_confirmed(name, effect=effect) | followed for name, effect in effects.items()]

    def _report_of(self, says: dict[str, object], *, due_at: datetime) -> _Report:
        self._told += 1
        at = canonical.timestamp(self._clock())
        event = {"id": f"{self._name}-{self._told}", "at": at, "visibility": "public", **says}
        return _Report(due_at, self._told, event)

    def _is_down(self) -> bool:
        until = self.conduct.down_until
        return until is not None and self._clock() < until

    def _draw(self) -> Misstep | None:
        drawn = self._chance.random()
        for misstep, rate in self.conduct.rates.items():
            if drawn < rate:
                self.missteps[misstep] += 1
                return misstep
            drawn -= rate
        return None

    def _is_ours(self, call: Call) -> bool:
        """Whether the message is signed by our secret, at about this time by our clock."""
        secret = self._secret()
        stamp = call.headers.get("webhook-timestamp", "")
        if secret is None or not (stamp.isascii() and stamp.isdigit()):
            return False
        sent_at = datetime.fromtimestamp(int(stamp), tz=UTC)
        if abs(self._clock() - sent_at) > TOLERANCE:
            return False
        message_id = call.headers.get("webhook-id", "")
        expected = Webhook(secret).sign(message_id, sent_at, call.body.decode())
        given = call.headers.get("webhook-signature", "").split()
        return any(hmac.compare_digest(each, expected) for each in given)


def _confirmed(measure_id: str, *, effect: Effect) -> dict[str, object]:
    return {"type": "measure_confirmed", "measure_id": measure_id, "effect": str(effect)}
