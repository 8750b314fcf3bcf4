"""How long people waited is read once for many, and nobody waits while another reads it."""

import asyncio

import pytest

from tests.fixtures.house import Rooms
from tutela.reconciliation import recent
from tutela.reconciliation.backlog import Waits
from tutela.reconciliation.recent import WAITS_SECONDS, RecentWaits, WaitsRead
from tutela.reconciliation.viewing import Viewer

VIEWER = Viewer(tenant="main", service="main", with_ids=False)
OTHER = Viewer(tenant="main", service="main", with_ids=True)


async def test_what_was_read_is_everybodys_until_it_is_too_old(rooms: Rooms) -> None:
    now = 0.0
    kept = RecentWaits(rooms.pool, clock=rooms.clock.now, monotonic=lambda: now)
    first = await kept.read(VIEWER)
    assert (first.at is not None, len(first.waits) >= 3) == (True, True)
    assert await kept.read(OTHER) is first
    now = WAITS_SECONDS
    assert await kept.read(VIEWER) is not first


async def test_nobody_waits_while_another_reads(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*_: object, **__: object) -> list[Waits]:
        begun.set()
        await go_on.wait()
        return []

    monkeypatch.setattr(recent, "waits", slow)
    kept = RecentWaits(rooms.pool, clock=rooms.clock.now)
    reading = asyncio.create_task(kept.read(VIEWER))
    await begun.wait()
    assert await kept.read(OTHER) == WaitsRead()
    go_on.set()
    assert (await reading).at is not None
