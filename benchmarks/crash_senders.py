"""Senders: each sends notices of its own and repeats every one with its key until acknowledged."""

import asyncio
import json
import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.crash_book import Acknowledgement, Book, Faults
from benchmarks.crash_http import (
    CALL_SECONDS,
    JSON,
    JSON_LINES,
    Answer,
    Line,
    Request,
    TooSlow,
    Unanswered,
)

BATCH_LINES = 100
#: One call in so many is a batch, one is a notice that was acknowledged before.
BATCH_ONE_IN, AGAIN_ONE_IN = 60, 40
#: One subject in five is shared with other notices.
SHARED_SUBJECTS, SHARED_ONE_IN = 400, 5
REMEMBERED = 200
#: A notice that is not acknowledged for so long counts as never acknowledged.
NEVER_SECONDS = 180.0
RETRY_SECONDS = 0.5
#: Most callers give up early and come back with their key; one in so many waits for `CALL_SECONDS`.
IMPATIENT_SECONDS, PATIENT_ONE_IN = 3.0, 4
#: What a sender does between two calls, on average.
PAUSE_SECONDS = 0.012

_CATEGORY = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
_KEYWORDS = ("KEYWORD_UNSAFE_CHALLENGES", "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What all senders share: seed, ports, token, and where they write down what happened."""

    seed: int
    ports: Sequence[int]
    token: str
    book: Book
    faults: Faults
    tally: Counter[str] = field(default_factory=Counter)


def notice(key: str) -> bytes:
    """The notice of a key: the same bytes whenever it is asked for; random tokens only."""
    chance = random.Random(key)
    document = {
        "external_id": key,
        "category": _CATEGORY,
        "keyword": chance.choice(_KEYWORDS),
        "explanation": chance.randbytes(60).hex(),
        "subjects": [
            _subject(chance, name=f"{key}-{place}")
            for place in range(chance.choice((1, 1, 1, 1, 3)))
        ],
        "good_faith": True,
        "imminent_danger": chance.randrange(50) == 0,
        "language": chance.choice(("de", "en", "fr")),
        "country": "DE",
        "surface": chance.choice(("app", "web")),
    }
    return json.dumps(
        {name: value for name, value in document.items() if value is not None}
    ).encode()


def told_of(cause: Unanswered) -> str:
    """What a caller saw who got no answer, in words."""
    return str(cause) if isinstance(cause, TooSlow) else f"connection lost ({cause})"


def _subject(chance: random.Random, *, name: str) -> dict[str, str]:
    is_shared = chance.randrange(SHARED_ONE_IN) == 0
    subject = f"shared-{chance.randrange(SHARED_SUBJECTS)}" if is_shared else f"post-{name}"
    return {"kind": "content", "id": subject, "account_id": f"account-{chance.randrange(1000)}"}


class Sender:
    """One client; what it sends is given by seed and number, when it switches ports by chance."""

    def __init__(self, number: int, *, world: World) -> None:
        self._world = world
        self._name = f"{world.seed}-{number}"
        self._sent = 0
        self._chance = random.Random(f"sender {self._name}")
        self._lines = [Line(port) for port in world.ports]
        self._line = self._lines[number % len(self._lines)]
        self._known: dict[str, tuple[str, str]] = {}
        self._recent: deque[str] = deque(maxlen=REMEMBERED)

    async def send_until(self, enough: asyncio.Event) -> None:
        """Sends until told that it is enough; what is under way is still pursued to its end."""
        while not enough.is_set():
            if self._chance.randrange(BATCH_ONE_IN) == 0:
                await self._pursue([self._next_key() for _ in range(BATCH_LINES)])
            elif self._recent and self._chance.randrange(AGAIN_ONE_IN) == 0:
                self._world.tally["sent again on purpose"] += 1
                await self._pursue([self._chance.choice(self._recent)])
            else:
                await self._pursue([self._next_key()])
            await asyncio.sleep(self._chance.expovariate(1 / PAUSE_SECONDS))
        for line in self._lines:
            line.close()

    def _next_key(self) -> str:
        self._sent += 1
        return f"{self._name}-{self._sent:07d}"

    async def _pursue(self, keys: list[str]) -> None:
        open_keys = set(keys)
        try:
            async with asyncio.timeout(NEVER_SECONDS):
                while open_keys:
                    await self._attempt(keys, open_keys=open_keys)
        except TimeoutError:
            for key in sorted(open_keys):
                self._world.faults.add("never acknowledged", text=key)

    async def _attempt(self, keys: list[str], *, open_keys: set[str]) -> None:
        if self._chance.randrange(2) == 0:
            self._line = self._chance.choice(self._lines)
        try:
            if len(keys) == 1:
                await self._send_one(keys[0], open_keys=open_keys)
            else:
                await self._send_batch(keys, open_keys=open_keys)
        except Unanswered as cause:
            self._world.tally[f"{told_of(cause)}, port {self._place()}"] += 1
        if open_keys:
            self._line = self._chance.choice(self._lines)
            await asyncio.sleep(self._chance.uniform(0.02, RETRY_SECONDS))

    async def _send_one(self, key: str, *, open_keys: set[str]) -> None:
        request = self._request("/v1/notices", body=notice(key))
        answer = await self._line.call(request, seconds=self._patience_seconds())
        if answer.status not in {200, 201}:
            self._refused(answer, keys=[key], open_keys=open_keys)
            return
        told = json.loads(answer.body)
        self._take(key, told=told, is_fresh=answer.status == 201)
        open_keys.discard(key)

    async def _send_batch(self, keys: list[str], *, open_keys: set[str]) -> None:
        body = b"\n".join(notice(key) for key in keys)

        def take(line: bytes) -> None:
            told = json.loads(line)
            key = keys[told["line"] - 1]
            if told["status"] in {"accepted", "duplicate"}:
                self._take(key, told=told, is_fresh=told["status"] == "accepted")
                open_keys.discard(key)
            elif any(each["pointer"] for each in told["errors"]):
                self._refuse(key, told=told, open_keys=open_keys)
            else:
                self._world.tally["batch lines to be sent again"] += 1

        request = self._request("/v1/notices/batch", body=body, content_type=JSON_LINES)
        seconds = self._patience_seconds()
        answer = await self._line.call(request, on_line=take, seconds=seconds)
        if answer.status != 200:
            self._refused(answer, keys=keys, open_keys=open_keys)

    def _patience_seconds(self) -> float:
        return IMPATIENT_SECONDS if self._chance.randrange(PATIENT_ONE_IN) else CALL_SECONDS

    def _request(self, path: str, *, body: bytes, content_type: str = JSON) -> Request:
        return Request(path=path, token=self._world.token, body=body, content_type=content_type)

    def _take(self, key: str, *, told: dict[str, Any], is_fresh: bool) -> None:
        receipt = told["receipt"]
        self._world.book.write(
            Acknowledgement(key=key, id=told["id"], fresh=is_fresh, receipt=receipt)
        )
        self._world.tally["created" if is_fresh else "answered as duplicate"] += 1
        same = (told["id"], receipt["leaf_hash"])
        if self._known.setdefault(key, same) != same:
            self._world.faults.add("acknowledged with another id", text=f"{key}: {told['id']}")
        if key not in self._recent:
            if len(self._recent) == REMEMBERED:
                self._known.pop(self._recent[0], None)
            self._recent.append(key)

    def _refused(self, answer: Answer, *, keys: list[str], open_keys: set[str]) -> None:
        self._world.tally[f"{answer.status}, port {self._place()}"] += 1
        if answer.status < 500 and answer.status != 429:
            self._refuse(keys[0], told=answer, open_keys=open_keys)
            open_keys.clear()

    def _refuse(self, key: str, *, told: object, open_keys: set[str]) -> None:
        self._world.faults.add("refused", text=f"{key}: {told!s:.400}")
        open_keys.discard(key)

    def _place(self) -> int:
        return self._lines.index(self._line) + 1
