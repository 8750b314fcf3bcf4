"""A database that says what a test tells it, and time that passes by sleeping."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.fixtures.transparency import Hand
from tutela.compliance.transparency import Client, Means, Terms
from tutela.drills.wire import Call, Outcome, serving

TOKEN = "1|stand-in"


def means(hand: Hand) -> Means:
    """Time that stands still but for those who sleep."""

    async def sleep(seconds: float) -> None:
        hand.seconds += seconds
        await asyncio.sleep(0)

    return Means(monotonic=hand, sleep=sleep, chance=bytes)


@dataclass
class Scripted:
    """Answers by `take`; keeps every call."""

    take: Callable[[Call], Outcome]
    calls: list[Call] = field(default_factory=list)
    hand: Hand = field(default_factory=Hand)

    def __call__(self, call: Call) -> Outcome:
        self.calls.append(call)
        return self.take(call)


@asynccontextmanager
async def scripted(
    take: Callable[[Call], Outcome],
    *,
    token: "str | Callable[[], str]" = TOKEN,
    terms: Terms | None = None,
) -> AsyncIterator[tuple[Client, Scripted]]:
    """A client of a database that answers so."""
    script = Scripted(take)
    async with (
        serving(script) as url,
        Client(url, token=token, terms=terms, means=means(script.hand)) as client,
    ):
        yield client, script
