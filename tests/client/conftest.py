"""Both clients behind one way to speak, against the whole site on a port of this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.site import Site, served
from tutela.client import AsyncClient, AsyncSurroundings, Client, Notice, Subject, Surroundings
from tutela.domain.vocabulary import Category, SubjectKind


@dataclass
class Time:
    """Time that passes where somebody sleeps; `slept` is how long each time."""

    elapsed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds

    async def pause(self, seconds: float) -> None:
        self.sleep(seconds)


@dataclass
class Speaker:
    """A client of either kind; `await speaker("notices.send", notice)` calls it."""

    client: Client | AsyncClient
    time: Time

    async def __call__(self, name: str, *args: object, **named: object) -> Any:  # noqa: ANN401 - as the call
        call = attrgetter(name)(self.client)
        if isinstance(self.client, Client):
            return await asyncio.to_thread(_done, call, *args, **named)
        made = call(*args, **named)
        return [each async for each in made] if hasattr(made, "__aiter__") else await made


@dataclass
class Service:
    """The site on a port, and clients to it."""

    site: Site
    url: str
    kind: str

    @asynccontextmanager
    async def speaker(
        self,
        url: str | None = None,
        **settings: Any,  # noqa: ANN401 - settings of a client
    ) -> AsyncIterator[Speaker]:
        time = Time()
        where = url or self.url
        if self.kind == "blocking":
            world = Surroundings(sleep=time.sleep, monotonic=time.monotonic)
            with Client(where, surroundings=world, **settings) as client:
                yield Speaker(client, time)
            return
        around = AsyncSurroundings(sleep=time.pause, monotonic=time.monotonic)
        async with AsyncClient(where, surroundings=around, **settings) as awaiting:
            yield Speaker(awaiting, time)

    async def notices(self) -> int:
        ((count,),) = await self.site.house.rows("SELECT count(*) FROM notice")
        return int(count)


def notice(name: str = "post-91", **fields: Any) -> Notice:  # noqa: ANN401 - fields of a notice
    """A notice about one subject."""
    return Notice(
        category=Category.SCAMS_AND_FRAUD,
        subjects=(Subject(kind=SubjectKind.CONTENT, id=name),),
        **fields,
    )


@pytest.fixture(params=["blocking", "awaiting"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture
async def service(web: Site, kind: str) -> AsyncIterator[Service]:
    async with served(web.application) as url:
        yield Service(web, url, kind)


@pytest_asyncio.fixture
async def sender(service: Service) -> AsyncIterator[Speaker]:
    """A client with the token of a platform."""
    async with service.speaker(token=await service.site.token()) as speaker:
        yield speaker


def _done(call: Any, *args: object, **named: object) -> object:  # noqa: ANN401 - any call
    made = call(*args, **named)
    return list(made) if hasattr(made, "__next__") else made
