"""Unusual browsing is a lead for a second person; work is never taken for it."""

import os
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.fixtures.deciding import claimed, decided, dismissal, subject
from tests.fixtures.house import Rooms
from tests.fixtures.overseeing import at_console, overseeing
from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.domain.oversight import OversightFinding
from tutela.domain.vocabulary import Role
from tutela.review import case_view
from tutela.review.oversight.browsing import find_unusual
from tutela.review.oversight.looking import LookedAt, OversightAsked, list_oversight, look
from tutela.review.oversight.room import LookLimits, OversightRoom
from tutela.review.views.forgetting import forget_views
from tutela.review.views.showing import ViewsAsked, list_views

#: Nights are short here, so that the tests can be run at any hour.
QUIET = LookLimits(browsed_cases_max=3, browsed_subject_max=4, night_from_hour=0, night_to_hour=0)


def room_of(rooms: Rooms, *, limits: LookLimits = QUIET) -> OversightRoom:
    return replace(overseeing(rooms), limits=limits)


async def looked(rooms: Rooms, *, reviewer: Caller, case_ids: list[UUID]) -> None:
    for case_id in case_ids:
        await case_view.show_case(
            rooms.pool, caller=reviewer, case_id=case_id, keys=rooms.keys, now=rooms.clock.now()
        )


async def cases(rooms: Rooms, *, count: int) -> list[UUID]:
    sender = await rooms.caller()
    for _ in range(count):
        await rooms.take(sender)
    return [case_id for (case_id,) in await rooms.rows("SELECT id FROM case_file ORDER BY id")]


async def leads(rooms: Rooms) -> list[tuple[str, str, int | None]]:
    lead = await at_console(rooms, name="lead-9", role=Role.LEAD)
    asked = OversightAsked(limit=50, state="open")
    found = await list_oversight(room_of(rooms), caller=lead, asked=asked)
    return [(each.kind, each.person, each.counted) for each in found.oversight]


async def test_many_cases_that_were_opened_and_not_decided_stand_out_once(rooms: Rooms) -> None:
    found = await cases(rooms, count=4)
    reviewer = await at_console(rooms, name="reviewer-1")
    await looked(rooms, reviewer=reviewer, case_ids=found[:3])
    assert await find_unusual(room_of(rooms)) == 0
    await looked(rooms, reviewer=reviewer, case_ids=found)
    assert await find_unusual(room_of(rooms)) == 1
    assert await find_unusual(room_of(rooms)) == 0
    assert await leads(rooms) == [("many_cases", "reviewer-1", 4)]


async def test_cases_under_a_lease_and_cases_that_one_decides_dont_stand_out(rooms: Rooms) -> None:
    found = await cases(rooms, count=5)
    reviewer = await at_console(rooms, name="reviewer-1")
    for _ in found:
        lease = await claimed(rooms, reviewer=reviewer)
        await looked(rooms, reviewer=reviewer, case_ids=[lease.case_id])
        ((notice_id, ordinal),) = await rooms.rows(
            "SELECT notice_id, ordinal FROM item WHERE case_id = %(id)s", id=lease.case_id
        )
        body = dismissal(lease, items=[f"{notice_id}.{ordinal}"])
        await decided(rooms, reviewer=reviewer, lease=lease, body=body)
        await looked(rooms, reviewer=reviewer, case_ids=[lease.case_id])
    assert await find_unusual(room_of(rooms)) == 0


async def test_one_subject_again_and_again_stands_out(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller(), subjects=[subject("post-1")])
    ((case_id,),) = await rooms.rows("SELECT id FROM case_file")
    reviewer = await at_console(rooms, name="reviewer-1")
    await looked(rooms, reviewer=reviewer, case_ids=[case_id] * 5)
    assert await find_unusual(room_of(rooms)) == 1
    assert await leads(rooms) == [("one_subject", "reviewer-1", 5)]


async def test_nights_are_nights_by_the_time_zone_of_the_service(rooms: Rooms) -> None:
    hour = rooms.clock.now().hour
    (case_id,) = await cases(rooms, count=1)
    await looked(rooms, reviewer=await at_console(rooms, name="reviewer-1"), case_ids=[case_id] * 3)
    night = replace(QUIET, browsed_night_max=2, night_from_hour=hour, night_to_hour=(hour + 2) % 24)
    elsewhere = replace(night, time_zone="Etc/GMT-12")
    assert await find_unusual(room_of(rooms, limits=elsewhere)) == 0
    assert await find_unusual(room_of(rooms, limits=night)) == 1
    assert [kind for kind, *_ in await leads(rooms)] == ["at_night"]


async def test_after_somebody_looked_only_what_comes_then_counts(rooms: Rooms) -> None:
    found = await cases(rooms, count=4)
    reviewer = await at_console(rooms, name="reviewer-1")
    lead = await at_console(rooms, name="lead-1", role=Role.LEAD)
    room = room_of(rooms)
    await looked(rooms, reviewer=reviewer, case_ids=found)
    assert await find_unusual(room) == 1
    ((lead_id,),) = await rooms.rows("SELECT id FROM oversight")
    said = LookedAt(finding=OversightFinding.IN_ORDER, words="was asked to sort them")
    await look(room, caller=lead, oversight_id=lead_id, said=said)
    assert await find_unusual(room) == 0
    await looked(rooms, reviewer=reviewer, case_ids=found)
    assert await find_unusual(room) == 1


async def test_everybody_reads_their_own_looks_and_few_those_of_others(rooms: Rooms) -> None:
    found = await cases(rooms, count=2)
    reviewer = await at_console(rooms, name="reviewer-1")
    other = await at_console(rooms, name="reviewer-2")
    auditor = await at_console(rooms, name="auditor-1", role=Role.AUDITOR)
    await looked(rooms, reviewer=reviewer, case_ids=found)
    room = room_of(rooms)
    own = await list_views(room, caller=reviewer, asked=ViewsAsked(limit=1))
    assert ([each.case_id for each in own.views], own.next is None) == ([str(found[1])], False)
    rest = await list_views(room, caller=reviewer, asked=ViewsAsked(limit=9, after=own.next))
    assert [each.case_id for each in rest.views] == [str(found[0])]
    assert (await list_views(room, caller=other, asked=ViewsAsked(limit=9))).views == []
    with pytest.raises(Forbidden):
        await list_views(room, caller=other, asked=ViewsAsked(limit=9, by="reviewer-1"))
    asked = ViewsAsked(limit=9, by="reviewer-1")
    assert len((await list_views(room, caller=auditor, asked=asked)).views) == 2
    whole = await list_views(room, caller=auditor, asked=ViewsAsked(limit=9))
    assert (whole.views[0].by, whole.views[0].way, whole.views[0].what) == (
        "auditor-1",
        "log_read",
        "views",
    )


async def test_looks_are_forgotten_when_their_time_is_over(rooms: Rooms) -> None:
    found = await cases(rooms, count=1)
    reviewer = await at_console(rooms, name=f"reviewer-{os.urandom(2).hex()}")
    await looked(rooms, reviewer=reviewer, case_ids=found)
    now = rooms.clock.now()
    assert await forget_views(rooms.pool, before=now - timedelta(days=1)) == 0
    assert await forget_views(rooms.pool, before=now + timedelta(days=1)) == 1
