"""The composition root: the only place that knows which adapter stands behind a port."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from tutela.access import processes
from tutela.access.founding import found
from tutela.access.keys import KeySet
from tutela.database.clock import DatabaseClock, steady_seconds
from tutela.database.pool import Pool, open_pool
from tutela.intake.door import Intake
from tutela.intake.housekeeping import forget_refused_bodies
from tutela.intake.refusals import RefusalLog
from tutela.ledger.sequencer import Sequencer
from tutela.settings import Settings

HOUSEKEEPING_SECONDS = 60.0


def now() -> datetime:
    """The instant by this machine's clock, in UTC; what is written down takes `House.clock`."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every process stands on: one database, its keys, its time."""

    settings: Settings
    url: str
    pool: Pool
    keys: KeySet
    time: DatabaseClock

    def clock(self) -> datetime:
        """The instant by the database's clock, in UTC."""
        return self.time.now()

    def chance(self, size: int) -> bytes:
        """Bytes that nobody can foresee."""
        return os.urandom(size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Something that a process does again and again, for as long as it lives."""

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[object]]


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    name: str = "tutela",
    seconds: Callable[[], float] | None = None,
) -> AsyncIterator[House]:
    """The house on the database of `settings.database_url`, open for as long as the context lasts.

    `seconds` is this machine's clock, since 1970. Errors: `DatabaseUnavailable`, `KeysUnusable`.
    """
    url = settings.database_url or ""
    pool = await open_pool(url, min_size=2, max_size=settings.pool_connections, name=name)
    try:
        time = DatabaseClock(seconds or steady_seconds())
        await time.ask(pool)
        keys = await found(pool, key_folder=settings.key_folder, now=time.now(), chance=os.urandom)
        yield House(settings=settings, url=url, pool=pool, keys=keys, time=time)
    finally:
        await pool.close()


def intake(house: House) -> Intake:
    """The way in for notices."""
    return Intake(house.pool, keys=house.keys, clock=house.clock, chance=house.chance)


def refusals(house: House) -> RefusalLog:
    """Where refused calls are written down."""
    return RefusalLog(house.pool, keys=house.keys, clock=house.clock, chance=house.chance)


def sequencer(house: House) -> Sequencer:
    """Who gives the facts of the ledger their place; one at a time may."""
    return Sequencer(house.pool, keys=house.keys, clock=house.clock)


def worker_loops(house: House) -> tuple[Loop, ...]:
    """What a worker does; each by itself, so that one that fails stops no other."""
    return (Loop(name="housekeeping", every_seconds=HOUSEKEEPING_SECONDS, run=_keep_house(house)),)


def loops_of_every_process(house: House, *, process: processes.Process) -> tuple[Loop, ...]:
    """What every long-running process does beside its work."""
    return (
        Loop(
            name="beat",
            every_seconds=processes.BEAT_SECONDS,
            run=lambda: processes.beat(house.pool, process),
        ),
    )


def _keep_house(house: House) -> Callable[[], Awaitable[None]]:
    async def keep() -> None:
        await forget_refused_bodies(house.pool, now=house.clock())
        await processes.forget_silent(house.pool)

    return keep
