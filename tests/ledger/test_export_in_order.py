import asyncio
from collections.abc import Coroutine, Iterator

import pytest

from tutela.ledger.export import READERS, in_order

FAILING = 3


class Reading:
    """Parts that end when they are told to."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.let_go = [asyncio.Event() for _ in range(5)]

    def parts(self) -> Iterator[Coroutine[None, None, int]]:
        return (self._read(number) for number in range(len(self.let_go)))

    async def _read(self, number: int) -> int:
        self.begun.append(number)
        await self.let_go[number].wait()
        if number == FAILING:
            raise OSError("unreadable")
        return number


async def test_parts_come_in_their_order_whichever_is_read_first() -> None:
    reading = Reading()
    parts = in_order(reading.parts())
    first = asyncio.ensure_future(anext(parts))
    reading.let_go[1].set()
    await asyncio.sleep(0.01)
    assert reading.begun == [0, 1]
    assert not first.done()
    reading.let_go[0].set()
    reading.let_go[2].set()
    came = [await first, await anext(parts), await anext(parts)]
    assert came == [0, 1, 2]
    await parts.aclose()


async def test_no_more_are_under_way_than_there_are_readers() -> None:
    reading = Reading()
    reading.let_go[0].set()
    parts = in_order(reading.parts())
    assert await anext(parts) == 0
    await asyncio.sleep(0)
    assert len(reading.begun) == READERS + 1
    await parts.aclose()


async def test_a_part_that_can_not_be_read_ends_all_with_its_own_error() -> None:
    reading = Reading()
    for number in range(FAILING + 1):
        reading.let_go[number].set()
    parts = in_order(reading.parts())
    assert [await anext(parts) for _ in range(FAILING)] == [0, 1, 2]
    with pytest.raises(OSError, match="unreadable"):
        await anext(parts)
    assert asyncio.all_tasks() == {asyncio.current_task()}
