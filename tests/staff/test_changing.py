"""Who may log in as what: one admin asks, another agrees, and the ledger keeps it without names."""

import json
import os

import httpx
import pytest
from argon2 import PasswordHasher

from tests.fixtures.house import Rooms
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.access import users
from tutela.access.persons import SamePerson, UnknownPerson, acting
from tutela.access.roles import Forbidden
from tutela.access.tokens import BadName, Caller
from tutela.access.users import NameTaken, Person, RoleNotForPeople
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Role
from tutela.staff import changing, showing
from tutela.staff.room import (
    ChangeKind,
    Done,
    ReasonMissing,
    StaffChangeUnfit,
    StaffRoom,
    UnknownStaffChange,
    Wanted,
)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(users, "_hasher", quick)


def room_of(house: Rooms) -> StaffRoom:
    return StaffRoom(pool=house.pool, keys=house.keys, clock=house.clock.now, chance=os.urandom)


async def admin(house: Rooms, *, name: str, role: Role = Role.ADMIN) -> Caller:
    person = Person(tenant="main", name=name, role=role)
    await users.add(house.pool, person=person, password="a password of the tests")
    return acting(person, service="main", log_id="")


async def propose(house: Rooms, *, caller: Caller, **wanted: object) -> Done:
    asked = {"kind": ChangeKind.JOIN, "name": "p-1", "role": Role.LEAD, "reason": "joins"}
    asking = Wanted(**(asked | wanted))  # type: ignore[arg-type]
    return await changing.propose(room_of(house), caller=caller, wanted=asking)


async def roles(house: Rooms) -> dict[str, tuple[str, bool]]:
    rows = await house.rows("SELECT name, role, disabled_at IS NULL FROM staff_user")
    return {name: (role, may) for name, role, may in rows}


async def test_the_only_admin_makes_a_change_alone(rooms: Rooms) -> None:
    one = await admin(rooms, name="admin-1")
    done = await propose(rooms, caller=one)
    assert done.is_made
    assert done.password is not None
    assert (await roles(rooms))["p-1"] == ("lead", True)


async def test_where_there_are_two_admins_the_other_one_agrees(rooms: Rooms) -> None:
    one, two = await admin(rooms, name="admin-1"), await admin(rooms, name="admin-2")
    asked = await propose(rooms, caller=one)
    assert (asked.is_made, asked.password) == (False, None)
    assert "p-1" not in await roles(rooms)
    with pytest.raises(SamePerson):
        await changing.agree(room_of(rooms), caller=one, change_id=asked.id)
    done = await changing.agree(room_of(rooms), caller=two, change_id=asked.id)
    assert done.password is not None
    assert (await roles(rooms))["p-1"] == ("lead", True)
    with pytest.raises(IllegalTransition):
        await changing.agree(room_of(rooms), caller=two, change_id=asked.id)


async def test_an_admin_who_was_just_shut_out_still_counts(rooms: Rooms) -> None:
    one = await admin(rooms, name="admin-1")
    await admin(rooms, name="admin-2")
    await changing.shut_out(room_of(rooms), caller=one, name="admin-2", reason="left")
    assert (await propose(rooms, caller=one)).is_made is False
    await rooms.rows(
        "UPDATE staff_user SET disabled_at = now() - interval '8 d' WHERE disabled_at IS NOT NULL"
    )
    assert (await propose(rooms, caller=one, name="p-2")).is_made


async def test_the_last_admin_is_not_shut_out(rooms: Rooms) -> None:
    one = await admin(rooms, name="admin-1")
    with pytest.raises(StaffChangeUnfit):
        await changing.shut_out(room_of(rooms), caller=one, name="admin-1", reason="left")
    with pytest.raises(UnknownPerson):
        await changing.shut_out(room_of(rooms), caller=one, name="nobody-1", reason="left")
    assert (await roles(rooms))["admin-1"] == ("admin", True)


async def test_a_change_is_taken_back_or_lapses(rooms: Rooms) -> None:
    one, two = await admin(rooms, name="admin-1"), await admin(rooms, name="admin-2")
    asked = await propose(rooms, caller=one)
    with pytest.raises(StaffChangeUnfit):
        await propose(rooms, caller=two)
    await changing.refuse(room_of(rooms), caller=one, change_id=asked.id)
    with pytest.raises(IllegalTransition):
        await changing.agree(room_of(rooms), caller=two, change_id=asked.id)
    late = await propose(rooms, caller=one)
    await rooms.rows("UPDATE staff_change SET ends_at = now() WHERE state = 'proposed'")
    with pytest.raises(IllegalTransition):
        await changing.agree(room_of(rooms), caller=two, change_id=late.id)
    assert "p-1" not in await roles(rooms)


