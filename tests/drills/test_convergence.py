"""A platform that misbehaves ends where we are: nothing lost, nothing twice, nothing unowned."""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from tests.fixtures.house import Clock
from tests.fixtures.platform import MAIN, Platform
from tests.fixtures.receiver import Receiver
from tests.fixtures.site import Site
from tutela.decisions.dead_letters import revive
from tutela.decisions.endpoints import CONFIRM_SECONDS, WebhookEndpoint, resume
from tutela.decisions.sending import open_client
from tutela.decisions.unheard import Asking, ask_unheard
from tutela.decisions.webhooks import Courier
from tutela.drills.measures_platform import PATH, Conduct, MeasuresPlatform, Misstep
from tutela.drills.wire import serving

ROUNDS_MAX = 80
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REFUSING = (Misstep.SILENT, Misstep.GONE, Misstep.MOVED, Misstep.BUSY)
#: Says yes and nothing holds; only asking again brings it to light.
DECEIVING = (Misstep.IGNORED, Misstep.LOST)


@dataclass
class Town:
    """Our house, and the simulated platform that it tells what to do."""

    ours: Platform
    theirs: MeasuresPlatform
    their_clock: Clock
    web: Site

    async def decided(self, *names: str) -> list[str]:
        """The ids of decisions to remove the subjects, one each."""
        return [(await self.ours.act(name)).id for name in names]

    async def in_force(self) -> set[str]:
        """The measures that hold, as we have it."""
        rows = await self.ours.rooms.rows("SELECT id::text FROM measure WHERE undone_at IS NULL")
        return {measure_id for (measure_id,) in rows}

    def in_force_there(self) -> set[str]:
        """The measures that hold, as the platform has it."""
        return {name for measures in self.theirs.in_force().values() for name in measures}

    async def open_messages(self) -> list[tuple[str, str | None]]:
        """The id of each message that is not delivered; of a dead one its owner."""
        return await self.ours.rooms.rows(
            "SELECT id::text, CASE WHEN dead_at IS NOT NULL THEN coalesce(owner, 'nobody') END "
            "FROM outbox WHERE done_at IS NULL ORDER BY place"
        )

    async def pass_time(self, pause: timedelta) -> None:
        """Time goes by; then whatever both sides have to do is done."""
        self.ours.wait(pause)
        self.their_clock.ahead += pause
        rooms = self.ours.rooms
        asking = Asking(pool=rooms.pool, keys=rooms.keys, confirm_seconds=CONFIRM_SECONDS)
        await ask_unheard(asking, mint=self.ours.mint)
        await self.ours.deliver()
        self.theirs.catch_up()
        await self.theirs.report(self.web.client, token=await self.web.token())

    async def not_carried_out(self) -> int:
        """How many measures wait for their platform's word."""
        ((count,),) = await self.ours.rooms.rows(
            "SELECT count(*) FROM measure WHERE state NOT IN ('confirmed', 'lifted')"
        )
        return int(count)

    async def settle(self) -> None:
        """Until nothing is under way; who owns what stopped starts it again by the hour."""
        for _ in range(ROUNDS_MAX):
            await resume(self.ours.rooms.pool, station=MAIN)
            await self.pass_time(HOUR)
            waiting = await self.open_messages()
            if not waiting and not await self.not_carried_out():
                return
            await self.revive_dead(waiting)
        undone = await self.not_carried_out()
        pytest.fail(f"{len(waiting)} messages not delivered, {undone} measures not carried out")

    async def revive_dead(self, waiting: list[tuple[str, str | None]]) -> None:
        for message_id, owner in waiting:
            if owner is not None:
                assert owner == "lead"
                now = self.ours.rooms.clock.now()
                await revive(
                    self.ours.rooms.pool, station=MAIN, message_id=UUID(message_id), now=now
                )


@asynccontextmanager
async def town(
    web: Site, *, seed: int = 7, rates: dict[Misstep, float] | None = None
) -> AsyncIterator[Town]:
    """The platform listens and misbehaves at the rates given."""
    rooms = web.house
    known: list[WebhookEndpoint] = []
    their_clock = Clock()
    theirs = MeasuresPlatform(
        lambda: known[0].secret if known else None,
        clock=their_clock.now,
        chance=random.Random(seed),
        conduct=Conduct(rates=rates or {}),
    )
    async with serving(theirs.take) as url, open_client() as client:
        courier = Courier(
            pool=rooms.pool,
            keys=rooms.keys,
            client=client,
            clock=rooms.clock.now,
            chance=os.urandom,
        )
        ours = Platform(rooms=rooms, receiver=Receiver(), courier=courier)
        known.append(await ours.configure(url + PATH))
        yield Town(ours=ours, theirs=theirs, their_clock=their_clock, web=web)


