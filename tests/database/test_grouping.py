import asyncio
from collections.abc import Sequence

import pytest

from tutela.database.grouping import Full, Grouping

UNLUCKY = -13


async def _double(numbers: Sequence[int]) -> list[int]:
    await asyncio.sleep(0)
    if UNLUCKY in numbers:
        raise ValueError(UNLUCKY)
    return [number * 2 for number in numbers]


@pytest.mark.parametrize("flights", [1, 2])
async def test_a_call_right_after_the_last_flight_landed_is_not_left_waiting(flights: int) -> None:
    grouping = Grouping[int, int](_double, group_max=4, waiting_max=100, flights=flights)
    async with asyncio.timeout(10):
        for number in range(100):
            assert await grouping.submit(number) == number * 2


async def test_calls_in_flight_share_groups_and_each_gets_its_own_result() -> None:
    groups: list[int] = []

    async def flush(numbers: Sequence[int]) -> list[int]:
        groups.append(len(numbers))
        return await _double(numbers)

    grouping = Grouping[int, int](flush, group_max=8, waiting_max=100, flights=1)
    async with asyncio.timeout(10):
        results = await asyncio.gather(*(grouping.submit(n) for n in range(20, 60)))
    assert results == [n * 2 for n in range(20, 60)]
    assert max(groups) == 8
    assert sum(groups) == 40


async def test_one_bad_item_fails_alone() -> None:
    grouping = Grouping[int, int](_double, group_max=8, waiting_max=100, flights=1)
    async with asyncio.timeout(10):
        results = await asyncio.gather(
            *(grouping.submit(n) for n in (12, UNLUCKY, 14)), return_exceptions=True
        )
    assert results[0] == 24
    assert results[2] == 28
    assert isinstance(results[1], ValueError)


async def test_who_finds_it_full_is_told_at_once() -> None:
    gate = asyncio.Event()

    async def flush(numbers: Sequence[int]) -> list[int]:
        await gate.wait()
        return list(numbers)

    grouping = Grouping[int, int](flush, group_max=1, waiting_max=1, flights=1)
    async with asyncio.timeout(10):
        first = asyncio.create_task(grouping.submit(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        second = asyncio.create_task(grouping.submit(2))
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await grouping.submit(3)
        gate.set()
        assert list(await asyncio.gather(first, second)) == [1, 2]


async def test_a_caller_who_went_away_stops_nobody_else() -> None:
    grouping = Grouping[int, int](_double, group_max=8, waiting_max=100, flights=1)
    async with asyncio.timeout(10):
        gone = asyncio.create_task(grouping.submit(1))
        await asyncio.sleep(0)
        gone.cancel()
        assert await grouping.submit(2) == 4


async def test_a_second_flight_takes_off_once_enough_gather_behind_the_first() -> None:
    gate = asyncio.Event()
    groups: list[int] = []

    async def flush(numbers: Sequence[int]) -> list[int]:
        groups.append(len(numbers))
        await gate.wait()
        return list(numbers)

    grouping = Grouping[int, int](flush, group_max=8, waiting_max=100, flights=2, crowd=3)
    async with asyncio.timeout(10):
        waiting = []
        for number in range(5):
            waiting.append(asyncio.create_task(grouping.submit(number)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert groups == [1, 3]
        gate.set()
        assert await asyncio.gather(*waiting) == list(range(5))
