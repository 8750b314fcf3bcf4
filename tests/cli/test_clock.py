import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from tests.cli.sending import JSON, a_notice
from tutela import app
from tutela.access.processes import BEAT_SECONDS, Process
from tutela.access.tokens import Grant, create
from tutela.app import House
from tutela.cli.loops import go_on
from tutela.database.clock import DatabaseClock, steady_seconds
from tutela.domain.vocabulary import Channel, Role
from tutela.settings import Settings
from tutela.web.serving import site_of

HOUR = 3_600.0


class MachineClock:
    """The clock of a machine that is wrong by `error_seconds`."""

    def __init__(self, error_seconds: float) -> None:
        self.error_seconds = error_seconds

    def __call__(self) -> float:
        return time.time() + self.error_seconds


@pytest.fixture(params=[HOUR, -HOUR], ids=["an hour fast", "an hour slow"])
def machine_clock(request: pytest.FixtureRequest) -> MachineClock:
    return MachineClock(request.param)


@pytest_asyncio.fixture
async def house(
    database_url: str, tmp_path: Path, machine_clock: MachineClock
) -> AsyncIterator[House]:
    settings = Settings(database_url=database_url, key_folder=tmp_path / "keys")
    async with app.open_house(settings, seconds=machine_clock) as opened:
        yield opened


@pytest_asyncio.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    grant = Grant(
        tenant="main", service="main", name="t", role=Role.SERVICE, channels=(Channel.USER,)
    )
    token = await create(house.pool, grant=grant, now=house.clock(), chance=house.chance)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(site_of(house)),
        base_url="http://tutela",
        headers={"Authorization": f"Bearer {token}", **JSON},
    ) as opened:
        yield opened


async def test_a_machine_whose_clock_is_wrong_takes_notices_at_the_right_time(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/v1/notices", json=a_notice())
    assert answer.status_code == 201
    received_at = datetime.fromisoformat(answer.json()["receipt"]["received_at"])
    assert abs(received_at - datetime.now(UTC)) < timedelta(seconds=60)


async def test_a_clock_that_goes_wrong_later_signs_nothing_and_is_corrected(
    client: httpx.AsyncClient, house: House, machine_clock: MachineClock
) -> None:
    machine_clock.error_seconds += HOUR
    notice = a_notice()
    refused = await client.post("/v1/notices", json=notice)
    assert refused.status_code == 503
    assert refused.json()["code"] == "clock_wrong"
    await house.time.ask(house.pool)
    assert (await client.post("/v1/notices", json=notice)).status_code == 201


async def test_every_process_asks_again_and_again_even_while_nobody_answers(
    house: House, machine_clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "CLOCK_SECONDS", 0.01)
    process = Process(name="web-0", kind="web", pid=1)
    loops = {loop.name: loop for loop in app.loops_of_every_process(house, process=process)}
    clock = loops["clock"]
    asking = asyncio.create_task(go_on(clock))
    machine_clock.error_seconds += HOUR
    await eventually(lambda: abs(house.clock() - datetime.now(UTC)) < timedelta(seconds=60))
    offset = house.time.offset_seconds
    await house.pool.close()
    with capture_logs() as logged:
        await eventually(lambda: len(logged) > 1)
    asking.cancel()
    assert {(each["event"], each["loop"]) for each in logged} == {("loop_failed", clock.name)}
    assert house.time.offset_seconds == offset
    assert loops["beat"].every_seconds == BEAT_SECONDS


async def eventually(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.01)


def test_before_the_first_question_it_is_the_machine_s_own_time() -> None:
    clock = DatabaseClock(lambda: 0.0)
    assert clock.now() == datetime(1970, 1, 1, tzinfo=UTC)


def test_steady_seconds_go_on_when_the_machine_s_clock_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = steady_seconds()
    before = seconds()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert 0 <= seconds() - before < 60
