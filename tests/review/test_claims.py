"""A case goes to one reviewer at a time; whoever lost the lease can't write any more."""

import asyncio
from datetime import timedelta

import pytest

from tests.fixtures.deciding import CHILD, LEASE_SECONDS, claim, claimed, held, subject
from tests.fixtures.house import Rooms
from tutela.access.tokens import Caller
from tutela.domain.vocabulary import Mark, Role
from tutela.review import queue
from tutela.review.queue import Held, Lease, StaleLease, UnknownCase

LEASE = timedelta(seconds=LEASE_SECONDS)


async def renew(rooms: Rooms, *, reviewer: Caller, what: Held, after: timedelta) -> Lease:
    now = rooms.clock.now() + after
    return await queue.renew(
        rooms.pool, caller=reviewer, held=what, now=now, lease_seconds=LEASE_SECONDS
    )


async def release(rooms: Rooms, *, reviewer: Caller, what: Held, after: timedelta) -> None:
    await queue.release(rooms.pool, caller=reviewer, held=what, now=rooms.clock.now() + after)


NOW = timedelta()


async def test_an_empty_queue_has_nothing(rooms: Rooms) -> None:
    assert await claim(rooms, reviewer=await rooms.caller(Role.REVIEWER)) is None


async def test_a_claim_has_a_token_of_its_own_and_ends_when_the_lease_does(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    now = rooms.clock.now()
    lease = await claimed(rooms, reviewer=reviewer, now=now)
    assert lease.until == now + LEASE
    stored = await rooms.rows(
        "SELECT id, lease_token, lease_until, lease_holder, lease_epoch FROM case_file"
    )
    assert stored == [(lease.case_id, lease.token, lease.until, str(reviewer.token_id), 1)]


async def test_within_a_lane_the_case_that_is_due_first_goes_first(rooms: Rooms) -> None:
    sender = await rooms.caller()
    for _ in range(4):
        await rooms.take(sender)
    await rooms.rows(
        "UPDATE case_file SET due_at = due_at - n.number * interval '1 day' FROM "
        "(SELECT id, row_number() OVER (ORDER BY md5(id::text)) AS number FROM case_file) AS n "
        "WHERE n.id = case_file.id"
    )
    reviewer = await rooms.caller(Role.REVIEWER)
    given = [(await claimed(rooms, reviewer=reviewer)).case_id for _ in range(4)]
    wanted = await rooms.rows("SELECT id FROM case_file ORDER BY due_at")
    assert given == [case_id for (case_id,) in wanted]


async def test_of_two_who_claim_the_same_case_at_once_exactly_one_has_it(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    reviewers = [await rooms.caller(Role.REVIEWER) for _ in range(6)]
    leases = await asyncio.gather(*(claim(rooms, reviewer=each) for each in reviewers))
    assert len([lease for lease in leases if lease is not None]) == 1


async def test_many_who_claim_at_once_get_each_another_case(rooms: Rooms) -> None:
    sender = await rooms.caller()
    for _ in range(5):
        await rooms.take(sender)
    reviewers = [await rooms.caller(Role.REVIEWER) for _ in range(8)]
    leases = await asyncio.gather(*(claim(rooms, reviewer=each) for each in reviewers))
    cases = [lease.case_id for lease in leases if lease is not None]
    assert len(cases) == len(set(cases)) == 5


async def test_a_case_that_another_transaction_writes_to_is_passed_over(rooms: Rooms) -> None:
    sender = await rooms.caller()
    await rooms.take(sender)
    await rooms.take(sender, imminent_danger=True)
    reviewer = await rooms.caller(Role.REVIEWER)
    async with rooms.pool.connection() as writer:
        await writer.execute("SELECT set_config('tutela.tenant', '*', true)")
        await writer.execute("SELECT FROM case_file WHERE lane = 'danger' FOR UPDATE")
        passed_on = await claimed(rooms, reviewer=reviewer)
        assert await claim(rooms, reviewer=reviewer) is None
    danger = await claimed(rooms, reviewer=reviewer)
    lanes = await rooms.rows(
        "SELECT lane::text FROM case_file WHERE id = %(id)s", id=danger.case_id
    )
    assert (lanes, danger.case_id != passed_on.case_id) == ([("danger",)], True)


async def test_a_case_without_an_open_item_is_nobodys_work(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    await rooms.rows("DELETE FROM item")
    assert await claim(rooms, reviewer=await rooms.caller(Role.REVIEWER)) is None


@pytest.mark.parametrize(
    "other",
    [{"tenant": "other"}, {"service": "other"}, {"mark": Mark.CANARY}, {"mark": Mark.DRILL}],
    ids=["tenant", "service", "canary", "drill"],
)
async def test_what_is_not_the_callers_does_not_exist_for_them(
    rooms: Rooms, other: dict[str, object]
) -> None:
    await rooms.take(await rooms.caller())
    lease = await claimed(rooms, reviewer=await rooms.caller(Role.REVIEWER))
    stranger = await rooms.caller(Role.LEAD, **other)  # type: ignore[arg-type]
    assert await claim(rooms, reviewer=stranger, now=lease.until) is None
    with pytest.raises(UnknownCase):
        await renew(rooms, reviewer=stranger, what=held(lease), after=NOW)
    with pytest.raises(UnknownCase):
        await release(rooms, reviewer=stranger, what=held(lease), after=NOW)


async def test_a_childs_case_goes_to_specialists_alone(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller(), category=CHILD)
    assert await claim(rooms, reviewer=await rooms.caller(Role.REVIEWER)) is None
    await claimed(rooms, reviewer=await rooms.caller(Role.SPECIALIST))


async def test_a_renewed_lease_starts_anew_under_its_token(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    kept = await renew(rooms, reviewer=reviewer, what=held(lease), after=LEASE / 2)
    assert (kept.case_id, kept.token, kept.until > lease.until) == (
        lease.case_id,
        lease.token,
        True,
    )
    assert await claim(rooms, reviewer=reviewer, now=lease.until) is None


async def test_a_released_case_is_anybodys(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    await release(rooms, reviewer=reviewer, what=held(lease), after=NOW)
    again = await claimed(rooms, reviewer=await rooms.caller(Role.REVIEWER))
    assert (again.case_id, again.token != lease.token) == (lease.case_id, True)
    for attempt in (renew, release):
        with pytest.raises(StaleLease):
            await attempt(rooms, reviewer=reviewer, what=held(lease), after=NOW)


async def test_a_lease_that_ran_out_is_stale_even_where_nobody_took_the_case(
    rooms: Rooms,
) -> None:
    await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    for attempt in (renew, release):
        with pytest.raises(StaleLease):
            await attempt(rooms, reviewer=reviewer, what=held(lease), after=LEASE)


async def test_a_case_left_on_a_desk_goes_to_the_next_reviewer(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    lease = await claimed(rooms, reviewer=await rooms.caller(Role.REVIEWER))
    heir = await rooms.caller(Role.REVIEWER)
    before = lease.until - timedelta(microseconds=1)
    assert await claim(rooms, reviewer=heir, now=before) is None
    assert (await claimed(rooms, reviewer=heir, now=lease.until)).case_id == lease.case_id


@pytest.mark.parametrize("token", ["", "lease", "00000000-0000-4000-8000-000000000000"])
async def test_a_token_that_was_never_given_holds_nothing(rooms: Rooms, token: str) -> None:
    await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    what = Held(case_id=lease.case_id, token=token)
    with pytest.raises(StaleLease):
        await renew(rooms, reviewer=reviewer, what=what, after=NOW)


async def test_a_lease_is_no_good_in_other_hands(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    lease = await claimed(rooms, reviewer=await rooms.caller(Role.REVIEWER))
    thief = await rooms.caller(Role.REVIEWER)
    with pytest.raises(StaleLease):
        await renew(rooms, reviewer=thief, what=held(lease), after=NOW)


async def test_a_case_that_turned_out_to_be_a_childs_can_be_given_back_but_not_kept(
    rooms: Rooms,
) -> None:
    sender = await rooms.caller()
    await rooms.take(sender, subjects=[subject("one")])
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    await rooms.take(sender, subjects=[subject("one")], possible_minor={"depicted": True})
    with pytest.raises(UnknownCase):
        await renew(rooms, reviewer=reviewer, what=held(lease), after=NOW)
    await release(rooms, reviewer=reviewer, what=held(lease), after=NOW)
    specialist = await rooms.caller(Role.SPECIALIST)
    assert (await claimed(rooms, reviewer=specialist)).case_id == lease.case_id