async def test_a_platform_that_was_down_for_a_day_ends_where_we_are(web: Site) -> None:
    async with town(web) as there:
        first, *_ = await there.decided("post-1", "post-2", "post-3")
        there.theirs.conduct.down_until = web.house.clock.now() + DAY
        for _ in range(23):
            await there.pass_time(HOUR)
        assert there.in_force_there() == set()
        await there.ours.undo(first)
        await there.settle()
        assert there.in_force_there() == await there.in_force()
        assert len(there.in_force_there()) == 2


async def test_apply_undo_and_apply_again_ends_applied_in_whatever_order_it_is_done(
    web: Site,
) -> None:
    async with town(web, rates={Misstep.SHUFFLED: 1.0}) as there:
        for _ in range(2):
            (decision,) = await there.decided("post-1")
            await there.ours.undo(decision)
        await there.decided("post-1")
        for _ in range(20):
            await there.ours.deliver()
        assert there.theirs.taken["measure.apply"] == 3
        assert there.in_force_there() == set()
        there.theirs.catch_up()
        assert there.in_force_there() == await there.in_force()
        assert len(there.in_force_there()) == 1


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_platform_with_every_fault_ends_where_we_are(web: Site, seed: int) -> None:
    chance = random.Random(seed)
    async with town(web, seed=seed, rates=dict.fromkeys(Misstep, 0.07)) as there:
        holding: list[str] = []
        for number in range(16):
            holding += await there.decided(f"post-{number % 5}")
            if chance.random() < 0.5:
                await there.ours.undo(holding.pop(chance.randrange(len(holding))))
            if number % 5 == 0:
                await there.pass_time(timedelta())
        await there.settle()
        assert there.in_force_there() == await there.in_force()
        assert len(there.in_force_there()) == len(holding)
        assert sum(there.theirs.missteps.values()) > 5


@pytest.mark.parametrize("fault", [*REFUSING, Misstep.HUGE])
async def test_a_bad_receiver_costs_nothing_but_time(web: Site, fault: Misstep) -> None:
    async with town(web, rates={fault: 1.0}) as there:
        first, _ = await there.decided("post-1", "post-2")
        await there.pass_time(timedelta())
        messages = len(await there.open_messages())
        assert messages == (0 if fault is Misstep.HUGE else 6)
        there.theirs.conduct.rates.clear()
        await there.ours.undo(first)
        await there.settle()
        assert there.in_force_there() == await there.in_force()
        assert len(there.in_force_there()) == 1
        # each message was taken once: two decisions of three and one undoing
        assert there.theirs.taken == {
            "measure.apply": 2,
            "statement.issued": 2,
            "notice.answered": 2,
            "measure.undo": 1,
        }


@pytest.mark.parametrize("jump", [DAY, -DAY])
async def test_a_clock_that_jumps_delays_and_loses_nothing(web: Site, jump: timedelta) -> None:
    async with town(web) as there:
        await there.decided("post-1")
        there.ours.wait(jump)
        await there.ours.deliver()
        assert there.in_force_there() == set()
        there.ours.wait(-jump)
        await there.decided("post-2")
        await there.settle()
        assert there.in_force_there() == await there.in_force()
        assert len(there.in_force_there()) == 2


@pytest.mark.parametrize("fault", DECEIVING)
async def test_a_yes_without_a_deed_is_asked_about_until_it_is_done(
    web: Site, fault: Misstep
) -> None:
    async with town(web, rates={fault: 1.0}) as there:
        first, *_ = await there.decided("post-1", "post-2", "post-2")
        await there.ours.deliver()
        await there.ours.undo(first)
        await there.pass_time(timedelta())
        assert there.in_force_there() == set()
        assert await there.open_messages() == []
        assert await there.not_carried_out() == 3
        there.theirs.conduct.rates.clear()
        await there.settle()
        assert there.theirs.taken["measure.reconcile"] >= 2
        assert list(there.theirs.refused) == []
        assert there.in_force_there() == await there.in_force()
        assert len(there.in_force_there()) == 2


async def test_a_platform_that_lost_what_it_had_carried_out_is_told_again(web: Site) -> None:
    async with town(web) as there:
        first, *_ = await there.decided("post-1", "post-2", "post-2")
        await there.ours.undo(first)
        await there.settle()
        assert there.theirs.lose() == 2
        await there.settle()
        assert there.in_force_there() == await there.in_force()
        assert len(there.in_force_there()) == 2
