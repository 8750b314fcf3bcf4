"""Nobody is given what they don't take, nor works on without a pause; danger is always given."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.fixtures.caring import Looker, child_notice, looker
from tests.fixtures.deciding import held
from tests.fixtures.house import Clock, Rooms
from tutela.domain.harm import HarmFamily
from tutela.review import queue
from tutela.review.care import wishing
from tutela.review.care.resting import Stint
from tutela.review.care.room import BreakTaken, OptedOut
from tutela.review.care.rules import CareRules
from tutela.review.queue import ClaimTerms, Lease
from tutela.review.taking import CaseNotFree, NamedClaim, claim_named

RULES = CareRules(break_offered_seconds=600, break_taken_seconds=1_200, break_seconds=300)


async def claim(person: Looker) -> Lease | None:
    return await queue.claim(
        person.rooms.pool,
        caller=person.caller,
        now=person.rooms.clock.now(),
        chance=person.room.chance,
        terms=ClaimTerms(care=person.room.rules),
    )


async def claim_this(person: Looker, *, case_id: UUID) -> Lease:
    asked = NamedClaim(caller=person.caller, case_id=case_id, now=person.rooms.clock.now())
    terms = ClaimTerms(care=person.room.rules)
    return await claim_named(person.rooms.pool, asked=asked, chance=person.room.chance, terms=terms)


async def family_of(person: Looker) -> str | None:
    lease = await claim(person)
    if lease is None:
        return None
    query = "SELECT family FROM case_file WHERE id = %(id)s"
    ((family,),) = await person.rooms.rows(query, id=lease.case_id)
    return str(family)


async def worked(rooms: Rooms, *, minutes: int, ago: int = 0) -> None:
    await rooms.rows(
        "UPDATE care_person SET stint_from = now() - %(all)s * interval '1 min', "
        "stint_to = now() - %(ago)s * interval '1 min'",
        all=minutes + ago,
        ago=ago,
    )


async def test_after_long_work_a_claim_is_refused_until_a_pause_is_over(rooms: Rooms) -> None:
    person = await looker(rooms, rules=RULES)
    await person.holds()
    await rooms.take(await rooms.caller())
    await worked(rooms, minutes=19)
    assert await claim(person) is not None
    await worked(rooms, minutes=20)
    await rooms.take(await rooms.caller())
    with pytest.raises(BreakTaken) as refused:
        await claim(person)
    assert str(refused.value.evidence["until"]) in refused.value.detail
    rooms.clock.ahead = timedelta(hours=5)
    with pytest.raises(BreakTaken):
        await claim(person)
    rooms.clock.ahead = timedelta()
    await worked(rooms, minutes=20, ago=5)
    assert await claim(person) is not None
    ((begun,),) = await rooms.rows("SELECT stint_to - stint_from FROM care_person")
    assert begun == timedelta()


async def test_during_a_pause_danger_is_given_and_nothing_else(rooms: Rooms) -> None:
    person = await looker(rooms, rules=RULES)
    plain, _ = await person.holds()
    await worked(rooms, minutes=30)
    assert (await claim_this(person, case_id=plain)).case_id == plain, "it is theirs already"
    await wishing.pause(person.room, caller=person.caller)
    await worked(rooms, minutes=30)
    with pytest.raises(BreakTaken):
        await claim_this(person, case_id=plain)
    assert await rooms.rows("SELECT id FROM case_file WHERE lease_token IS NOT NULL") == []
    danger, _ = await person.holds(imminent_danger=True)
    await rooms.rows("UPDATE case_file SET lease_until = now() WHERE lease_token IS NOT NULL")
    await worked(rooms, minutes=30)
    assert (await claim_this(person, case_id=danger)).case_id == danger
    with pytest.raises(BreakTaken):
        await claim(person)


async def test_a_named_case_of_a_kind_that_a_person_does_not_take_is_refused(rooms: Rooms) -> None:
    person, other = await looker(rooms), await looker(rooms, name="reviewer-2")
    child, _ = await other.holds(**child_notice(imminent_danger=True))
    await rooms.rows("UPDATE case_file SET lease_until = now() WHERE lease_token IS NOT NULL")
    avoided = frozenset({HarmFamily.CHILD_SAFETY})
    await wishing.wish(person.room, caller=person.caller, avoided=avoided)
    with pytest.raises(OptedOut) as refused:
        await claim_this(person, case_id=child)
    assert refused.value.evidence == {"family": "child_safety"}
    await wishing.wish(person.room, caller=person.caller, avoided=frozenset())
    assert (await claim_this(person, case_id=child)).case_id == child
    with pytest.raises(CaseNotFree):
        await claim_this(other, case_id=child)


async def test_a_named_case_that_was_decided_meanwhile_is_nobodys(rooms: Rooms) -> None:
    person = await looker(rooms)
    case_id, _ = await person.holds()
    await rooms.rows(
        "UPDATE case_file SET closed_at = now(), lease_token = NULL, lease_holder = NULL,"
        " lease_from = NULL, lease_until = NULL"
    )
    with pytest.raises(CaseNotFree, match="decided meanwhile"):
        await claim_this(person, case_id=case_id)


async def test_who_keeps_a_lease_is_at_work(rooms: Rooms) -> None:
    person = await looker(rooms, rules=RULES)
    await rooms.take(await rooms.caller())
    lease = await claim(person)
    assert lease is not None
    await worked(rooms, minutes=25, ago=3)
    await queue.renew(rooms.pool, caller=person.caller, held=held(lease), now=rooms.clock.now())
    with pytest.raises(BreakTaken):
        await claim(person)


async def test_a_kind_that_a_person_does_not_take_is_never_given_to_them(rooms: Rooms) -> None:
    person, other = await looker(rooms), await looker(rooms, name="reviewer-2")
    avoided = frozenset({HarmFamily.CHILD_SAFETY})
    await wishing.wish(person.room, caller=person.caller, avoided=avoided)
    sender = await rooms.caller()
    await rooms.take(sender, **child_notice(imminent_danger=True))
    await rooms.take(sender, **child_notice())
    assert await family_of(person) is None
    await rooms.take(sender)
    assert await family_of(person) == "scams"
    assert await family_of(other) == "child_safety"
    await wishing.wish(person.room, caller=person.caller, avoided=frozenset())
    assert await family_of(person) == "child_safety"


async def test_after_much_of_one_family_others_come_first_while_there_are_any(
    rooms: Rooms,
) -> None:
    person = await looker(rooms, rules=CareRules(rotation_reveals=2))
    for _ in range(2):
        await person.looks_at_another(**child_notice())
    sender = await rooms.caller()
    await rooms.take(sender, **child_notice())
    await rooms.take(sender)
    assert [await family_of(person) for _ in range(3)] == ["scams", "child_safety", None]
    await rooms.take(sender)
    await rooms.take(sender, **child_notice(imminent_danger=True))
    assert await family_of(person) == "child_safety"


async def test_a_pause_that_somebody_takes_gives_their_cases_back(rooms: Rooms) -> None:
    person, other = await looker(rooms), await looker(rooms, name="reviewer-2")
    case_id, _ = await person.holds()
    await wishing.pause(person.room, caller=person.caller)
    lease = await claim(other)
    assert lease is not None
    assert lease.case_id == case_id
    await rooms.take(await rooms.caller())
    with pytest.raises(BreakTaken):
        await claim(person)
    await wishing.end_pause(person.room, caller=person.caller)
    assert await claim(person) is not None


def test_a_pause_is_offered_before_it_is_taken() -> None:
    now = Clock().now()
    begun = now - timedelta(seconds=700)
    stint = Stint(now=now, begun=begun, last=now)
    assert stint.is_offered_a_pause(RULES)
    assert stint.rests_until(RULES) is None
    long = Stint(now=now, begun=now - timedelta(seconds=1_200), last=now)
    assert long.rests_until(RULES) == now + timedelta(seconds=300)
