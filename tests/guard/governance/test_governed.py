"""The source of what is published opens an entry once, and always says what is in force."""

import pytest

from tests.fixtures.governing import governance_room, in_force, listed, person, tag
from tests.fixtures.house import Rooms
from tutela.access.keys import SealBroken
from tutela.database.pool import tenant_transaction
from tutela.guard.governance.judging import Order, Withdrawing, withdraw
from tutela.guard.governance.listing import Governed
from tutela.guard.publishing.listing import Listing, Place

HERE = Place("main", "main")


async def told(rooms: Rooms, *, governed: Governed) -> Listing:
    now = rooms.clock.now()
    async with tenant_transaction(rooms.pool, tenant="main") as connection:
        return await governed.live(connection, place=HERE, now=now)


async def test_it_says_what_is_in_force_after_every_change(rooms: Rooms) -> None:
    two = await person(rooms, name="one"), await person(rooms, name="two")
    governed = Governed(rooms.keys)
    assert await told(rooms, governed=governed) == await in_force(rooms)
    await listed(rooms, tag("zorbaquil"), tag("vexomir"), by=two)
    assert await told(rooms, governed=governed) == await in_force(rooms)
    ((entry,),) = await rooms.rows("SELECT id FROM guard_entry ORDER BY id LIMIT 1")
    order = Order(caller=two[0], id=entry)
    gone = Withdrawing(reason="too wide", emergency=True)
    await withdraw(governance_room(rooms), order=order, said=gone)
    await listed(rooms, tag("qanarbol"), by=two)
    found = await told(rooms, governed=governed)
    assert {each.value for each in found.texts} == {"vexomir", "qanarbol"}
    assert found == await in_force(rooms)


async def test_what_was_opened_once_is_not_opened_again(rooms: Rooms) -> None:
    two = await person(rooms, name="one"), await person(rooms, name="two")
    governed = Governed(rooms.keys)
    await listed(rooms, tag("zorbaquil"), by=two)
    before = await told(rooms, governed=governed)
    await rooms.rows("UPDATE guard_entry SET sealed_body = 'spoilt'")
    assert await told(rooms, governed=governed) == before
    with pytest.raises(SealBroken):
        await told(rooms, governed=Governed(rooms.keys))
