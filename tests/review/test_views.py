"""Every look at a case leaves a row: who, when, by which way, why."""

import psycopg
import pytest

from tests.fixtures.deciding import claimed
from tests.fixtures.house import Rooms
from tutela.access.tokens import Caller
from tutela.domain.vocabulary import Role
from tutela.review import case_view
from tutela.review.queue import UnknownCase

NOTED = "SELECT seen_by, role, door, way, why, case_id, family FROM view_noted ORDER BY id"


async def opened(rooms: Rooms, *, reviewer: Caller, case_id: object) -> None:
    await case_view.show_case(
        rooms.pool,
        caller=reviewer,
        case_id=case_id,  # type: ignore[arg-type]
        keys=rooms.keys,
        now=rooms.clock.now(),
    )


async def test_a_case_that_is_opened_is_noted_with_who_and_why(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    ((case_id,),) = await rooms.rows("SELECT id FROM case_file")
    await opened(rooms, reviewer=reviewer, case_id=case_id)
    await claimed(rooms, reviewer=reviewer)
    await opened(rooms, reviewer=reviewer, case_id=case_id)
    noted = await rooms.rows(NOTED)
    assert noted == [
        ("t", "reviewer", "token", "opened", why, case_id, "scams") for why in ("right", "lease")
    ]


async def test_nothing_is_noted_of_a_case_that_was_not_shown(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller(), possible_minor={"depicted": True})
    reviewer = await rooms.caller(Role.REVIEWER)
    ((case_id,),) = await rooms.rows("SELECT id FROM case_file")
    with pytest.raises(UnknownCase):
        await opened(rooms, reviewer=reviewer, case_id=case_id)
    assert await rooms.rows(NOTED) == []


async def test_a_view_that_was_noted_cant_be_changed(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    ((case_id,),) = await rooms.rows("SELECT id FROM case_file")
    await opened(rooms, reviewer=await rooms.caller(Role.REVIEWER), case_id=case_id)
    with pytest.raises(psycopg.errors.RaiseException, match="stays as it is"):
        await rooms.rows("UPDATE view_noted SET seen_by = 'somebody-else'")
