"""What the guard lists is listed by two people, and taken back by two."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.fixtures.governing import (
    WHY,
    chance_words,
    governance_room,
    in_force,
    listed,
    person,
    proposed,
    tag,
    values_in_force,
)
from tests.fixtures.house import Rooms
from tutela.access.persons import NeedsPerson, SamePerson, at_terminal
from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Mark, Role
from tutela.guard.asking import ItemKind, Surface, Verdict
from tutela.guard.governance import due, judging
from tutela.guard.governance.entries import EntryAsked, Proposal, proposal_errors
from tutela.guard.governance.judging import Agreeing, Order, Refusing, Withdrawing
from tutela.guard.governance.proposing import AlreadyListed, Proposed
from tutela.guard.governance.room import UnknownGuardEntry
from tutela.intake.reading import Unfit

FIRST, SECOND, THIRD = chance_words(3)
DAY = timedelta(days=1)


async def approved(rooms: Rooms, *, by: Caller, what: Proposed) -> dict[str, int]:
    order = Order(caller=by, id=UUID(what.id))
    moved = await judging.approve(governance_room(rooms), order=order, said=Agreeing())
    return moved.states


async def withdrawn(rooms: Rooms, *, by: Caller, entry: UUID, **fields: bool) -> dict[str, int]:
    said = Withdrawing(reason="it hits too much", **fields)
    moved = await judging.withdraw(
        governance_room(rooms), order=Order(caller=by, id=entry), said=said
    )
    return moved.states


async def rejected(rooms: Rooms, *, by: Caller, entry: UUID) -> dict[str, int]:
    order = Order(caller=by, id=entry)
    moved = await judging.reject(governance_room(rooms), order=order, said=Refusing(reason="no"))
    return moved.states


async def leaves(rooms: Rooms) -> list[dict[str, object]]:
    """What the ledger says of the guard, the oldest first."""
    rows = await rooms.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type LIKE 'guard.%%' ORDER BY at, fact_id"
    )
    return [json.loads(row[0]) for row in rows]


async def test_a_proposal_has_no_effect_until_another_person_agrees(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    asked = await proposed(rooms, tag(f"#{FIRST}"), tag(SECOND), by=one)
    assert asked.state == "proposed"
    assert await values_in_force(rooms) == []
    assert await approved(rooms, by=two, what=asked) == {"live": 2}
    assert await values_in_force(rooms) == sorted([FIRST, SECOND])


async def test_two_tokens_of_one_person_are_one_person(rooms: Rooms) -> None:
    one = await person(rooms, name="one", called="laptop")
    other_token = await person(rooms, name="one", called="another-name")
    asked = await proposed(rooms, tag(FIRST), by=one)
    with pytest.raises(SamePerson):
        await approved(rooms, by=other_token, what=asked)
    terminal = await at_terminal(rooms.pool, tenant="main", service="main", name="one")
    with pytest.raises(SamePerson):
        await approved(rooms, by=terminal, what=asked)
    upper = await person(rooms, name="ONE")
    with pytest.raises(SamePerson):
        await approved(rooms, by=upper, what=asked)
    await rooms.rows("UPDATE access_token SET name = 'somebody'")
    with pytest.raises(SamePerson):
        await approved(rooms, by=other_token, what=asked)
    assert await values_in_force(rooms) == []


async def test_a_programs_token_proposes_and_approves_nothing(rooms: Rooms) -> None:
    program = await rooms.caller(Role.LEAD)
    with pytest.raises(NeedsPerson):
        await proposed(rooms, tag(FIRST), by=program)
    asked = await proposed(rooms, tag(FIRST), by=await person(rooms, name="one"))
    with pytest.raises(NeedsPerson):
        await approved(rooms, by=program, what=asked)


async def test_whoever_may_propose_may_not_approve_by_that(rooms: Rooms) -> None:
    one = await person(rooms, name="one")
    finder = await person(rooms, name="two", role=Role.INVESTIGATOR)
    asked = await proposed(rooms, tag(FIRST), by=one)
    with pytest.raises(Forbidden):
        await approved(rooms, by=finder, what=asked)
    with pytest.raises(Forbidden):
        await rejected(rooms, by=finder, entry=UUID(asked.id))
    with pytest.raises(Forbidden):
        await proposed(rooms, tag(SECOND), by=finder, emergency=True)
    reviewer = await person(rooms, name="three", role=Role.REVIEWER)
    with pytest.raises(Forbidden):
        await proposed(rooms, tag(SECOND), by=reviewer)


async def test_an_emergency_is_live_at_once_and_over_in_a_day(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    first = await proposed(rooms, tag(FIRST), by=one, emergency=True)
    second = await proposed(rooms, tag(SECOND), by=one, emergency=True)
    assert await values_in_force(rooms) == sorted([FIRST, SECOND])
    with pytest.raises(SamePerson):
        await approved(rooms, by=one, what=first)
    assert await approved(rooms, by=two, what=second) == {"live": 1}
    rooms.clock.ahead = DAY
    assert await values_in_force(rooms) == [SECOND]
    assert await due.settle_all(governance_room(rooms)) == 1
    with pytest.raises(IllegalTransition):
        await approved(rooms, by=two, what=first)
    with pytest.raises(SamePerson):
        await proposed(rooms, tag(FIRST), by=one, emergency=True)
    await proposed(rooms, tag(FIRST), by=two, emergency=True)


async def test_an_entry_is_taken_back_by_two_people(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    (entry,) = await listed(rooms, tag(FIRST), by=(one, two))
    assert await withdrawn(rooms, by=two, entry=entry) == {"leaving": 1}
    assert await values_in_force(rooms) == [FIRST]
    order = Order(caller=two, id=entry)
    with pytest.raises(SamePerson):
        await judging.approve(governance_room(rooms), order=order, said=Agreeing())
    order = Order(caller=one, id=entry)
    await judging.approve(governance_room(rooms), order=order, said=Agreeing())
    assert await values_in_force(rooms) == []


async def test_an_emergency_withdrawal_is_over_in_a_day_and_once_a_person(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    (entry,) = await listed(rooms, tag(FIRST), by=(one, two))
    assert await withdrawn(rooms, by=two, entry=entry, emergency=True) == {"suspended": 1}
    assert await values_in_force(rooms) == []
    rooms.clock.ahead = DAY
    assert await values_in_force(rooms) == [FIRST]
    with pytest.raises(SamePerson):
        await withdrawn(rooms, by=two, entry=entry, emergency=True)
    assert await withdrawn(rooms, by=one, entry=entry, emergency=True) == {"suspended": 1}
    assert await rejected(rooms, by=two, entry=entry) == {"live": 1}


async def test_what_nobody_answered_lapses_and_what_has_its_end_expires(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    await listed(rooms, tag(FIRST), by=(one, two))
    await proposed(rooms, tag(SECOND), by=one)
    await proposed(rooms, tag(THIRD), by=one, expires_at=rooms.clock.now() + DAY)
    rooms.clock.ahead = 90 * DAY
    assert await values_in_force(rooms) == []
    assert await due.settle_all(governance_room(rooms)) == 3
    states = await rooms.rows("SELECT state FROM guard_entry ORDER BY state")
    assert [row[0] for row in states] == ["expired", "lapsed", "lapsed"]
    assert await due.settle_all(governance_room(rooms)) == 0


async def test_a_word_is_taken_back_by_whoever_gave_it(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    asked = await proposed(rooms, tag(FIRST), by=one)
    assert await withdrawn(rooms, by=one, entry=UUID(asked.id)) == {"withdrawn": 1}
    (entry,) = await listed(rooms, tag(FIRST), by=(one, two))
    await withdrawn(rooms, by=one, entry=entry)
    assert await rejected(rooms, by=one, entry=entry) == {"live": 1}


async def test_accounts_networks_and_surfaces_are_listed_as_they_are(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    member = EntryAsked(kind=ItemKind.ACCOUNT, value="a-1", network="n-1", verdict=Verdict.ALLOW)
    post = EntryAsked(kind=ItemKind.CONTENT, value="p-1", surfaces=(Surface.RECOMMENDATION,))
    await listed(rooms, member, post, by=(one, two))
    found = await in_force(rooms)
    assert {(each.kind, each.id, each.network, each.surfaces) for each in found.named} == {
        (ItemKind.ACCOUNT, "a-1", "n-1", ()),
        (ItemKind.CONTENT, "p-1", None, (Surface.RECOMMENDATION,)),
    }


@pytest.mark.parametrize(
    ("entry", "pointer"),
    [
        (tag("#"), "/entries/0/value"),
        (tag("a"), "/entries/0/value"),
        (tag("…!"), "/entries/0/value"),
        (tag("a\x01bcd"), "/entries/0/value"),
        (tag("abcd", languages=("not a language",)), "/entries/0/languages"),
        (tag("abcd", network="n"), "/entries/0/network"),
        (tag("abcd", verdict=Verdict.ALLOW), "/entries/0/verdict"),
        (EntryAsked(kind=ItemKind.ACCOUNT, value="a", verdict=Verdict.ALLOW), "/entries/0/verdict"),
        (EntryAsked(kind=ItemKind.CONTENT, value="a", languages=("de",)), "/entries/0/languages"),
    ],
    ids=repr,
)
def test_what_cannot_be_listed_is_named_by_its_place(entry: EntryAsked, pointer: str) -> None:
    proposal = Proposal(entries=(entry,), reason=WHY)
    errors = list(proposal_errors(proposal, now=datetime.now(UTC)))
    assert [each.pointer for each in errors] == [pointer]


async def test_what_is_listed_already_is_refused_and_nothing_of_the_rest_is_written(
    rooms: Rooms,
) -> None:
    one = await person(rooms, name="one")
    await proposed(rooms, tag(FIRST), by=one)
    with pytest.raises(AlreadyListed) as refusal:
        await proposed(rooms, tag(SECOND), tag(f"#{FIRST}"), by=one)
    assert [each.pointer for each in refusal.value.errors] == ["/entries/1/value"]
    with pytest.raises(Unfit) as twice:
        await proposed(rooms, tag(THIRD), tag(f"#{THIRD}"), by=one)
    assert [each.pointer for each in twice.value.errors] == ["/entries/1/value"]
    assert len(await rooms.rows("SELECT 1 FROM guard_entry")) == 1


async def test_of_two_who_act_at_once_one_goes_first(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    both = await asyncio.gather(
        *(proposed(rooms, tag(FIRST), by=each) for each in (one, two)), return_exceptions=True
    )
    (asked,) = [each for each in both if isinstance(each, Proposed)]
    assert [type(each) for each in both if not isinstance(each, Proposed)] == [AlreadyListed]
    (state,) = await rooms.rows("SELECT proposed_by FROM guard_entry")
    other = two if state == ("one",) else one
    answers = await asyncio.gather(
        approved(rooms, by=other, what=asked),
        rejected(rooms, by=other, entry=UUID(asked.id)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, IllegalTransition) for each in answers) == 1


async def test_each_act_is_one_leaf_without_values_or_names(rooms: Rooms) -> None:
    one, two = await person(rooms, name="first-lead"), await person(rooms, name="other-lead")
    (entry,) = await listed(rooms, tag(FIRST), by=(one, two))
    await withdrawn(rooms, by=one, entry=entry)
    found = await leaves(rooms)
    assert [leaf["type"] for leaf in found] == [
        "guard.proposed",
        "guard.approved",
        "guard.withdrawal_proposed",
    ]
    told = json.dumps(found)
    assert not any(word in told for word in (FIRST, "first-lead", "other-lead"))
    stored = await rooms.rows(
        "SELECT guard_entry::text FROM guard_entry UNION ALL"
        " SELECT guard_change::text FROM guard_change"
    )
    assert not any(FIRST in row[0] or FIRST.encode().hex() in row[0] for row in stored)


async def test_drills_and_other_tenants_have_lists_of_their_own(rooms: Rooms) -> None:
    one = await person(rooms, name="one")
    drill = await person(rooms, name="two", mark=Mark.DRILL)
    await proposed(rooms, tag(FIRST), by=drill, emergency=True)
    assert await values_in_force(rooms) == []
    asked = await proposed(rooms, tag(FIRST), by=one)
    with pytest.raises(UnknownGuardEntry):
        await approved(rooms, by=drill, what=asked)
