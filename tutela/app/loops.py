"""What the long-running processes do again and again, beside what each room of the house does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx

from tutela.access import processes, replays
from tutela.app import HOUSEKEEPING_SECONDS, House, Loop, bulk_room, publisher, reconciled
from tutela.database.statistics import count_what_grew
from tutela.decisions.bulk.running import run_due
from tutela.decisions.ending import end_due
from tutela.decisions.preparation import Mint
from tutela.decisions.unheard import Asking, ask_unheard
from tutela.drills.canaries import Canaries
from tutela.intake.housekeeping import forget_refused_bodies
from tutela.publishing.rounds import Rounds

STATISTICS_SECONDS = 5.0
#: Between two looks for measures whose last day is over.
ENDING_SECONDS = 30.0
BULK_SECONDS = 0.5
#: Between two looks for measures that the platform has not confirmed in time.
UNHEARD_SECONDS = 10.0
CANARY_STEP_SECONDS = 1.0
WITNESS_STEP_SECONDS = 2.0
PUBLISH_STEP_SECONDS = 2.0
CANARY_CALL_SECONDS = 20.0
#: A reconciliation takes at most this share of the time of the process that does it.
RECONCILIATION_SHARE = 0.1


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
