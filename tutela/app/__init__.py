"""The composition root: the only place that knows which adapter stands behind a port."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tutela.access import processes, rotation
from tutela.access.founding import found
from tutela.access.keys import KeySet
from tutela.app.looking import Looking
from tutela.database.clock import DatabaseClock, steady_seconds
from tutela.database.pool import Pool, open_pool
from tutela.settings import Settings

if TYPE_CHECKING:
    import httpx

    from tutela.compliance.filing.claims import Registry
    from tutela.decisions.bulk.room import BulkRoom
    from tutela.decisions.replays.replaying import ReplayRoom
    from tutela.detection.lists.room import ListRoom
    from tutela.detection.pipeline.panel import Panel
    from tutela.guard.publishing.answering import GuardRoom
    from tutela.intake.door import Intake
    from tutela.intake.refusals import RefusalLog
    from tutela.ledger.sequencer import Sequencer
    from tutela.outside.guard import Outside
    from tutela.publishing.publication import Publisher
    from tutela.reconciliation.reconcile import Limits
    from tutela.reconciliation.report import Reconciliation

HOUSEKEEPING_SECONDS = 60.0
CLOCK_SECONDS = 30.0
KEYS_SECONDS = 5.0
#: A pool that has tried for so long to connect leaves it to the next call to try at once; without
#: that its pauses double, and a database that is back stays unused for as long as it was away.
RECONNECT_SECONDS = 1.0
#: Statements go to the Transparency Database without undue delay: Art. 24(5) DSA.
FILING_SECONDS_MAX = 86_400.0
FOREVER_SECONDS = 1e9
#: A probe needs this long at least: its inclusion is promised within a minute.
MIN_CANARY_SECONDS = 90.0


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
    #: By what this process looks at items, made once it does.
    looking: Looking

    @property
    def panel(self) -> "Panel":
        """The detectors of this process; raises PolicyUnfit for rules that are not fit."""
        return self.looking.panel

    @property
    def guard(self) -> "GuardRoom":
        """What the guard of this process answers by."""
        return self.looking.guard

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
    pool.reconnect_timeout = RECONNECT_SECONDS
    time = DatabaseClock(seconds or steady_seconds())
    try:
        await time.ask(pool)
        keys = await found(pool, key_folder=settings.key_folder, now=time.now(), chance=os.urandom)
        with closing(Looking(pool, settings=settings, keys=keys, clock=time.now)) as looking:
            yield House(
                settings=settings, url=url, pool=pool, keys=keys, time=time, looking=looking
            )
    finally:
        await pool.close()


def registry(house: House) -> "Registry":
    """Whose statements are filed with the Transparency Database, and what that stands on."""
    from tutela.compliance.filing.claims import Registry
    from tutela.compliance.filing.configured import served

    return Registry(
        pool=house.pool,
        keys=house.keys,
        clock=house.clock,
        chance=house.chance,
        tenant=house.settings.transparency_tenant,
        served=served(house.settings),
    )


def intake(house: House) -> "Intake":
    """The way in for notices."""
    from tutela.intake.door import Intake

    return Intake(house.pool, keys=house.keys, clock=house.clock, chance=house.chance)


def replay_room(house: House) -> "ReplayRoom":
    """What brings items back that a fault touched."""
    from tutela.decisions.replays.replaying import ReplayRoom

    return ReplayRoom(
        pool=house.pool,
        keys=house.keys,
        intake=intake(house),
        clock=house.clock,
        chance=house.chance,
    )


def bulk_room(house: House) -> "BulkRoom":
    """Where decisions about many subjects are made."""
    from tutela.decisions.bulk.room import BulkRoom

    return BulkRoom(
        pool=house.pool,
        keys=house.keys,
        intake=intake(house),
        clock=house.clock,
        chance=house.chance,
        alone_max=house.settings.bulk_alone_max,
        language=house.settings.language,
    )


def list_room(house: House) -> "ListRoom":
    """Where lists of known material and terms are kept."""
    from tutela.detection.lists.room import ListRoom

    return ListRoom(pool=house.pool, keys=house.keys, clock=house.clock, chance=house.chance)


def refusals(house: House) -> "RefusalLog":
    """Where refused calls are written down."""
    from tutela.intake.refusals import RefusalLog

    return RefusalLog(house.pool, keys=house.keys, clock=house.clock, chance=house.chance)


def outside(house: House) -> "Outside":
    """The way out to what strangers name."""
    from tutela.outside.guard import Outside

    return Outside(allowed=house.settings.outside_networks)


def sequencer(house: House) -> "Sequencer":
    """Who gives the facts of the ledger their place; one at a time may."""
    from tutela.ledger.sequencer import Sequencer

    return Sequencer(house.pool, keys=house.keys, clock=house.clock)


def publisher(house: House, *, client: "httpx.AsyncClient") -> "Publisher":
    """Who brings heads to the targets that the operator configured."""
    from tutela.publishing.publication import Publisher
    from tutela.publishing.targets import Target

    settings = house.settings
    places = {
        Target.FILE: settings.heads_file,
        Target.URL: settings.heads_url,
        Target.STAMP: settings.timestamp_url,
    }
    targets = {target: str(place) for target, place in places.items() if place is not None}
    return Publisher(pool=house.pool, client=client, clock=house.clock, targets=targets)


def limits(settings: Settings) -> "Limits":
    """From when on something is wrong, as the operator set it."""
    from tutela.reconciliation.reconcile import Limits

    files = settings.transparency_url is not None
    return Limits(
        canary_seconds_max=canary_seconds_max(settings),
        guesses_max=settings.login_guesses_max,
        filing_seconds_max=FILING_SECONDS_MAX if files else FOREVER_SECONDS,
    )


def limits_at_rest() -> "Limits":
    """The limits for a house that no process runs in."""
    from tutela.reconciliation.reconcile import Limits

    return Limits(kinds=(), doors=(), canary_seconds_max=FOREVER_SECONDS)


def canary_seconds_max(settings: Settings) -> float:
    """Two periods: how long a route may be without a probe that came through."""
    return max(2 * settings.canary_seconds, MIN_CANARY_SECONDS)


async def reconciled(house: House) -> "Reconciliation":
    """How things stand now, written down for those who ask."""
    from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
    from tutela.reconciliation import reconcile

    begun = house.clock()
    report = await reconcile.reconcile(house.pool, now=begun, limits=limits(house.settings))
    run_id = uuid7(unix_ms=int(begun.timestamp() * 1000), random=house.chance(UUID7_RANDOM_BYTES))
    seconds = (house.clock() - begun).total_seconds()
    await reconcile.keep(house.pool, report=report, run_id=run_id, now=begun, seconds=seconds)
    return report


def loops_of_every_process(house: House, *, process: processes.Process) -> tuple[Loop, ...]:
    """What every long-running process does beside its work."""
    return (
        Loop(
            name="beat",
            every_seconds=processes.BEAT_SECONDS,
            run=lambda: processes.beat(house.pool, process=process),
        ),
        Loop(
            name="keys",
            every_seconds=KEYS_SECONDS,
            run=lambda: rotation.refresh(
                house.pool, keys=house.keys, key_folder=house.settings.key_folder, now=house.clock()
            ),
        ),
        Loop(
            name="clock",
            every_seconds=CLOCK_SECONDS,
            run=lambda: house.time.ask(house.pool),
        ),
    )
