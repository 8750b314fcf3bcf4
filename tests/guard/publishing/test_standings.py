"""Who answers by which version is seen, and red where that is too old; probers are alarms."""

from datetime import timedelta

import pytest

from tests.fixtures.guarding import MAIN, Guarded, blocked
from tests.fixtures.house import Rooms
from tests.fixtures.site import Site
from tutela.access import processes
from tutela.access.processes import Process
from tutela.cli import findings
from tutela.cli.findings import Mark
from tutela.domain.vocabulary import Role
from tutela.guard.probing import Word
from tutela.guard.publishing.alarms import forget_probing
from tutela.guard.publishing.listing import Listing
from tutela.guard.publishing.standings import forget_silent, standings_in, write_standings
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits

WORD = "zorvaplim"


async def told(guarded: Guarded) -> None:
    """The process `web-0` lives and says by what it answers."""
    rooms = guarded.rooms
    await processes.beat(rooms.pool, process=Process(name="web-0", kind="web", pid=1))
    await write_standings(guarded.keeper, pool=rooms.pool, process="web-0", now=rooms.clock.now())


async def whys(rooms: Rooms) -> list[str | None]:
    async with rooms.pool.connection() as connection:
        await connection.execute("SELECT set_config('tutela.tenant', '*', true)")
        found = await standings_in(connection, now=rooms.clock.now(), service=str(MAIN))
    return [each.why for guard in found for each in guard.serving]


async def checks(rooms: Rooms) -> set[str]:
    report = await reconcile.reconcile(
        rooms.pool, now=rooms.clock.now(), limits=Limits(kinds=(), doors=())
    )
    return {fault.check for fault in report.faults if fault.check.startswith("guard_")}


async def test_a_process_with_the_newest_version_is_well(rooms: Rooms) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    await told(guarded)
    assert await whys(rooms) == [None]
    assert await checks(rooms) == set()
    assert (await findings.of_guard(rooms.pool)).mark is Mark.OK


@pytest.mark.parametrize(
    ("unread", "later_seconds", "expected"),
    [(1, 10, None), (1, 70, "behind"), (0, 400, "degraded")],
)
async def test_a_process_is_red_from_a_minute_behind_on_or_where_nobody_publishes(
    rooms: Rooms, unread: int, later_seconds: float, expected: str | None
) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    for number in range(unread):
        guarded.source.put(Listing(texts=(blocked(f"quibdrastel{number}"),)))
        await guarded.publisher.turn()
    guarded.seconds.now += later_seconds
    rooms.clock.ahead += timedelta(seconds=later_seconds)
    await told(guarded)
    assert await whys(rooms) == [expected]
    assert await checks(rooms) == ({"guard_stale"} if expected else set())


async def test_a_process_that_lives_and_says_nothing_is_red(rooms: Rooms) -> None:
    await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    await told(guarded)
    rooms.clock.ahead += timedelta(seconds=30)
    assert await whys(rooms) == ["silent"]
    assert await checks(rooms) == {"guard_stale"}
    await forget_silent(rooms.pool, now=rooms.clock.now() + timedelta(days=2))
    assert await whys(rooms) == []


async def test_a_prober_is_told_of_for_a_while_and_forgotten(web: Site) -> None:
    rooms = web.house
    caller = await rooms.caller()
    guarded = Guarded(rooms)
    await guarded.publish(blocked(WORD))
    viewer = guarded.sentry.viewer("a-1", place=MAIN)
    words = [Word(f"zorva{number}plim", is_refused=True) for number in range(60)]
    assert guarded.sentry.asked(words, viewer=viewer, caller=caller)
    await guarded.sentry.exchange(rooms.pool)
    assert await checks(rooms) == {"guard_probing"}
    finding = await findings.of_guard(rooms.pool)
    assert (finding.mark, "a-1" in finding.detail) == (Mark.WARN, False)
    token = await web.token(Role.LEAD)
    status = await web.client.get("/v1/status", headers={"authorization": f"Bearer {token}"})
    assert (status.json()["guard"]["probing"], status.json()["guard"]["shut_out"]) == (1, 1)
    metrics = (await web.client.get("/metrics")).text
    assert "tutela_guard_probing 1.0" in metrics
    await forget_probing(rooms.pool, now=rooms.clock.now() + timedelta(days=31))
    assert await rooms.rows("SELECT 1 FROM guard_probing") == []
