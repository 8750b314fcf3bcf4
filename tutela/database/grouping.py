"""Group commit: calls in flight share one transaction, and none is answered before it ends."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Full(Exception):
    """As many calls wait as may."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[_Item, _Result]):
    item: _Item
    outcome: asyncio.Future[_Result]


class Grouping(Generic[_Item, _Result]):
    """Hands what waits to `flush` in groups; a group that fails is tried again one by one.

    `flush` gives one result an item, in order; where it raises for a single item, that item's
    caller gets the exception. The first group takes off at once; while it is under way the next
    ones gather, and where `crowd` of them do, another group takes off, up to `flights` at a time.
    """

    def __init__(
        self,
        flush: Callable[[Sequence[_Item]], Awaitable[Sequence[_Result]]],
        *,
        group_max: int,
        waiting_max: int,
        flights: int,
        crowd: int = 1,
    ) -> None:
        self._flush = flush
        self._group_max = group_max
        self._waiting_max = waiting_max
        self._flights_max = flights
        self._crowd = crowd
        self._waiting: deque[_Waiting[_Item, _Result]] = deque()
        self._under_way = 0
        self._flights: set[asyncio.Task[None]] = set()

    async def submit(self, item: _Item) -> _Result:
        """The result for one item; `Full` where as many wait as may."""
        if len(self._waiting) >= self._waiting_max:
            raise Full
        outcome: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(item, outcome)
        self._waiting.append(waiting)
        self._take_off()
        return await outcome

    def _take_off(self) -> None:
        enough = self._crowd if self._under_way else 1
        if len(self._waiting) >= enough and self._under_way < self._flights_max:
            self._under_way += 1
            flight = asyncio.create_task(self._fly())
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)

    async def _fly(self) -> None:
        try:
            while self._waiting:
                size = min(len(self._waiting), self._group_max)
                await self._settle([self._waiting.popleft() for _ in range(size)])
        finally:
            # in the same step as the last look at what waits: nobody can come in between
            self._under_way -= 1
            self._take_off()

    async def _settle(self, group: list[_Waiting[_Item, _Result]]) -> None:
        try:
            results = await self._flush([each.item for each in group])
        except Exception as cause:  # noqa: BLE001 - every caller must hear of whatever went wrong
            if len(group) > 1:
                for each in group:
                    await self._settle([each])
            elif not group[0].outcome.done():
                group[0].outcome.set_exception(cause)
            return
        for each, result in zip(group, results, strict=True):
            if not each.outcome.done():
                each.outcome.set_result(result)
