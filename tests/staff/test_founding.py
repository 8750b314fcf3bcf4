"""The first people are made at the terminal alone, and ledgered; with two admins nobody is."""

import asyncio
import json
import os
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from tests.fixtures.house import Rooms
from tests.staff.test_changing import admin, roles, room_of
from tutela.access import users
from tutela.access.services import find
from tutela.access.users import NameTaken, PasswordUnfit, Person, RoleNotForPeople
from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError
from tutela.staff import changing, showing
from tutela.staff.founding import Founding, NeedsSecondAdmin, found, refuse_where_two


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(users, "_hasher", quick)


async def make(
    house: Rooms, *, name: str, role: Role = Role.ADMIN, password: str = "a password of tests"
) -> None:
    service = await find(house.pool, tenant="main")
    person = Person(tenant="main", name=name, role=role)
    founding = Founding(person=person, password=password, service=service)
    await found(room_of(house), founding=founding)


async def test_two_admins_are_made_alone_and_nobody_after_them(rooms: Rooms) -> None:
    await make(rooms, name="lead-1", role=Role.LEAD)
    await make(rooms, name="admin-1")
    await make(rooms, name="admin-2")
    for role in (Role.ADMIN, Role.LEAD, Role.AUDITOR):
        with pytest.raises(NeedsSecondAdmin):
            await make(rooms, name="p-1", role=role)
    with pytest.raises(NeedsSecondAdmin):
        await refuse_where_two(
            room_of(rooms), person=Person(tenant="main", name="p-1", role=Role.LEAD)
        )
    assert set(await roles(rooms)) == {"lead-1", "admin-1", "admin-2"}


async def test_an_admin_is_not_shut_out_so_that_somebody_is_made_alone(rooms: Rooms) -> None:
    one = await admin(rooms, name="admin-1")
    await admin(rooms, name="admin-2")
    await changing.shut_out(room_of(rooms), caller=one, name="admin-2", reason="left")
    with pytest.raises(NeedsSecondAdmin):
        await make(rooms, name="p-1", role=Role.LEAD)
    rooms.clock.ahead = timedelta(days=8)
    await make(rooms, name="p-1", role=Role.LEAD)


async def test_of_many_who_make_admins_at_once_two_succeed(rooms: Rooms) -> None:
    names = [f"admin-{os.urandom(2).hex()}" for _ in range(6)]
    asked = (make(rooms, name=name) for name in names)
    given = await asyncio.gather(*asked, return_exceptions=True)
    refused = [each for each in given if isinstance(each, NeedsSecondAdmin)]
    assert (len(refused), given.count(None)) == (4, 2)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"name": "admin-1"}, NameTaken),
        ({"name": "a b"}, TutelaError),
        ({"name": "p-1", "role": Role.GUARD}, RoleNotForPeople),
        ({"name": "p-1", "password": "short"}, PasswordUnfit),
    ],
)
async def test_whoever_can_not_be_made_leaves_nothing_behind(
    rooms: Rooms, wanted: dict[str, object], error: type[Exception]
) -> None:
    await admin(rooms, name="admin-1")
    with pytest.raises(error):
        await make(rooms, **wanted)  # type: ignore[arg-type]
    assert set(await roles(rooms)) == {"admin-1"}
    assert await rooms.rows("SELECT * FROM staff_act") == []


async def test_the_ledger_knows_that_the_terminal_did_it_and_no_name(rooms: Rooms) -> None:
    await make(rooms, name="name-5b1c")
    ((content,),) = await rooms.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'staff.made'"
    )
    text = bytes(content).decode()
    said = json.loads(text)["projection"]
    assert said == {"kind": "join", "role": "admin", "is_agreed": False, "other_admins": 0}
    assert "name-5b1c" not in text
    reader = await admin(rooms, name="auditor-1", role=Role.AUDITOR)
    (act,) = (await showing.show(room_of(rooms), caller=reader)).acts
    assert (act.said.name, act.said.by) == ("name-5b1c", "")