async def test_another_role_ends_sessions_and_tokens(web: Site) -> None:
    house = web.house
    one = await admin(house, name="admin-1")
    client = await logged_in(web, role=Role.LEAD, name="p-1")
    assert (await client.get("/console/main")).status_code == httpx.codes.OK
    await propose(house, caller=one, kind=ChangeKind.ROLE, role=Role.AUDITOR)
    assert (await roles(house))["p-1"] == ("auditor", True)
    assert (await client.get("/console/main")).status_code == httpx.codes.SEE_OTHER


async def test_whoever_was_shut_out_returns_and_gets_a_new_password(rooms: Rooms) -> None:
    one = await admin(rooms, name="admin-1")
    await propose(rooms, caller=one)
    with pytest.raises(StaffChangeUnfit):
        await propose(rooms, caller=one, kind=ChangeKind.RETURN)
    await changing.shut_out(room_of(rooms), caller=one, name="p-1", reason="left")
    with pytest.raises(StaffChangeUnfit):
        await propose(rooms, caller=one, kind=ChangeKind.RESET)
    await propose(rooms, caller=one, kind=ChangeKind.RETURN)
    reset = await propose(rooms, caller=one, kind=ChangeKind.RESET)
    assert (await roles(rooms))["p-1"] == ("lead", True)
    known = await users.known(rooms.pool, tenant="main", name="p-1", password=reset.password or "")
    assert known == Person(tenant="main", name="p-1", role=Role.LEAD)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"name": "admin-1"}, NameTaken),
        ({"name": "<b>x</b>"}, BadName),
        ({"role": Role.SERVICE}, RoleNotForPeople),
        ({"role": None}, RoleNotForPeople),
        ({"reason": "  "}, ReasonMissing),
        ({"reason": "x" * 2_001}, ReasonMissing),
        ({"reason": "a\0b"}, ReasonMissing),
        ({"kind": ChangeKind.ROLE}, UnknownPerson),
        ({"kind": ChangeKind.ROLE, "name": "admin-1", "role": Role.ADMIN}, StaffChangeUnfit),
    ],
)
async def test_what_can_not_be_changes_nothing(
    rooms: Rooms, wanted: dict[str, object], error: type[Exception]
) -> None:
    one = await admin(rooms, name="admin-1")
    with pytest.raises(error):
        await propose(rooms, caller=one, **wanted)
    assert await roles(rooms) == {"admin-1": ("admin", True)}
    assert await rooms.rows("SELECT * FROM staff_act") == []


@pytest.mark.parametrize("role", [Role.LEAD, Role.AUDITOR, Role.COMPLIANCE])
async def test_nobody_but_an_admin_changes_anything(rooms: Rooms, role: Role) -> None:
    await admin(rooms, name="admin-1")
    other = await admin(rooms, name="p-2", role=role)
    room = room_of(rooms)
    with pytest.raises(Forbidden):
        await propose(rooms, caller=other)
    with pytest.raises(Forbidden):
        await changing.shut_out(room, caller=other, name="admin-1", reason="x")


async def test_another_tenants_change_is_not_there(rooms: Rooms) -> None:
    one = await admin(rooms, name="admin-1")
    await admin(rooms, name="admin-2")
    asked = await propose(rooms, caller=one)
    await rooms.caller(tenant="other")
    stranger = acting(
        Person(tenant="other", name="admin-9", role=Role.ADMIN), service="main", log_id=""
    )
    with pytest.raises(UnknownStaffChange):
        await changing.agree(room_of(rooms), caller=stranger, change_id=asked.id)


async def test_the_ledger_knows_the_act_and_no_name(rooms: Rooms) -> None:
    one, two = await admin(rooms, name="admin-1"), await admin(rooms, name="admin-2")
    asked = await propose(rooms, caller=one, name="name-5b1c", reason="why-77aa")
    await changing.agree(room_of(rooms), caller=two, change_id=asked.id)
    rows = await rooms.rows(
        "SELECT fact_type, content FROM ledger_leaf WHERE fact_type LIKE 'staff.%%' ORDER BY at"
    )
    leaves = [(kind, bytes(content).decode()) for kind, content in rows]
    assert [kind for kind, _ in leaves] == ["staff.proposed", "staff.made"]
    said = json.loads(leaves[1][1])["projection"]
    assert said == {"kind": "join", "role": "lead", "is_agreed": True, "other_admins": 1}
    for _, content in leaves:
        assert not any(word in content for word in ("admin-1", "admin-2", "name-5b1c", "why-77aa"))
    shown = await showing.show(room_of(rooms), caller=two)
    assert [each.said.name for each in shown.acts] == ["name-5b1c", "name-5b1c"]
