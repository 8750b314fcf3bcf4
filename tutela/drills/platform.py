"""A synthetic platform: it sends notices of random tokens over HTTP, and declares what it sent."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import httpx
import structlog

from tutela.domain import canonical
from tutela.domain.vocabulary import Category, Keyword, SubjectKind
from tutela.drills.posts import Posts

LANGUAGES: Final = ("de", "en", "fr", "es", "pl", "it", "nl", "sv", "el", "und")
COUNTRIES: Final = ("DE", "FR", "ES", "PL", "IT", "NL", "SE", "GR", "IE", "AT")
SURFACES: Final = ("app", "web", "search")
#: One in five notices names a subject that was reported before.
REPEAT_SHARE: Final = 0.2
DANGER_SHARE: Final = 0.02
MINOR_SHARE: Final = 0.1
#: How often people say what Article 16 asks for.
SAID_SHARE: Final = 0.7
RECENT_MAX: Final = 200
RETRY_SECONDS: Final = 0.5

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """What the platform remembers of a notice: its key, its receipt's code, over which surface."""

    key: str
    code: str
    surface: str


class SyntheticPlatform:
    """Keeps sending for as long as it is let; every notice is sent until it is acknowledged."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        token: str,
        chance: random.Random,
        clock: Callable[[], datetime],
        posts: Posts | None = None,
    ) -> None:
        self._client = client
        self._posts = posts
        self._headers = {"Authorization": f"Bearer {token}"}
        self._chance = chance
        self._clock = clock
        self._recent: deque[dict[str, str]] = deque(maxlen=RECENT_MAX)
        self._period_from = clock()
        self._sent = dict.fromkeys(SURFACES, 0)
        # what is written in a period is counted in it, however long its acknowledgement takes
        self._counting = asyncio.Lock()

    async def keep_sending(self, *, notices_per_second: float, at_first: int = 0) -> None:
        """Sends at a mean rate, at the random moments of people who don't wait for each other.

        So many are sent at once at first.
        """
        for _ in range(at_first):
            await self.send()
        while True:
            await asyncio.sleep(self._chance.expovariate(notices_per_second))
            await self.send()

    async def keep_declaring(self, *, period_seconds: float) -> None:
        """Says after each period what was sent over each surface in it."""
        while True:
            await asyncio.sleep(period_seconds)
            await self.declare()

    async def send(self) -> Sent:
        """Sends one notice and returns what its receipt says."""
        async with self._counting:
            notice = self.write_notice()
            await self._tell(notice)
            accepted = await self._post("/v1/notices", body=notice)
            surface = str(notice["surface"])
            self._sent[surface] += 1
        return Sent(str(notice["external_id"]), accepted["receipt"]["code"], surface)

    async def _tell(self, notice: Mapping[str, object]) -> None:
        """What is reported was posted before, where the platform tells of posts at all."""
        (subject,) = cast("list[dict[str, str]]", notice["subjects"])
        for event in () if self._posts is None else self._posts.of(subject):
            await self._post("/v1/events", body=event)

    async def declare(self) -> None:
        """Declares the period that ends now, and begins the next."""
        async with self._counting:
            begun, ended = self._period_from, self._clock()
            counts, self._sent = self._sent, dict.fromkeys(SURFACES, 0)
            self._period_from = ended
        for surface, sent in counts.items():
            declaration = {
                "external_id": f"declared-{self._token()}",
                "surface": surface,
                "from": canonical.timestamp(begun),
                "to": canonical.timestamp(ended),
                "sent": sent,
            }
            await self._post("/v1/declarations", body=declaration)

    def write_notice(self) -> dict[str, object]:
        """A notice of random tokens, with what people leave out left out."""
        category = self._chance.choice(list(Category))
        notice: dict[str, object] = {
            "external_id": f"n-{self._token()}",
            "category": str(category),
            "subjects": [self._subject()],
            "surface": self._chance.choice(SURFACES),
            "submitted_at": canonical.timestamp(self._clock()),
        }
        notice.update(
            (name, value)
            for name, value in self._optional(category).items()
            if self._chance.random() < SAID_SHARE
        )
        return notice

    def _optional(self, category: Category) -> dict[str, object]:
        minor = self._chance.random() < MINOR_SHARE
        named: dict[str, object] = {
            "explanation": " ".join(self._token() for _ in range(self._chance.randint(1, 12))),
            "notifier": {"name": self._token(), "email": f"{self._token()}@example.org"},
            "good_faith": True,
            "imminent_danger": self._chance.random() < DANGER_SHARE,
            "possible_minor": {"depicted": minor, "account_holder": False, "notifier": False},
            "language": self._chance.choice(LANGUAGES),
            "country": self._chance.choice(COUNTRIES),
        }
        if category is Category.PROTECTION_OF_MINORS:
            named["keyword"] = str(Keyword.UNSAFE_CHALLENGES)
        return named

    def _subject(self) -> dict[str, str]:
        if self._recent and self._chance.random() < REPEAT_SHARE:
            return self._chance.choice(self._recent)
        kind = self._chance.choice((SubjectKind.CONTENT, SubjectKind.CONTENT, SubjectKind.ACCOUNT))
        name = f"{kind}-{self._token()}"
        subject = {"kind": str(kind), "id": name, "url": f"https://platform.example/{name}"}
        if kind is SubjectKind.CONTENT:
            subject["account_id"] = f"account-{self._token()}"
        self._recent.append(subject)
        return subject

    def _token(self) -> str:
        return self._chance.randbytes(6).hex()

    async def _post(self, path: str, *, body: dict[str, object]) -> dict[str, Any]:
        while True:
            try:
                response = await self._client.post(path, json=body, headers=self._headers)
                if response.status_code < httpx.codes.BAD_REQUEST:
                    accepted: dict[str, Any] = response.json()
                    return accepted
                _log.warning("platform_refused", path=path, status=response.status_code)
            except httpx.HTTPError as cause:
                _log.warning("platform_retries", path=path, cause=type(cause).__name__)
            await asyncio.sleep(RETRY_SECONDS)
