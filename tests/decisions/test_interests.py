"""A conflict of interest: what is about somebody whom one knows isn't there, by whatever door."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from tests.decisions.test_quality import ACT, decided_by, room_of, said, team
from tests.fixtures import bulk
from tests.fixtures.deciding import action, claim, claimed, held, subject, take_decision
from tests.fixtures.house import Rooms
from tests.fixtures.overseeing import overseeing
from tutela.access.persons import NeedsPerson, SamePerson
from tutela.access.roles import Forbidden
from tutela.access.sight import ConflictOfInterest
from tutela.access.tokens import Caller
from tutela.decisions.bulk.preview import look_at as look_at_many
from tutela.decisions.bulk.steering import BulkStart, Order, approve, start
from tutela.decisions.interests.declaring import InterestDeclared, declare
from tutela.decisions.interests.room import Interest, UnknownInterest
from tutela.decisions.interests.standing import (
    InterestEnded,
    InterestsAsked,
    end,
    own_interests,
    team_interests,
)
from tutela.decisions.later import Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.quality.figures import figures
from tutela.decisions.quality.looking import answer, look_at, take
from tutela.decisions.quality.planning import QualityPlan, plan_otherwise
from tutela.decisions.quality.room import UnknownLook
from tutela.decisions.undoing import Undoing, UnknownDecision, undo_one
from tutela.domain.interests import InterestKind, InterestState
from tutela.domain.notice import Subject
from tutela.domain.quality import LookPurpose
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Role, SubjectKind
from tutela.intake.reading import Unfit
from tutela.review.around import around
from tutela.review.case_view import Page, list_cases, show_case
from tutela.review.oversight.glass import GlassBroken, break_glass
from tutela.review.queue import UnknownCase, holder, renew
from tutela.review.taking import desk_of
from tutela.review.taking import take as take_case
from tutela.review.worklist import Wanted, lane_standings, waiting_cases

__all__ = ["team"]

ACCOUNT = Subject(kind=SubjectKind.ACCOUNT, id="a-7")
MINE = InterestDeclared(kind=InterestKind.OWN, subject=ACCOUNT)
ALL = InterestsAsked(limit=50)
OVER = InterestEnded(why="token 5e0d")


async def declares(rooms: Rooms, *, who: Caller, asked: InterestDeclared = MINE) -> Interest:
    found, _ = await declare(room_of(rooms), caller=who, asked=asked)
    return found


async def reported(rooms: Rooms, *, post: str = "post-1", account: str = "a-7") -> UUID:
    accepted = await rooms.take(await rooms.caller(), subjects=[subject(post, account_id=account)])
    ((case_id,),) = await rooms.rows(
        "SELECT case_id FROM item WHERE notice_id = %(id)s", id=UUID(accepted.id)
    )
    assert isinstance(case_id, UUID)
    return case_id


async def test_a_case_about_ones_own_account_is_not_offered(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    await declares(rooms, who=team["one"])
    about = await reported(rooms)
    assert await claim(rooms, reviewer=team["one"]) is None
    other = await reported(rooms, post="post-2", account="a-8")
    assert (await claimed(rooms, reviewer=team["one"])).case_id == other
    assert (await claimed(rooms, reviewer=team["two"])).case_id == about


Door = Callable[..., Awaitable[object]]


async def _opened(rooms: Rooms, *, caller: Caller, case_id: UUID) -> object:
    now = rooms.clock.now()
    return await show_case(rooms.pool, caller=caller, case_id=case_id, keys=rooms.keys, now=now)


async def _around(rooms: Rooms, *, caller: Caller, case_id: UUID) -> object:
    return await around(rooms.pool, caller=caller, case_id=case_id, now=rooms.clock.now())


async def _taken(rooms: Rooms, *, caller: Caller, case_id: UUID) -> object:
    now = rooms.clock.now()
    return await take_case(rooms.pool, caller=caller, case_id=case_id, now=now, chance=os.urandom)


async def _desk(rooms: Rooms, *, caller: Caller, case_id: UUID) -> object:
    return await desk_of(rooms.pool, caller=caller, case_id=case_id, now=rooms.clock.now())


async def _glass(rooms: Rooms, *, caller: Caller, case_id: UUID) -> object:
    asked = GlassBroken(reason="token 77aa")
    return await break_glass(overseeing(rooms), caller=caller, case_id=case_id, asked=asked)


async def _declared(rooms: Rooms, *, caller: Caller, case_id: UUID) -> object:
    again = InterestDeclared(kind=InterestKind.KNOWN, case_id=case_id)
    return await declare(room_of(rooms), caller=caller, asked=again)


DOORS: tuple[Door, ...] = (_opened, _around, _taken, _desk, _glass, _declared)


async def test_no_door_leads_to_it(rooms: Rooms, team: dict[str, Caller]) -> None:
    about = await reported(rooms)
    for name in ("one", "lead"):
        await declares(rooms, who=team[name])
        for door in DOORS:
            with pytest.raises(UnknownCase):
                await door(rooms, caller=team[name], case_id=about)


async def test_no_list_has_it(rooms: Rooms, team: dict[str, Caller]) -> None:
    await reported(rooms)
    await declares(rooms, who=team["lead"])
    for name, seen in (("lead", 0), ("other", 1)):
        caller, now = team[name], rooms.clock.now()
        listed = await list_cases(rooms.pool, caller=caller, page=Page(limit=9), now=now)
        assert len(listed.cases) == seen
        waiting = await waiting_cases(rooms.pool, caller=caller, wanted=Wanted(), now=now)
        assert len(waiting.cases) == seen
        lanes = await lane_standings(rooms.pool, caller=caller, now=now)
        assert sum(each.waiting for each in lanes) == seen


async def test_whoever_notices_it_at_a_case_gives_it_back_and_decides_nothing_more(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    about, beside = await reported(rooms), await reported(rooms, post="post-2")
    lease = await claimed(rooms, reviewer=team["one"])
    assert lease.case_id == about
    knows = InterestDeclared(kind=InterestKind.KNOWN, case_id=about)
    await declares(rooms, who=team["one"], asked=knows)
    with pytest.raises(UnknownCase):
        await renew(rooms.pool, caller=team["one"], held=held(lease), now=rooms.clock.now())
    body = action(lease, items=["x"], on=subject("post-1"))
    with pytest.raises(UnknownCase):
        await take_decision(rooms, reviewer=team["one"], case_id=about, body=body)
    assert await claim(rooms, reviewer=team["one"]) is None, "the account's other case neither"
    given = {(await claimed(rooms, reviewer=team[name])).case_id for name in ("two", "other")}
    assert given == {about, beside}, "both wait for others at once"


async def test_what_was_decided_before_waits_for_a_second_look(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    never = QualityPlan(share=0.0, gold_share=0.0)
    await plan_otherwise(room_of(rooms), caller=team["lead"], plan=never)
    await decided_by(rooms, who=team["one"])
    await decided_by(rooms, who=team["two"], post="post-2")
    room = room_of(rooms)
    assert await take(room, caller=team["other"]) is None
    assert (await declares(rooms, who=team["one"])).decided_before == 1
    assert (await figures(room, caller=team["lead"])).waiting == 1
    assert await take(room, caller=team["one"]) is None
    look_id = await take(room, caller=team["other"])
    assert look_id is not None
    look = await look_at(room, caller=team["other"], look_id=look_id)
    assert (look.purpose, look.first_by) == (LookPurpose.INTEREST, "person one")
    await answer(room, caller=team["other"], look_id=look_id, answered=said(ACT))
    assert (await figures(room, caller=team["lead"])).agreement is None, "chance drew none of it"
    with pytest.raises(UnknownLook):
        await look_at(room, caller=team["one"], look_id=look_id)


async def test_a_second_look_goes_back_and_to_nobody_who_knows_them(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    await decided_by(rooms, who=team["one"])
    room = room_of(rooms)
    look_id = await take(room, caller=team["two"])
    assert look_id is not None
    await declares(rooms, who=team["two"])
    with pytest.raises(UnknownLook):
        await answer(room, caller=team["two"], look_id=look_id, answered=said(ACT))
    assert await take(room, caller=team["two"]) is None
    assert await take(room, caller=team["other"]) == look_id


async def test_it_holds_until_somebody_else_says_that_it_is_over(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    room = room_of(rooms)
    declared = UUID((await declares(rooms, who=team["lead"])).id)
    again, is_new = await declare(room, caller=team["lead"], asked=MINE)
    assert (UUID(again.id), is_new) == (declared, False)
    with pytest.raises(SamePerson):
        await end(room, caller=team["lead"], interest_id=declared, said=OVER)
    with pytest.raises(Forbidden):
        await end(room, caller=team["one"], interest_id=declared, said=OVER)
    about = await reported(rooms)
    assert await claim(rooms, reviewer=team["lead"]) is None
    over = await end(room, caller=team["other"], interest_id=declared, said=OVER)
    assert (over.state, over.ended_by) == (InterestState.ENDED, "other")
    assert (await claimed(rooms, reviewer=team["lead"])).case_id == about
    with pytest.raises(IllegalTransition):
        await end(room, caller=team["other"], interest_id=declared, said=OVER)
    with pytest.raises(UnknownInterest):
        await end(room, caller=team["other"], interest_id=UUID(int=1), said=OVER)


async def test_a_lead_sees_that_somebody_declared_and_nobody_reads_what(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    await declares(rooms, who=team["one"])
    (listed,) = (await team_interests(room_of(rooms), caller=team["lead"], asked=ALL)).interests
    assert (listed.person, listed.kind) == ("one", InterestKind.OWN)
    with pytest.raises(Forbidden):
        await team_interests(room_of(rooms), caller=team["two"], asked=ALL)
    (own,) = (await own_interests(room_of(rooms), caller=team["one"], asked=ALL)).interests
    assert own.id == listed.id
    assert (await own_interests(room_of(rooms), caller=team["two"], asked=ALL)).interests == []
    leaves = await rooms.rows(
        "SELECT fact_type, content FROM ledger_leaf WHERE fact_type LIKE 'interest.%%'"
    )
    assert Counter(name for name, _ in leaves) == {"interest.declared": 1}
    ((stored,),) = await rooms.rows(
        "SELECT interest::text || interest_act::text FROM interest, interest_act"
    )
    for told in (bytes(leaves[0][1]).decode(), str(stored)):
        assert "a-7" not in told
    assert "one" not in bytes(leaves[0][1]).decode()


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (InterestDeclared(kind=InterestKind.OWN), "/subject"),
        (InterestDeclared(kind=InterestKind.OWN, subject=ACCOUNT, case_id=UUID(int=1)), "/subject"),
        (
            InterestDeclared(kind=InterestKind.OWN, subject=Subject(kind=SubjectKind.ACCOUNT)),
            "/subject/id",
        ),
    ],
)
async def test_what_names_nothing_declares_nothing(
    rooms: Rooms, team: dict[str, Caller], asked: InterestDeclared, wrong: str
) -> None:
    with pytest.raises(Unfit) as refused:
        await declares(rooms, who=team["one"], asked=asked)
    assert [each.pointer for each in refused.value.errors] == [wrong]
    assert await rooms.rows("SELECT id FROM interest") == []


async def test_no_decision_about_many_is_sent_agreed_to_or_started_by_whoever_knows_one_of_them(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    room = bulk.room_of(rooms, alone_max=1)
    lines = [bulk.head(), bulk.account("a-6"), bulk.account("a-7"), bulk.account("a-8")]
    sent = await bulk.send(room, caller=team["lead"], lines=lines, key="many")
    await bulk.looked_at(room, caller=team["lead"], bulk_id=sent.id)
    for name in ("lead", "other"):
        await declares(rooms, who=team[name])
    order = Order(caller=team["other"], bulk_id=sent.id)
    with pytest.raises(ConflictOfInterest):
        await approve(room, order=order)
    with pytest.raises(ConflictOfInterest):
        await start(room, order=order, said=BulkStart())
    sample = (await look_at_many(room, caller=team["lead"], bulk_id=sent.id)).preview
    assert sample is not None
    assert {line.subject.id for line in sample.sample} == {"a-6", "a-8"}
    again = await bulk.send(room, caller=team["lead"], lines=lines, key="again")
    assert again.counts == (2, 0, 1)
    assert [code for _, code, _ in again.refused] == ["conflict_of_interest"]
    assert [number for number, _, _ in again.refused] == [3]


async def test_nobody_undoes_what_was_decided_about_themselves(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    await decided_by(rooms, who=team["one"])
    await declares(rooms, who=team["lead"])
    ((decision_id,),) = await rooms.rows("SELECT id FROM decision")

    async def undone_by(who: Caller) -> object:
        undoing = Undoing(
            scope=Scope(tenant="main", service="main", mark=who.mark),
            decision_ids=(decision_id,),
            reason="token 31c8",
            by=holder(who),
            asker=who.person,
        )
        mint = Mint(at=rooms.clock.now(), chance=os.urandom)
        return await undo_one(rooms.pool, undoing=undoing, key=None, mint=mint, keys=rooms.keys)

    with pytest.raises(UnknownDecision):
        await undone_by(team["lead"])
    await undone_by(team["other"])


async def test_a_program_knows_nobody(rooms: Rooms) -> None:
    with pytest.raises(NeedsPerson):
        await declares(rooms, who=await rooms.caller(Role.REVIEWER))
