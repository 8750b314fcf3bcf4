"""Ten users' notices for each of a flagger's: the flagger's keep their place (DSA Art. 22(1))."""

import asyncio
from collections.abc import Mapping
from math import ceil

import pytest

from tests.fixtures.deciding import CHILD, claimed, subject
from tests.fixtures.house import Rooms
from tutela.access.tokens import Caller
from tutela.domain.lanes import FLAGGING_CHANNELS, LANE_SHARES, Lane
from tutela.domain.vocabulary import Channel, Role

FLAGGED = 12
FLOOD = 10 * FLAGGED
#: Picks of which a flagger is sure for each of its notices.
PICKS_EACH = ceil(100 / LANE_SHARES[Lane.FLAGGED])
USERS: dict[str, list[Mapping[str, object]]] = {
    "of ordinary notices": [{}],
    "of child safety": [{"category": CHILD}],
    "of danger": [{"imminent_danger": True}],
    "of everything": [{}, {"category": CHILD}, {"imminent_danger": True}],
}
REPORTED: dict[str, Mapping[str, object]] = {
    "an ordinary list": {},
    "a list of child safety": {"category": CHILD},
}


async def flood(rooms: Rooms, *, kinds: list[Mapping[str, object]]) -> None:
    """Ten times as many notices of users, which were there first."""
    user = await rooms.caller()
    await asyncio.gather(
        *(rooms.take(user, **kinds[number % len(kinds)]) for number in range(FLOOD))
    )


async def report(rooms: Rooms, *, channel: Channel, **fields: object) -> set[str]:
    """The cases of a flagger's notices."""
    by = await rooms.caller(channels=(channel,))
    accepted = await asyncio.gather(*(rooms.take(by, **fields) for _ in range(FLAGGED)))
    rows = await rooms.rows(
        "SELECT case_id::text FROM item WHERE notice_id = ANY(%(ids)s::uuid[])",
        ids=[each.id for each in accepted],
    )
    return {case_id for (case_id,) in rows}


async def picks_until_all(rooms: Rooms, *, cases: set[str], reviewer: Caller) -> int:
    """How many claims of the real queue it takes until every one of the cases is at work."""
    left, picks = set(cases), 0
    while left:
        lease = await claimed(rooms, reviewer=reviewer)
        left.discard(str(lease.case_id))
        picks += 1
    return picks


@pytest.mark.parametrize("kinds", USERS.values(), ids=USERS)
@pytest.mark.parametrize("fields", REPORTED.values(), ids=REPORTED)
async def test_under_a_tenfold_flood_a_flagger_keeps_its_guaranteed_share(
    rooms: Rooms, kinds: list[Mapping[str, object]], fields: Mapping[str, object]
) -> None:
    await flood(rooms, kinds=kinds)
    cases = await report(rooms, channel=Channel.TRUSTED_FLAGGER, **fields)
    reviewer = await rooms.caller(Role.SPECIALIST)
    assert await picks_until_all(rooms, cases=cases, reviewer=reviewer) <= PICKS_EACH * FLAGGED


async def test_a_hotline_has_the_same_share_and_a_researcher_has_none(rooms: Rooms) -> None:
    await flood(rooms, kinds=[{}])
    hotline = await report(rooms, channel=Channel.HOTLINE)
    research = await report(rooms, channel=Channel.RESEARCHER)
    reviewer = await rooms.caller(Role.SPECIALIST)
    assert await picks_until_all(rooms, cases=hotline, reviewer=reviewer) <= PICKS_EACH * FLAGGED
    rest = await picks_until_all(rooms, cases=research, reviewer=reviewer)
    assert rest > FLOOD - PICKS_EACH * FLAGGED


async def test_a_flagger_s_flood_leaves_children_and_users_their_shares(rooms: Rooms) -> None:
    by = await rooms.caller(channels=(Channel.TRUSTED_FLAGGER,))
    await asyncio.gather(*(rooms.take(by, category=CHILD) for _ in range(FLOOD)))
    user = await rooms.caller()
    mine = await asyncio.gather(*(rooms.take(user) for _ in range(3)))
    rows = await rooms.rows(
        "SELECT case_id::text FROM item WHERE notice_id = ANY(%(ids)s::uuid[])",
        ids=[each.id for each in mine],
    )
    reviewer = await rooms.caller(Role.SPECIALIST)
    cases = {case_id for (case_id,) in rows}
    assert await picks_until_all(rooms, cases=cases, reviewer=reviewer) <= 3 * 10


async def test_what_a_flagger_reports_too_comes_forward_with_all_who_reported_it(
    rooms: Rooms,
) -> None:
    post = subject("s-1")
    await flood(rooms, kinds=[{"category": CHILD}])
    await rooms.take(await rooms.caller(), category=CHILD, subjects=[post])
    flagger = await rooms.caller(channels=(Channel.HOTLINE,))
    accepted = await rooms.take(flagger, category=CHILD, subjects=[post])
    ((case_id, notices),) = await rooms.rows(
        "SELECT case_id::text, count(DISTINCT other.notice_id) FROM item JOIN item other"
        " USING (tenant, service, case_id) WHERE item.notice_id = %(id)s GROUP BY 1",
        id=accepted.id,
    )
    reviewer = await rooms.caller(Role.SPECIALIST)
    assert notices == 2
    assert await picks_until_all(rooms, cases={case_id}, reviewer=reviewer) <= PICKS_EACH


@pytest.mark.parametrize("channel", Channel)
async def test_who_has_the_share_is_who_the_lane_is_for(rooms: Rooms, channel: Channel) -> None:
    await rooms.take(await rooms.caller(channels=(channel,)), imminent_danger=True)
    rows = await rooms.rows("SELECT lane::text, flagged, among_flagged FROM case_file")
    shares = channel in FLAGGING_CHANNELS
    assert rows == [("danger", shares, shares)]
