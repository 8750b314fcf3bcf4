"""Tokens of persons: made for users alone, and gone with them."""

import os
from datetime import timedelta

import pytest

from tests.fixtures.governing import chance_words, person, proposed, tag, token_of, user
from tests.fixtures.house import Rooms
from tutela.access import tokens
from tutela.access.persons import UnknownPerson, at_terminal
from tutela.access.tokens import Grant, PersonUnfit, UnknownToken
from tutela.domain.vocabulary import Channel, Role
from tutela.reconciliation.reconcile import Limits, reconcile

(WORD,) = chance_words(1, seed=9)


@pytest.mark.parametrize(("name", "role"), [("nobody", Role.LEAD), ("one", Role.LEAD)])
async def test_a_token_is_for_a_user_with_its_role(rooms: Rooms, name: str, role: Role) -> None:
    await user(rooms, name="one", role=Role.INVESTIGATOR)
    grant = Grant(
        tenant="main",
        service="main",
        name="t",
        role=role,
        channels=(Channel.USER,),
        person=name,
    )
    with pytest.raises(PersonUnfit):
        await tokens.create(rooms.pool, grant=grant, now=rooms.clock.now(), chance=os.urandom)


async def test_the_token_of_somebody_who_is_gone_is_nobodys(rooms: Rooms) -> None:
    token = await token_of(rooms, name="one")
    caller = await rooms.desk.caller(f"Bearer {token}")
    assert caller.person == "one"
    await rooms.rows("UPDATE staff_user SET disabled_at = now()")
    rooms.desk._known.clear()  # noqa: SLF001 - as if it was not trusted any more
    with pytest.raises(UnknownToken):
        await rooms.desk.caller(f"Bearer {token}")
    with pytest.raises(UnknownPerson):
        await at_terminal(rooms.pool, tenant="main", service="main", name="one")


async def test_a_programs_token_has_no_person(rooms: Rooms) -> None:
    assert (await rooms.caller(Role.LEAD)).person is None


async def test_one_persons_word_is_told_to_all_until_another_agrees(rooms: Rooms) -> None:
    await proposed(rooms, tag(WORD), by=await person(rooms, name="one"), emergency=True)
    limits = Limits(kinds=(), doors=())
    report = await reconcile(rooms.pool, now=rooms.clock.now(), limits=limits)
    (fault,) = [each for each in report.faults if each.check == "guard_emergency"]
    assert fault.count == 1
    assert WORD not in str(fault)
    later = rooms.clock.now() + timedelta(days=1)
    report = await reconcile(rooms.pool, now=later, limits=limits)
    assert not [each for each in report.faults if each.check == "guard_emergency"]
