"""A drift watch that does not look is red."""

from datetime import timedelta

from tests.fixtures.drifting import look_through
from tests.fixtures.governing import listed, person, tag
from tests.fixtures.site import Site
from tutela.guard.drift.watching import ROUND
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits

QUIET = Limits(kinds=(), doors=())


async def late(web: Site) -> bool:
    report = await reconcile.reconcile(web.house.pool, now=web.house.clock.now(), limits=QUIET)
    return "guard_drift_late" in {each.check for each in report.faults}


async def test_a_watch_that_looks_no_more_is_an_alarm_until_it_looks_again(web: Site) -> None:
    two = await person(web.house, name="one"), await person(web.house, name="two")
    await listed(web.house, tag("zorvaplim"), by=two)
    assert not await late(web)
    web.house.clock.ahead += timedelta(minutes=31)
    assert await late(web)
    await look_through(web)
    assert not await late(web)
    web.house.clock.ahead += ROUND + timedelta(minutes=31)
    assert await late(web)
    await look_through(web)
    assert not await late(web)
