"""What a door is, and what a sender holds of a report that went through it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Protocol

from benchmarks.doors_place import Place
from benchmarks.doors_world import Form, Report
from tutela.client import Receipt

#: Requests of one door that are under way at once.
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """What its sender holds of a report: an id, a code, or only the key under which it was sent."""

    report: Report
    notice_id: str | None = None
    code: str | None = None
    receipt: Receipt | None = None
    missing: frozenset[str] | None = None


Send = Callable[[Sequence[Report]], Awaitable[list[Acknowledged]]]


class Opens(Protocol):
    """Makes ready what sends through a door; the stack closes it."""

    async def __call__(self, place: Place, *, stack: AsyncExitStack) -> Send: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A form, the name under which the service counts it, and how to send through it."""

    form: Form
    counted_as: str
    opens: Opens


def one_by_one(send: Callable[[Report], Awaitable[Acknowledged]]) -> Send:
    """Sends all, a few under way at once."""

    async def send_all(reports: Sequence[Report]) -> list[Acknowledged]:
        waiting = iter(reports)

        async def work() -> list[Acknowledged]:
            return [await send(report) for report in waiting]

        found = await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return [each for part in found for each in part]

    return send_all
