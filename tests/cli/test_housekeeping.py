import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.fixtures.house import Rooms
from tutela import app
from tutela.access import processes
from tutela.access.processes import Process
from tutela.app import Loop
from tutela.app.loops import worker_loops
from tutela.cli.loops import go_on
from tutela.errors import TutelaError
from tutela.intake.housekeeping import forget_refused_bodies
from tutela.settings import Settings

WEB = Process(name="web-0", kind="web", pid=1)


async def test_a_refused_body_is_forgotten_after_its_week_and_the_row_stays(rooms: Rooms) -> None:
    now = datetime.now(UTC)
    for expires_at in (now - timedelta(minutes=1), now + timedelta(minutes=1)):
        await rooms.rows(
            "INSERT INTO refused_call (id, at, door, status, code, pointers, sealed_key, "
            "sealed_body, body_expires_at) VALUES (uuidv7(), now(), 'api', 422, 'x', '{}', "
            "'k', 'b', %(expires_at)s)",
            expires_at=expires_at,
        )
    await forget_refused_bodies(rooms.pool, now=now)
    rows = await rooms.rows(
        "SELECT sealed_key, sealed_body, body_expires_at IS NULL FROM refused_call ORDER BY id"
    )
    assert rows == [(None, None, True), (b"k", b"b", False)]


async def test_a_process_is_heard_until_it_says_goodbye(rooms: Rooms) -> None:
    await processes.beat(rooms.pool, process=WEB)
    (heard,) = await processes.beats(rooms.pool)
    assert heard.process == WEB
    assert not heard.is_silent
    await processes.end_beat(rooms.pool, process=Process(name="web-0", kind="web", pid=2))
    assert len(await processes.beats(rooms.pool)) == 1
    await processes.end_beat(rooms.pool, process=WEB)
    assert await processes.beats(rooms.pool) == []


async def test_a_machine_that_is_gone_for_a_week_is_forgotten(rooms: Rooms) -> None:
    for days in (1, 8):
        await rooms.rows(
            "INSERT INTO process_beat VALUES (%(name)s, 'web', 1, now() - %(age)s)",
            name=f"web-{days}",
            age=timedelta(days=days),
        )
    await processes.forget_silent(rooms.pool)
    heard = await processes.beats(rooms.pool)
    assert [(each.process.name, each.is_silent) for each in heard] == [("web-1", True)]


async def test_a_worker_keeps_house(rooms: Rooms, database_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=database_url, key_folder=tmp_path / "keys")
    async with app.open_house(settings) as house:
        loops = worker_loops(house)
        (housekeeping,) = (loop for loop in loops if loop.name == "housekeeping")
        await housekeeping.run()


@pytest.mark.parametrize("error", [TutelaError("expected"), ZeroDivisionError("secret-2d8")])
async def test_a_loop_goes_on_after_a_turn_that_failed(error: Exception) -> None:
    turns: list[int] = []
    enough = asyncio.Event()

    async def turn() -> None:
        turns.append(len(turns))
        if len(turns) == 3:
            enough.set()
        raise error

    with capture_logs() as logged:
        going = asyncio.create_task(go_on(Loop(name="a loop", every_seconds=0.0, run=turn)))
        await enough.wait()
        going.cancel()
    assert [each["loop"] for each in logged[:2]] == ["a loop", "a loop"]
