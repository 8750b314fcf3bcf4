"""Every lane has its share of the claims, and nobody's backlog starves anybody."""

import asyncio
from collections import Counter
from uuid import UUID

from tests.fixtures.deciding import CHILD, claim, claimed
from tests.fixtures.house import Rooms
from tutela.access.tokens import Caller
from tutela.domain.lanes import LANE_SHARES, Lane
from tutela.domain.vocabulary import Channel, Role

FIELDS: dict[Lane, dict[str, object]] = {
    Lane.DANGER: {"imminent_danger": True},
    Lane.CHILD_SAFETY: {"category": CHILD},
    Lane.FLAGGED: {},
    Lane.GENERAL: {},
}


async def fill(rooms: Rooms, *, cases: dict[Lane, int]) -> None:
    user = await rooms.caller()
    flagger = await rooms.caller(channels=(Channel.TRUSTED_FLAGGER,))
    await asyncio.gather(
        *(
            rooms.take(flagger if lane is Lane.FLAGGED else user, **FIELDS[lane])
            for lane, count in cases.items()
            for _ in range(count)
        )
    )


async def lane_of(rooms: Rooms, *, case_id: UUID) -> Lane:
    found = await rooms.rows("SELECT lane::text FROM case_file WHERE id = %(id)s", id=case_id)
    return Lane(found[0][0])


async def picks(rooms: Rooms, *, reviewer: Caller, count: int) -> list[Lane]:
    """The lanes of so many claims, one after the other."""
    leases = [await claimed(rooms, reviewer=reviewer) for _ in range(count)]
    return [await lane_of(rooms, case_id=lease.case_id) for lease in leases]


async def test_under_a_backlog_everywhere_each_lane_gets_its_share(rooms: Rooms) -> None:
    await fill(rooms, cases=dict.fromkeys(Lane, 42))
    reviewer = await rooms.caller(Role.SPECIALIST)
    served = Counter(await picks(rooms, reviewer=reviewer, count=100))
    assert served == Counter(LANE_SHARES)


async def test_shares_hold_among_reviewers_who_claim_at_once(rooms: Rooms) -> None:
    await fill(rooms, cases=dict.fromkeys(Lane, 42))
    reviewers = [await rooms.caller(Role.SPECIALIST) for _ in range(10)]
    leases = await asyncio.gather(
        *(claim(rooms, reviewer=reviewer) for reviewer in reviewers for _ in range(10))
    )
    cases = [lease.case_id for lease in leases if lease is not None]
    assert len(set(cases)) == 100
    served = await rooms.rows("SELECT lane::text, served FROM lane_pass")
    assert dict(served) == {str(lane): share for lane, share in LANE_SHARES.items()}


async def test_one_quiet_report_is_heard_among_many_that_cry_danger(rooms: Rooms) -> None:
    await fill(rooms, cases={Lane.DANGER: 12, Lane.GENERAL: 1})
    served = await picks(rooms, reviewer=await rooms.caller(Role.SPECIALIST), count=5)
    assert Lane.GENERAL in served


async def test_a_lane_that_was_idle_saves_no_turns(rooms: Rooms) -> None:
    await fill(rooms, cases={Lane.DANGER: 40})
    reviewer = await rooms.caller(Role.SPECIALIST)
    await picks(rooms, reviewer=reviewer, count=20)
    await fill(rooms, cases={Lane.FLAGGED: 20})
    served = Counter(await picks(rooms, reviewer=reviewer, count=18))
    assert served == {Lane.DANGER: 12, Lane.FLAGGED: 6}


async def test_a_lane_with_cases_that_the_caller_may_not_see_takes_no_turn(rooms: Rooms) -> None:
    await fill(rooms, cases={Lane.CHILD_SAFETY: 3, Lane.GENERAL: 3})
    reviewer = await rooms.caller(Role.REVIEWER)
    assert await picks(rooms, reviewer=reviewer, count=3) == [Lane.GENERAL] * 3
    assert await claim(rooms, reviewer=reviewer) is None


async def test_the_turns_of_one_service_are_not_those_of_another(rooms: Rooms) -> None:
    await fill(rooms, cases={Lane.DANGER: 1})
    await rooms.take(await rooms.caller(service="other"), imminent_danger=True)
    for service in ("main", "other"):
        await claimed(rooms, reviewer=await rooms.caller(Role.SPECIALIST, service=service))
    served = await rooms.rows("SELECT service, served FROM lane_pass WHERE lane = 'danger'")
    assert dict(served) == {"main": 1, "other": 1}
