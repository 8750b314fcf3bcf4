"""Break-glass: one case, a short time, a written reason, and a second person who looks."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.fixtures.deciding import CHILD, SCAM
from tests.fixtures.house import Rooms
from tests.fixtures.overseeing import at_console, overseeing
from tutela.access.persons import NeedsPerson, SamePerson
from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.domain.oversight import OversightFinding, OversightKind, OversightState
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError
from tutela.reconciliation.status import status
from tutela.reconciliation.viewing import Viewer
from tutela.review import case_view
from tutela.review.oversight.glass import (
    AnotherOpen,
    GlassBroken,
    GlassOpening,
    SeenAnyway,
    UnknownOpening,
    break_glass,
    show_through_glass,
)
from tutela.review.oversight.looking import (
    LookedAt,
    Oversight,
    OversightAsked,
    UnknownOversight,
    list_oversight,
    look,
)
from tutela.review.queue import UnknownCase
from tutela.review.views.showing import ViewsAsked, list_views

WHY = "a colleague is away and a parent called twice"


async def childs_case(rooms: Rooms) -> UUID:
    accepted = await rooms.take(
        await rooms.caller(), category=CHILD, possible_minor={"depicted": True}
    )
    return await case_of(rooms, notice_id=accepted.id)


async def case_of(rooms: Rooms, *, notice_id: str) -> UUID:
    ((case_id,),) = await rooms.rows(
        "SELECT case_id FROM item WHERE notice_id = %(id)s", id=UUID(notice_id)
    )
    assert isinstance(case_id, UUID)
    return case_id


async def opened(rooms: Rooms, *, caller: Caller, case_id: UUID) -> GlassOpening:
    opening, _ = await break_glass(
        overseeing(rooms), caller=caller, case_id=case_id, asked=GlassBroken(reason=WHY)
    )
    return opening


async def waiting(rooms: Rooms, *, caller: Caller) -> list[Oversight]:
    asked = OversightAsked(limit=50, state="open")
    return (await list_oversight(overseeing(rooms), caller=caller, asked=asked)).oversight


async def test_one_case_opens_to_one_person_for_a_short_time(rooms: Rooms) -> None:
    case_id = await childs_case(rooms)
    reviewer = await at_console(rooms, name="reviewer-1")
    opening = await opened(rooms, caller=reviewer, case_id=case_id)
    again = await opened(rooms, caller=reviewer, case_id=case_id)
    assert again == opening
    at = UUID(opening.id)
    _, seen = await show_through_glass(overseeing(rooms), caller=reviewer, opening_id=at)
    assert (seen.id, len(seen.items)) == (str(case_id), 1)
    with pytest.raises(UnknownCase):
        await case_view.show_case(
            rooms.pool, caller=reviewer, case_id=case_id, keys=rooms.keys, now=rooms.clock.now()
        )
    other = await at_console(rooms, name="reviewer-2")
    with pytest.raises(UnknownOpening):
        await show_through_glass(overseeing(rooms), caller=other, opening_id=at)
    rooms.clock.ahead = timedelta(seconds=901)
    with pytest.raises(UnknownOpening):
        await show_through_glass(overseeing(rooms), caller=reviewer, opening_id=at)


async def test_a_second_case_and_a_case_that_is_seen_anyway_are_refused(rooms: Rooms) -> None:
    first, second = await childs_case(rooms), await childs_case(rooms)
    scam = await rooms.take(await rooms.caller(), category=SCAM)
    reviewer = await at_console(rooms, name="reviewer-1")
    await opened(rooms, caller=reviewer, case_id=first)
    with pytest.raises(AnotherOpen):
        await opened(rooms, caller=reviewer, case_id=second)
    case_id = await case_of(rooms, notice_id=scam.id)
    with pytest.raises(SeenAnyway):
        await opened(rooms, caller=reviewer, case_id=case_id)
    with pytest.raises(UnknownCase):
        await opened(rooms, caller=reviewer, case_id=UUID(int=7))


@pytest.mark.parametrize("reason", [" ", "\u200b", "\n"])
async def test_without_a_reason_nothing_opens(rooms: Rooms, reason: str) -> None:
    case_id = await childs_case(rooms)
    reviewer = await at_console(rooms, name="reviewer-1")
    with pytest.raises(TutelaError):
        await break_glass(
            overseeing(rooms), caller=reviewer, case_id=case_id, asked=GlassBroken(reason=reason)
        )
    assert await rooms.rows("SELECT * FROM oversight") == []


async def test_a_program_an_administrator_and_another_tenant_open_nothing(rooms: Rooms) -> None:
    case_id = await childs_case(rooms)
    with pytest.raises(NeedsPerson):
        await opened(rooms, caller=await rooms.caller(Role.REVIEWER), case_id=case_id)
    admin = await at_console(rooms, name="admin-1", role=Role.ADMIN)
    with pytest.raises(Forbidden):
        await opened(rooms, caller=admin, case_id=case_id)
    auditor = await at_console(rooms, name="auditor-1", role=Role.AUDITOR)
    assert (await opened(rooms, caller=auditor, case_id=case_id)).case_id == str(case_id)


async def test_an_opening_waits_for_a_second_person_and_is_red_after_a_day(rooms: Rooms) -> None:
    case_id = await childs_case(rooms)
    lead = await at_console(rooms, name="lead-1", role=Role.LEAD)
    reviewer = await at_console(rooms, name="reviewer-1")
    await opened(rooms, caller=reviewer, case_id=case_id)
    (found,) = await waiting(rooms, caller=lead)
    assert (found.kind, found.person, found.reason) == (OversightKind.GLASS, "reviewer-1", WHY)
    viewer = Viewer(tenant="main", service="main", with_ids=True)
    now = rooms.clock.now()
    for hours, overdue in ((1, 0), (25, 1)):
        at = now + timedelta(hours=hours)
        told = (await status(rooms.pool, viewer=viewer, now=at, canary_seconds_max=60)).oversight
        assert (told.openings, told.overdue, told.ok) == (1, overdue, not overdue)
    said = LookedAt(finding=OversightFinding.IN_ORDER, words="the call is in the log")
    seen = await look(overseeing(rooms), caller=lead, oversight_id=UUID(found.id), said=said)
    assert (seen.state, seen.looked_by, seen.words) == (
        OversightState.LOOKED_AT,
        "lead-1",
        "the call is in the log",
    )
    assert await waiting(rooms, caller=lead) == []
    with pytest.raises(IllegalTransition):
        await look(overseeing(rooms), caller=lead, oversight_id=UUID(found.id), said=said)


async def test_nobody_looks_at_what_they_opened_themselves(rooms: Rooms) -> None:
    case_id = await childs_case(rooms)
    compliance = await at_console(rooms, name="compliance-1", role=Role.COMPLIANCE)
    opening = await opened(rooms, caller=compliance, case_id=case_id)
    said = LookedAt(finding=OversightFinding.IN_ORDER, words="fine")
    with pytest.raises(SamePerson):
        await look(overseeing(rooms), caller=compliance, oversight_id=UUID(opening.id), said=said)
    reviewer = await at_console(rooms, name="reviewer-1")
    with pytest.raises(Forbidden):
        await look(overseeing(rooms), caller=reviewer, oversight_id=UUID(opening.id), said=said)
    lead = await at_console(rooms, name="lead-1", role=Role.LEAD)
    with pytest.raises(UnknownOversight):
        await look(overseeing(rooms), caller=lead, oversight_id=UUID(int=3), said=said)


async def test_an_opening_is_ledgered_and_noted_and_its_reason_lies_sealed(rooms: Rooms) -> None:
    case_id = await childs_case(rooms)
    reviewer = await at_console(rooms, name="reviewer-1")
    await opened(rooms, caller=reviewer, case_id=case_id)
    leaves = await rooms.rows("SELECT content FROM ledger_leaf WHERE fact_type LIKE 'oversight%%'")
    ((content,),) = leaves
    text = bytes(content).decode()
    assert "child_safety" in text
    assert "reviewer-1" not in text
    assert str(case_id) not in text
    kept = await rooms.rows("SELECT o::text, a.sealed_body FROM oversight o, oversight_act a")
    assert all("parent called" not in str(row) for row in kept)
    own = await list_views(overseeing(rooms), caller=reviewer, asked=ViewsAsked(limit=9))
    assert [(each.way, each.why) for each in own.views] == [("glass_broken", "glass")]
