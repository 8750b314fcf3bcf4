"""A version of a policy is put in force, replaced and taken out by two people."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from tests.fixtures.governing import person
from tests.fixtures.house import Rooms
from tests.fixtures.ruling import (
    WHY,
    WIDER,
    in_shadow,
    live,
    modes,
    proposed,
    rule_room,
    rule_text,
)
from tutela.access.persons import NeedsPerson, SamePerson
from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.detection.rules.findings import RulesUnfit
from tutela.detection.rules.governing import due, judging, showing
from tutela.detection.rules.governing.judging import Order, RuleAgreeing, RuleRefusing
from tutela.detection.rules.governing.proposing import RuleProposal, propose
from tutela.detection.rules.governing.room import RuleTaken, RuleUnfit, UnknownRule
from tutela.detection.rules.governing.showing import Wanted
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError

AGREED, NO = RuleAgreeing(), RuleRefusing(reason="it is harmless")
Two = tuple[Caller, Caller]


@pytest_asyncio.fixture
async def two(rooms: Rooms) -> Two:
    """Two leads."""
    return await person(rooms, name="lead-1"), await person(rooms, name="lead-2")


async def state_of(rooms: Rooms, *, version_id: UUID) -> str:
    rows = await rooms.rows("SELECT state FROM rule_version WHERE id = %(id)s", id=version_id)
    return str(rows[0][0])


async def leaves(rooms: Rooms) -> list[str]:
    rows = await rooms.rows("SELECT content FROM ledger_leaf")
    return [str(row[0]) for row in rows]


async def test_a_version_goes_from_proposed_to_shadow_to_live_and_counts_step_by_step(
    rooms: Rooms, two: Two
) -> None:
    room, taken = rule_room(rooms), await proposed(rooms, by=two[0])
    order = Order(caller=two[1], id=UUID(taken.id))
    assert await modes(rooms) == []
    await judging.approve(room, order=order, said=AGREED)
    assert await modes(rooms) == [("says-token", 1, "shadow")]
    await judging.promote(room, order=order, said=AGREED)
    assert await modes(rooms) == [("says-token", 1, "live")]
    shown = await showing.show_version(room, caller=two[1], version_id=order.id)
    assert [each.event for each in shown.history or ()] == ["proposed", "approved", "promoted"]
    assert (shown.proposed_by, shown.approved_by, shown.promoted_by) == (
        "lead-1",
        "lead-2",
        "lead-2",
    )
    assert shown.text == rule_text()
    told = "".join(await leaves(rooms))
    assert all(kind in told for kind in ("rule.proposed", "rule.approved", "rule.promoted"))
    assert "lead-" not in told
    assert WHY not in told


async def test_nobody_agrees_to_what_they_asked_for(rooms: Rooms, two: Two) -> None:
    room = rule_room(rooms)
    order = Order(caller=two[0], id=UUID((await proposed(rooms, by=two[0])).id))
    with pytest.raises(SamePerson):
        await judging.approve(room, order=order, said=AGREED)
    await judging.approve(room, order=Order(caller=two[1], id=order.id), said=AGREED)
    with pytest.raises(SamePerson):
        await judging.promote(room, order=order, said=AGREED)
    assert await modes(rooms) == [("says-token", 1, "shadow")]


async def test_what_is_live_is_taken_out_by_two_and_what_is_in_shadow_by_one(
    rooms: Rooms, two: Two
) -> None:
    room, version_id = rule_room(rooms), await live(rooms, by=two)
    await judging.retire(room, order=Order(caller=two[1], id=version_id), said=NO)
    assert await modes(rooms) == [("says-token", 1, "live")]
    with pytest.raises(SamePerson):
        await judging.approve(room, order=Order(caller=two[1], id=version_id), said=AGREED)
    await judging.approve(room, order=Order(caller=two[0], id=version_id), said=AGREED)
    assert await modes(rooms) == []
    shadow = await in_shadow(rooms, by=two, text=rule_text(version=2))
    await judging.retire(room, order=Order(caller=two[0], id=shadow), said=NO)
    assert await state_of(rooms, version_id=shadow) == "retired"


async def test_a_newer_version_stands_in_shadow_beside_the_live_one_and_then_replaces_it(
    rooms: Rooms, two: Two
) -> None:
    first = await live(rooms, by=two)
    second = await in_shadow(rooms, by=two, text=rule_text(version=2, when=WIDER))
    assert await modes(rooms) == [("says-token", 1, "live"), ("says-token", 2, "shadow")]
    third = await in_shadow(rooms, by=two, text=rule_text(version=3, when=WIDER))
    assert await state_of(rooms, version_id=second) == "replaced"
    order = Order(caller=two[1], id=third)
    await judging.promote(rule_room(rooms), order=order, said=AGREED)
    assert await state_of(rooms, version_id=first) == "replaced"
    assert await modes(rooms) == [("says-token", 3, "live")]


async def test_time_ends_what_is_in_force_and_questions_that_nobody_answers(
    rooms: Rooms, two: Two
) -> None:
    room = rule_room(rooms)
    taken, _ = await propose(
        room, caller=two[0], proposal=RuleProposal(text=rule_text(), reason=WHY, days=2)
    )
    await judging.approve(room, order=Order(caller=two[1], id=UUID(taken.id)), said=AGREED)
    asked = await proposed(rooms, by=two[0], text=rule_text(policy="another"))
    rooms.clock.ahead += timedelta(days=3)
    assert await modes(rooms) == []
    assert await due.settle_all(room) == 1
    assert await state_of(rooms, version_id=UUID(taken.id)) == "expired"
    rooms.clock.ahead += timedelta(days=30)
    assert await due.settle_all(room) == 1
    assert await state_of(rooms, version_id=UUID(asked.id)) == "lapsed"
    assert await due.settle_all(room) == 0


async def test_the_same_text_asked_for_again_is_the_same_and_another_has_to_wait(
    rooms: Rooms, two: Two
) -> None:
    room, first = rule_room(rooms), await proposed(rooms, by=two[0])
    again, is_new = await propose(
        room, caller=two[0], proposal=RuleProposal(text=rule_text(), reason=WHY)
    )
    assert (again.id, is_new) == (first.id, False)
    with pytest.raises(RuleTaken):
        await proposed(rooms, by=two[1], text=rule_text(version=2))
    page = await showing.list_versions(room, caller=two[0], wanted=Wanted(limit=10))
    assert len(page.versions) == 1


async def test_a_version_that_stood_in_force_never_means_something_else(
    rooms: Rooms, two: Two
) -> None:
    await live(rooms, by=two)
    with pytest.raises(RuleUnfit, match="higher number"):
        await proposed(rooms, by=two[0], text=rule_text(when=WIDER))


UNFIT = [
    (rule_text(when="content.txt == 'x'"), "/policies/0/when"),
    (rule_text(when="content.text == 'y'"), "/policies/0/tests/0/expect"),
    (
        rule_text().replace("    version: 1\n", "    version: 1\n    mode: live\n"),
        "/policies/0/mode",
    ),
    (rule_text().replace("[public_content]", "[nothing]"), "/policies/0/legal_basis/0"),
    ("tutela_rules: 1\npolicies: [", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "pointer"), UNFIT)
async def test_a_text_that_is_not_fit_is_refused_with_the_place_and_nothing_is_written(
    rooms: Rooms, two: Two, text: str, pointer: str
) -> None:
    with pytest.raises(RulesUnfit) as caught:
        await propose(rule_room(rooms), caller=two[0], proposal=RuleProposal(text=text, reason=WHY))
    finding = caught.value.findings[0]
    assert finding.pointer == pointer
    assert finding.line is not None or not text
    assert await rooms.rows("SELECT FROM rule_version") == []
    assert await rooms.rows("SELECT FROM rule_change") == []


Act = Callable[[Rooms, Order], Awaitable[object]]
ACTS: list[Act] = [
    lambda rooms, order: judging.approve(rule_room(rooms), order=order, said=AGREED),
    lambda rooms, order: judging.promote(rule_room(rooms), order=order, said=AGREED),
    lambda rooms, order: judging.reject(rule_room(rooms), order=order, said=NO),
    lambda rooms, order: judging.retire(rule_room(rooms), order=order, said=NO),
]


@pytest.mark.parametrize("act", ACTS)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(
    rooms: Rooms, two: Two, act: Act
) -> None:
    reviewer = await person(rooms, name="reviewer-1", role=Role.REVIEWER)
    auditor = await person(rooms, name="auditor-1", role=Role.AUDITOR)
    version_id = UUID((await proposed(rooms, by=two[0])).id)
    refused: list[tuple[Caller, UUID, type[TutelaError]]] = [
        (reviewer, version_id, Forbidden),
        (auditor, version_id, Forbidden),
        (two[1], UUID(int=7), UnknownRule),
    ]
    for caller, subject, error in refused:
        with pytest.raises(error):
            await act(rooms, Order(caller=caller, id=subject))
    assert await state_of(rooms, version_id=version_id) == "proposed"


async def test_shadow_comes_first(rooms: Rooms, two: Two) -> None:
    order = Order(caller=two[1], id=UUID((await proposed(rooms, by=two[0])).id))
    with pytest.raises(IllegalTransition):
        await judging.promote(rule_room(rooms), order=order, said=AGREED)


async def test_a_program_proposes_nothing(rooms: Rooms, two: Two) -> None:
    program = replace(two[0], person=None)
    with pytest.raises(NeedsPerson):
        await proposed(rooms, by=program)
