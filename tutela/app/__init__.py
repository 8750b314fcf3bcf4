"""The composition root: the only place that knows which adapter stands behind a port."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

import aiohttp
import httpx

from tutela.access import processes, replays, rotation
from tutela.access.founding import found
from tutela.access.keys import KeySet
from tutela.compliance.filing import rounds as filing
from tutela.compliance.filing.claims import Registry
from tutela.compliance.filing.configured import database_client, served
from tutela.compliance.filing.sending import sender
from tutela.database.clock import DatabaseClock, steady_seconds
from tutela.database.pool import Pool, open_pool
from tutela.database.statistics import count_what_grew
from tutela.decisions.bulk.room import BulkRoom
from tutela.decisions.bulk.running import run_due
from tutela.decisions.ending import end_due
from tutela.decisions.preparation import Mint
from tutela.decisions.replays.replaying import ReplayRoom
from tutela.decisions.sending import open_client
from tutela.decisions.unheard import Asking, ask_unheard
from tutela.decisions.webhooks import Courier, deliver_all
from tutela.detection.hashes.commons import Commons
from tutela.detection.lists.room import ListRoom
from tutela.detection.pipeline.judging import bench_at
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.room import register
from tutela.detection.pipeline.sources import FromLists
from tutela.detection.pipeline.term_lists import TermListSource
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.drills.canaries import Canaries
from tutela.guard.publishing.answering import GuardRoom, empty_guard
from tutela.intake.door import Intake
from tutela.intake.housekeeping import forget_refused_bodies
from tutela.intake.refusals import RefusalLog
from tutela.ledger.sequencer import Sequencer
from tutela.outside.guard import Outside
from tutela.publishing.publication import Publisher
from tutela.publishing.rounds import Rounds
from tutela.publishing.targets import Target
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits
from tutela.reconciliation.report import Reconciliation
from tutela.settings import Settings

HOUSEKEEPING_SECONDS = 60.0
#: In the data folder: where processes hand each other the memory of large lists of hashes.
HASHES_IN_COMMON = "hashes"
STATISTICS_SECONDS = 5.0
CLOCK_SECONDS = 30.0
KEYS_SECONDS = 5.0
#: A pool that has tried for so long to connect leaves it to the next call to try at once; without
#: that its pauses double, and a database that is back stays unused for as long as it was away.
RECONNECT_SECONDS = 1.0
DELIVERY_SECONDS = 1.0
FILING_SECONDS = 2.0
#: Statements go to the Transparency Database without undue delay: Art. 24(5) DSA.
FILING_SECONDS_MAX = 86_400.0
#: Between two looks for measures whose last day is over.
ENDING_SECONDS = 30.0
BULK_SECONDS = 0.5
#: Between two looks for measures that the platform has not confirmed in time.
UNHEARD_SECONDS = 10.0
CANARY_STEP_SECONDS = 1.0
WITNESS_STEP_SECONDS = 2.0
PUBLISH_STEP_SECONDS = 2.0
CANARY_CALL_SECONDS = 20.0
FOREVER_SECONDS = 1e9
#: A probe needs this long at least: its inclusion is promised within a minute.
MIN_CANARY_SECONDS = 90.0
#: A reconciliation takes at most this share of the time of the process that does it.
RECONCILIATION_SHARE = 0.1


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
    #: The detectors of this process.
    panel: Panel
    #: What the guard of this process answers by.
    guard: GuardRoom

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
    commons = Commons(settings.data_folder / HASHES_IN_COMMON)
    try:
        time = DatabaseClock(seconds or steady_seconds())
        await time.ask(pool)
        keys = await found(pool, key_folder=settings.key_folder, now=time.now(), chance=os.urandom)
        lists = ListRoom(pool=pool, keys=keys, clock=time.now, chance=os.urandom)
        sources = (FromLists(lists, commons=commons), TermListSource(lists))
        budget_seconds = settings.detection_seconds
        bases = register(settings.detection_bases)
        bench = bench_at(settings.rules, bases=bases, budget_seconds=budget_seconds, clock=time.now)
        panel = Panel(sources, budget_seconds=budget_seconds, bench=bench)
        guard = empty_guard(pool, keys=keys, clock=time.now, monotonic=monotonic)
        yield House(
            settings=settings,
            url=url,
            pool=pool,
            keys=keys,
            time=time,
            panel=panel,
            guard=guard,
        )
    finally:
        commons.close()
        await pool.close()


def registry(house: House) -> Registry:
    """Whose statements are filed with the Transparency Database, and what that stands on."""
    return Registry(
        pool=house.pool,
        keys=house.keys,
        clock=house.clock,
        chance=house.chance,
        tenant=house.settings.transparency_tenant,
        served=served(house.settings),
    )


def intake(house: House) -> Intake:
    """The way in for notices."""
    return Intake(house.pool, keys=house.keys, clock=house.clock, chance=house.chance)


def replay_room(house: House) -> ReplayRoom:
    """What brings items back that a fault touched."""
    return ReplayRoom(
        pool=house.pool,
        keys=house.keys,
        intake=intake(house),
        clock=house.clock,
        chance=house.chance,
    )


def bulk_room(house: House) -> BulkRoom:
    """Where decisions about many subjects are made."""
    return BulkRoom(
        pool=house.pool,
        keys=house.keys,
        intake=intake(house),
        clock=house.clock,
        chance=house.chance,
        alone_max=house.settings.bulk_alone_max,
        language=house.settings.language,
    )


def list_room(house: House) -> ListRoom:
    """Where lists of known material and terms are kept."""
    return ListRoom(pool=house.pool, keys=house.keys, clock=house.clock, chance=house.chance)


def refusals(house: House) -> RefusalLog:
    """Where refused calls are written down."""
    return RefusalLog(house.pool, keys=house.keys, clock=house.clock, chance=house.chance)


def outside(house: House) -> Outside:
    """The way out to what strangers name."""
    return Outside(allowed=house.settings.outside_networks)


def sequencer(house: House) -> Sequencer:
    """Who gives the facts of the ledger their place; one at a time may."""
    return Sequencer(house.pool, keys=house.keys, clock=house.clock)


def publisher(house: House, *, client: httpx.AsyncClient) -> Publisher:
    """Who brings heads to the targets that the operator configured."""
    settings = house.settings
    places = {
        Target.FILE: settings.heads_file,
        Target.URL: settings.heads_url,
        Target.STAMP: settings.timestamp_url,
    }
    targets = {target: str(place) for target, place in places.items() if place is not None}
    return Publisher(pool=house.pool, client=client, clock=house.clock, targets=targets)


def limits(settings: Settings) -> Limits:
    """From when on something is wrong, as the operator set it."""
    files = settings.transparency_url is not None
    return Limits(
        canary_seconds_max=canary_seconds_max(settings),
        guesses_max=settings.login_guesses_max,
        filing_seconds_max=FILING_SECONDS_MAX if files else FOREVER_SECONDS,
    )


def limits_at_rest() -> Limits:
    """The limits for a house that no process runs in."""
    return Limits(kinds=(), doors=(), canary_seconds_max=FOREVER_SECONDS)


def canary_seconds_max(settings: Settings) -> float:
    """Two periods: how long a route may be without a probe that came through."""
    return max(2 * settings.canary_seconds, MIN_CANARY_SECONDS)


async def reconciled(house: House) -> Reconciliation:
    """How things stand now, written down for those who ask."""
    begun = house.clock()
    report = await reconcile.reconcile(house.pool, now=begun, limits=limits(house.settings))
    run_id = uuid7(unix_ms=int(begun.timestamp() * 1000), random=house.chance(UUID7_RANDOM_BYTES))
    seconds = (house.clock() - begun).total_seconds()
    await reconcile.keep(house.pool, report=report, run_id=run_id, now=begun, seconds=seconds)
    return report


@asynccontextmanager
async def _filing_loops(house: House) -> AsyncIterator[tuple[Loop, ...]]:
    """Files what is due, where a database is configured; without one nothing leaves."""
    if house.settings.transparency_url is None:
        yield ()
        return
    async with database_client(house.settings) as client:
        rounds = filing.Rounds(registry(house), send=sender(client))
        yield (Loop(name="filing", every_seconds=FILING_SECONDS, run=rounds.turn),)


def _courier(house: House, *, client: aiohttp.ClientSession) -> Courier:
    return Courier(
        pool=house.pool,
        keys=house.keys,
        client=client,
        clock=house.clock,
        chance=house.chance,
        confirm_seconds=house.settings.confirm_seconds,
    )


@asynccontextmanager
async def courier_loops(house: House) -> AsyncIterator[tuple[Loop, ...]]:
    """What every courier does: messages go to platforms, statements to the database."""
    async with open_client() as client, _filing_loops(house) as filing_loops:
        courier = _courier(house, client=client)
        delivery = Loop(
            name="delivery", every_seconds=DELIVERY_SECONDS, run=lambda: deliver_all(courier)
        )
        yield (delivery, *filing_loops)


def worker_loops(house: House) -> tuple[Loop, ...]:
    """What every worker does; each by itself, so that one that fails stops no other."""
    bulk = bulk_room(house)
    asking = Asking(
        pool=house.pool, keys=house.keys, confirm_seconds=house.settings.confirm_seconds
    )
    return (
        Loop(name="housekeeping", every_seconds=HOUSEKEEPING_SECONDS, run=_keep_house(house)),
        Loop(
            name="statistics",
            every_seconds=STATISTICS_SECONDS,
            run=lambda: count_what_grew(house.pool),
        ),
        Loop(
            name="unheard",
            every_seconds=UNHEARD_SECONDS,
            run=lambda: ask_unheard(asking, mint=_mint(house)),
        ),
        Loop(
            name="ending",
            every_seconds=ENDING_SECONDS,
            run=lambda: end_due(house.pool, mint=_mint(house), keys=house.keys),
        ),
        Loop(name="bulk", every_seconds=BULK_SECONDS, run=lambda: run_due(bulk)),
    )


@asynccontextmanager
async def watch_loops(house: House) -> AsyncIterator[tuple[Loop, ...]]:
    """What one worker does for all: reconcile, probe every route, ask witnesses, publish heads."""
    settings = house.settings
    async with (
        httpx.AsyncClient(base_url=settings.probed_url, timeout=CANARY_CALL_SECONDS) as client,
        httpx.AsyncClient(trust_env=False) as outside,
    ):
        rounds = Rounds(pool=house.pool, client=outside, clock=house.clock)
        canaries = Canaries(
            house.pool, keys=house.keys, client=client, clock=house.clock, chance=house.chance
        )
        await canaries.open()
        yield (
            Loop(
                name="reconciliation",
                every_seconds=settings.reconcile_seconds,
                run=lambda: _reconcile_at_leisure(house),
            ),
            Loop(
                name="canaries",
                every_seconds=CANARY_STEP_SECONDS,
                run=lambda: canaries.round(period_seconds=settings.canary_seconds),
            ),
            Loop(name="witnesses", every_seconds=WITNESS_STEP_SECONDS, run=rounds.ask_all),
            Loop(
                name="publication",
                every_seconds=PUBLISH_STEP_SECONDS,
                run=publisher(house, client=outside).publish_all,
            ),
        )


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


def _mint(house: House) -> Mint:
    return Mint(at=house.clock(), chance=house.chance)


async def _reconcile_at_leisure(house: House) -> None:
    begun = house.clock()
    await reconciled(house)
    seconds = (house.clock() - begun).total_seconds()
    await asyncio.sleep(max(seconds, 0) / RECONCILIATION_SHARE)


def _keep_house(house: House) -> Callable[[], Awaitable[None]]:
    async def keep() -> None:
        await forget_refused_bodies(house.pool, now=house.clock())
        await replays.forget_expired(house.pool, now=house.clock())
        await processes.forget_silent(house.pool)

    return keep
