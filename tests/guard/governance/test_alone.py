"""One person alone lists nothing for longer than a day, whatever they call it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from tests.fixtures.governing import (
    WHY,
    chance_words,
    governance_room,
    listed,
    person,
    proposed,
    tag,
    values_in_force,
)
from tests.fixtures.house import Rooms
from tutela.access.persons import SamePerson
from tutela.access.tokens import Caller
from tutela.detection.terms.term import TermKind
from tutela.guard.asking import ItemKind, Surface, Verdict
from tutela.guard.governance import due, judging, objecting
from tutela.guard.governance.entries import EntryAsked
from tutela.guard.governance.judging import Agreeing, Order, Refusing, Withdrawing
from tutela.guard.governance.objecting import (
    Finding,
    ObjectedTo,
    ObjectionDecided,
    ObjectionsWanted,
)
from tutela.guard.governance.proposing import Proposed
from tutela.intake.reading import Unfit

(WORD,) = chance_words(1)
DAY = timedelta(days=1)

Ending = Callable[..., Awaitable[None]]


async def taken_back(rooms: Rooms, *, one: Caller, asked: Proposed) -> None:
    order = Order(caller=one, id=UUID(asked.id))
    await judging.withdraw(governance_room(rooms), order=order, said=Withdrawing(reason=WHY))


async def refused(rooms: Rooms, *, one: Caller, asked: Proposed) -> None:
    del one
    order = Order(caller=await person(rooms, name="two"), id=UUID(asked.id))
    await judging.reject(governance_room(rooms), order=order, said=Refusing(reason=WHY))


async def over(rooms: Rooms, *, one: Caller, asked: Proposed) -> None:
    del one, asked
    rooms.clock.ahead = DAY
    await due.settle_all(governance_room(rooms))


@pytest.mark.parametrize("ending", [taken_back, refused, over])
async def test_an_emergency_that_nobody_agreed_to_is_no_emergency_again(
    rooms: Rooms, ending: Ending
) -> None:
    one = await person(rooms, name="one")
    end = rooms.clock.now() + timedelta(hours=23)
    await ending(rooms, one=one, asked=await proposed(rooms, tag(WORD), by=one, emergency=True))
    spelled = f"{WORD[:4]}-{WORD[4:]}"
    for entry in (tag(WORD), tag(WORD.upper()), EntryAsked(kind=ItemKind.TEXT, value=spelled)):
        with pytest.raises(SamePerson):
            await proposed(rooms, entry, by=one, emergency=True)
    assert await values_in_force(rooms) == []
    rooms.clock.ahead = timedelta()
    two = await person(rooms, name="two")
    short = await proposed(rooms, tag(WORD), by=two, emergency=True, expires_at=end)
    await over(rooms, one=two, asked=short)
    with pytest.raises(SamePerson):
        await proposed(rooms, tag(WORD), by=two, emergency=True)


async def test_a_member_listed_alone_is_not_listed_again_as_another_networks(rooms: Rooms) -> None:
    one = await person(rooms, name="one")
    member = EntryAsked(kind=ItemKind.ACCOUNT, value="a-1", network="n-1")
    await over(rooms, one=one, asked=await proposed(rooms, member, by=one, emergency=True))
    other = EntryAsked(kind=ItemKind.ACCOUNT, value="a-1", network="n-2")
    with pytest.raises(SamePerson):
        await proposed(rooms, other, by=one, emergency=True)


async def test_what_two_people_listed_may_be_listed_in_an_emergency_again(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    asked = await proposed(rooms, tag(WORD), by=one, emergency=True)
    order = Order(caller=two, id=UUID(asked.id))
    await judging.approve(governance_room(rooms), order=order, said=Agreeing())
    await judging.withdraw(governance_room(rooms), order=order, said=Withdrawing(reason=WHY))
    order = Order(caller=one, id=UUID(asked.id))
    await judging.approve(governance_room(rooms), order=order, said=Agreeing())
    await proposed(rooms, tag(WORD), by=one, emergency=True)
    assert await values_in_force(rooms) == [WORD]


async def test_nobody_lets_through_alone_what_two_people_listed(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    await listed(rooms, tag(WORD), by=(one, two))
    lets_through = EntryAsked(
        kind=ItemKind.TEXT, value=WORD, verdict=Verdict.ALLOW, form=TermKind.ALLOW
    )
    with pytest.raises(Unfit) as refusal:
        await proposed(rooms, lets_through, by=one, emergency=True)
    assert [each.pointer for each in refusal.value.errors] == ["/entries/0/form"]
    assert (await proposed(rooms, lets_through, by=one)).state == "proposed"


async def test_nobody_takes_an_entry_out_to_decide_an_objection_against_it(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    (entry,) = await listed(rooms, tag(WORD), by=(one, two))
    room, service = governance_room(rooms), await rooms.caller()
    against = ObjectedTo(surface=Surface.SEARCH, kind=ItemKind.TAG, value=WORD)
    await objecting.object_to(room, caller=service, said=against)
    page = await objecting.list_objections(room, caller=one, wanted=ObjectionsWanted(limit=1))
    out = Withdrawing(reason=WHY, emergency=True)
    await judging.withdraw(room, order=Order(caller=one, id=entry), said=out)
    order = Order(caller=one, id=UUID(page.objections[0].id))
    with pytest.raises(SamePerson):
        await objecting.decide(
            room, order=order, said=ObjectionDecided(finding=Finding.UPHELD, reason=WHY)
        )
    shown = await objecting.show_objection(room, caller=one, objection_id=order.id)
    assert (shown.state, shown.entries) == ("open", [str(entry)])
