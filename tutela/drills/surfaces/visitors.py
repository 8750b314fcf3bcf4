"""People of the simulated platform: they search, type, open tags, look on, and publish.

Some use what is planted; once their tag is blocked they gather under another one. The platform
tells what was used as events, as it would tell of all its people.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

import httpx
import msgspec
import structlog

from tutela.domain import canonical
from tutela.drills.surfaces.holding import Post
from tutela.drills.surfaces.world import World

EVENTS: Final = "/v1/events"
#: How often somebody of the ring comes, publishes, and how many events one call carries.
RING_SHARE: Final = 0.15
PUBLISH_SHARE: Final = 0.3
#: Of what ordinary people come for: a search, else a tag.
SEARCH_SHARE: Final = 0.5
EVENTS_MAX: Final = 500
#: Events that wait for a server that is away; the oldest are given up.
WAITING_MAX: Final = 10_000

_log = structlog.get_logger(__name__)


class Visitors:
    """Whoever comes next, and what the platform has to tell of it."""

    def __init__(
        self,
        world: World,
        *,
        surfaces: httpx.AsyncClient,
        chance: random.Random,
        clock: Callable[[], datetime],
    ) -> None:
        self._world = world
        self._surfaces = surfaces
        self._chance = chance
        self._clock = clock
        self._events: deque[dict[str, object]] = deque(maxlen=WAITING_MAX)
        self._told = 0
        self._name = f"{chance.getrandbits(64):016x}"
        planted = world.planted
        self._ring = sorted(planted.flagged)
        self._others = sorted(world.platform.accounts.keys() - planted.flagged)
        #: Where the ring gathers once it is shut out: drawn once, listed nowhere.
        self.replacement = chance.choice(world.vocabulary.planted_tags)[::-1]

    async def keep_coming(self, *, visits_per_second: float) -> None:
        """One visit after the other at a mean rate, at random moments."""
        while True:
            await asyncio.sleep(self._chance.expovariate(visits_per_second))
            await self.visit()

    async def keep_telling(
        self, client: httpx.AsyncClient, *, token: str, every_seconds: float
    ) -> None:
        """Tells what was used, again and again."""
        while True:
            await asyncio.sleep(every_seconds)
            await self.tell(client, token=token)

    async def visit(self) -> None:
        """One person looks for one thing, and perhaps publishes about it."""
        if self._chance.random() < RING_SHARE:
            await self._ring_visit(self._chance.choice(self._ring))
            return
        account, words = self._chance.choice(self._others), self._world.vocabulary
        if self._chance.random() < SEARCH_SHARE:
            await self._look_for(self._chance.choice(words.queries), account=account)
        else:
            await self._open(self._chance.choice(words.tags), account=account)
        await self._get("/recommendations", viewer=account)

    async def tell(self, client: httpx.AsyncClient, *, token: str) -> int:
        """How many events were taken; the others stay for another time."""
        batch = [self._events.popleft() for _ in range(min(EVENTS_MAX, len(self._events)))]
        if not batch:
            return 0
        lines = b"\n".join(msgspec.json.encode(each) for each in batch)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/x-ndjson"}
        try:
            response = await client.post(EVENTS, content=lines, headers=headers)
        except httpx.HTTPError as cause:
            _log.warning("surfaces_retry", cause=type(cause).__name__)
            self._events.extendleft(reversed(batch))
            return 0
        if response.status_code != httpx.codes.ACCEPTED:
            _log.warning("surfaces_refused", status=response.status_code)
            return 0
        taken = [msgspec.json.decode(line) for line in response.text.splitlines()]
        return sum(each.get("status") != "refused" for each in taken)

    async def _ring_visit(self, account: str) -> None:
        words = self._world.vocabulary
        tag = self._chance.choice(words.planted_tags)
        is_shut = await self._open(tag, account=account)
        await self._look_for(self._chance.choice(words.planted_queries), account=account)
        if is_shut:
            await self._open(self.replacement, account=account)
        if self._chance.random() < PUBLISH_SHARE:
            self._publish(account, tag=self.replacement if is_shut else tag)

    async def _look_for(self, query: str, *, account: str) -> None:
        self._used("query", value=query, account=account)
        await self._get("/typeahead", q=query[: len(query) // 2], viewer=account)
        await self._get("/search", q=query, viewer=account)

    async def _open(self, tag: str, *, account: str) -> bool:
        """Whether its page is shut."""
        self._used("tag", value=tag, account=account)
        return await self._get(f"/tags/{tag}", viewer=account)

    async def _get(self, path: str, **given: str) -> bool:
        try:
            page = await self._surfaces.get(path, params=given)
        except httpx.HTTPError:
            return False
        return page.status_code == httpx.codes.OK and bool(page.json()["blocked"])

    def _publish(self, account: str, *, tag: str) -> None:
        platform, words = self._world.platform, self._world.vocabulary
        tags = (tag, self._chance.choice(words.tags))
        text = self._chance.choice(words.queries)
        post = Post(id=f"post-{len(platform.posts)}", author=account, text=text, tags=tags)
        platform.publish(post)
        said = {"content_id": post.id, "account_id": account, "kind": "post"}
        self._note("content", **said, text=text, tags=list(tags))

    def _used(self, kind: str, *, value: str, account: str) -> None:
        self._note("use", account_id=account, kind=kind, value=value)

    def _note(self, kind_of_event: str, **said: object) -> None:
        self._told += 1
        self._events.append(
            {
                "id": f"{self._name}-{self._told}",
                "type": kind_of_event,
                "at": canonical.timestamp(self._clock()),
                "visibility": "public",
                **said,
            }
        )
