"""Second looks: drawn in the decision's transaction, given to others, compared, settled."""

import os
import random
from collections import Counter
from dataclasses import replace

import pytest

from tests.fixtures.deciding import SCAM, action, claimed, dismissal, subject, take_decision
from tests.fixtures.house import Rooms
from tutela.access import users
from tutela.access.persons import at_terminal
from tutela.access.tokens import Caller
from tutela.access.users import Person
from tutela.decisions.quality.figures import figures, own_figures
from tutela.decisions.quality.looking import Answered, answer, look_at, take
from tutela.decisions.quality.planning import QualityPlan, plan_otherwise
from tutela.decisions.quality.room import HadPart, LookNotYours, QualityRoom, UnknownLook
from tutela.decisions.quality.settling import disputes, make_gold, settle
from tutela.domain.agreement import agreement, share
from tutela.domain.harm import HarmFamily
from tutela.domain.quality import DecisionError, LookState, Verdict, error
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Outcome, Role
from tutela.intake.reading import Unfit
from tutela.review.care.room import BreakTaken, CareRoom
from tutela.review.care.rules import Bound, CareRules
from tutela.review.care.wishing import end_pause, pause, wish

ACT = Verdict(outcome=Outcome.ACT, category=SCAM, ground="illegal")
LEAVE = Verdict(outcome=Outcome.DISMISS)
PASSWORD = "a password of the tests"


def room_of(rooms: Rooms) -> QualityRoom:
    return QualityRoom(pool=rooms.pool, keys=rooms.keys, clock=rooms.clock.now, chance=os.urandom)


async def person(rooms: Rooms, *, name: str, role: Role = Role.REVIEWER) -> Caller:
    await users.add(
        rooms.pool, person=Person(tenant="main", name=name, role=role), password=PASSWORD
    )
    return await at_terminal(rooms.pool, tenant="main", service="main", name=name)


async def decided_by(rooms: Rooms, *, who: Caller, post: str = "post-1", acts: bool = True) -> None:
    """A case that somebody decided, and that is drawn for a second look."""
    accepted = await rooms.take(await rooms.caller(), subjects=[subject(post, account_id="a-7")])
    lease = await claimed(rooms, reviewer=who)
    items = [item.id for item in accepted.items]
    body = action(lease, items=items, on=subject(post)) if acts else dismissal(lease, items=items)
    await take_decision(rooms, reviewer=who, case_id=lease.case_id, body=body)


@pytest.fixture
async def team(rooms: Rooms) -> dict[str, Caller]:
    """Two reviewers and two leads of a service where every decision is looked at again."""
    await rooms.caller()
    found = {name: await person(rooms, name=name) for name in ("one", "two")}
    found |= {name: await person(rooms, name=name, role=Role.LEAD) for name in ("lead", "other")}
    plan = QualityPlan(share=1.0, gold_share=0.0)
    await plan_otherwise(room_of(rooms), caller=found["lead"], plan=plan)
    return found


def said(verdict: Verdict) -> Answered:
    return Answered(verdict=verdict, why="token 4f1c")


async def test_whoever_decided_is_never_asked_about_it_again(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    await decided_by(rooms, who=team["one"])
    room = room_of(rooms)
    assert await take(room, caller=team["one"]) is None
    look_id = await take(room, caller=team["two"])
    assert look_id is not None
    assert await take(room, caller=team["two"]) == look_id, "it lies on the desk already"
    assert await take(room, caller=team["other"]) is None, "it lies on another's desk"


async def test_two_who_find_the_same_settle_it(rooms: Rooms, team: dict[str, Caller]) -> None:
    await decided_by(rooms, who=team["one"])
    room = room_of(rooms)
    look_id = await take(room, caller=team["two"])
    assert look_id is not None
    state = await answer(room, caller=team["two"], look_id=look_id, answered=said(ACT))
    assert state is LookState.SETTLED
    found = await figures(room, caller=team["lead"])
    assert found.agreement is not None
    assert (found.agreement.pairs, found.agreement.same.value) == (1, 1.0)
    assert await disputes(room, caller=team["lead"]) == []
    with pytest.raises(LookNotYours):
        await answer(room, caller=team["two"], look_id=look_id, answered=said(LEAVE))


@pytest.mark.parametrize(
    ("second", "right", "wrong"),
    [
        (LEAVE, LEAVE, DecisionError.FALSE_POSITIVE),
        (LEAVE, ACT, DecisionError.NONE),
        (
            Verdict(outcome=Outcome.ACT, category=SCAM, ground="terms"),
            Verdict(outcome=Outcome.ACT, category=SCAM, ground="terms"),
            DecisionError.WRONG_SELECTION,
        ),
    ],
)
async def test_a_lead_who_had_no_part_says_what_was_wrong(
    rooms: Rooms, team: dict[str, Caller], second: Verdict, right: Verdict, wrong: DecisionError
) -> None:
    await decided_by(rooms, who=team["one"])
    room = room_of(rooms)
    look_id = await take(room, caller=team["other"])
    assert look_id is not None
    state = await answer(room, caller=team["other"], look_id=look_id, answered=said(second))
    assert state is LookState.DISPUTED
    assert await disputes(room, caller=team["other"]) == []
    with pytest.raises(HadPart):
        await settle(room, caller=team["other"], look_id=look_id, right=said(right))
    assert [each.id for each in await disputes(room, caller=team["lead"])] == [str(look_id)]
    assert await settle(room, caller=team["lead"], look_id=look_id, right=said(right)) is wrong
    with pytest.raises(IllegalTransition):
        await settle(room, caller=team["lead"], look_id=look_id, right=said(right))
    counts = {each.kind: each.count for each in (await figures(room, caller=team["lead"])).errors}
    assert sum(counts.values()) == (wrong is not DecisionError.NONE)
    assert counts.get(wrong, 0) == (wrong is not DecisionError.NONE)
    leaves = await rooms.rows("SELECT fact_type FROM ledger_leaf WHERE fact_type LIKE 'quality.%%'")
    assert Counter(name for (name,) in leaves) == {"quality.planned": 1, "quality.settled": 1}


async def test_what_is_known_asks_others_and_counts_apart(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    await decided_by(rooms, who=team["one"])
    room = room_of(rooms)
    look_id = await take(room, caller=team["two"])
    assert look_id is not None
    with pytest.raises(IllegalTransition):
        await make_gold(room, caller=team["lead"], look_id=look_id)
    await answer(room, caller=team["two"], look_id=look_id, answered=said(ACT))
    await make_gold(room, caller=team["lead"], look_id=look_id)
    plan = QualityPlan(share=1.0, gold_share=0.5)
    await plan_otherwise(room, caller=team["lead"], plan=plan)
    always = QualityRoom(
        pool=rooms.pool,
        keys=rooms.keys,
        clock=rooms.clock.now,
        chance=lambda count: b"\x00" * 5 + os.urandom(max(0, count - 5)),
    )
    for knows in ("one", "two"):
        assert await take(always, caller=team[knows]) is None
    asked = await take(always, caller=team["other"])
    assert asked not in (None, look_id)
    assert asked is not None
    state = await answer(room, caller=team["other"], look_id=asked, answered=said(LEAVE))
    assert state is LookState.SETTLED, "nothing is in dispute that is known"
    found = await figures(room, caller=team["lead"])
    assert found.agreement is not None
    assert (found.gold_answers, found.agreement.pairs) == (1, 1)
    assert found.gold is not None
    assert found.gold.value == 0.0
    own = await own_figures(room, caller=team["other"])
    assert (own.looks, own.right) == (1, 0)
    assert await take(always, caller=team["other"]) is None, "nobody is asked twice"


async def test_a_share_of_decisions_is_drawn_and_none_of_what_is_handed_on(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    await plan_otherwise(
        room_of(rooms), caller=team["lead"], plan=QualityPlan(share=0.0, gold_share=0.0)
    )
    await decided_by(rooms, who=team["one"])
    assert await rooms.rows("SELECT id FROM second_look") == []
    with pytest.raises(Unfit):
        await plan_otherwise(
            room_of(rooms), caller=team["lead"], plan=QualityPlan(share=1.1, gold_share=0.9)
        )


async def test_a_look_at_a_specialists_case_is_no_reviewers(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    await decided_by(rooms, who=team["one"])
    await rooms.rows("UPDATE case_file SET specialist = true RETURNING id")
    room = room_of(rooms)
    assert await take(room, caller=team["two"]) is None
    look_id = await take(room, caller=team["lead"])
    assert look_id is not None
    with pytest.raises(UnknownLook):
        await look_at(room, caller=team["two"], look_id=look_id)


def test_each_kind_of_error_is_told_from_the_others() -> None:
    other = Verdict(outcome=Outcome.ACT, category=SCAM, ground="terms")
    assert error(ACT, right=LEAVE) is DecisionError.FALSE_POSITIVE
    assert error(LEAVE, right=ACT) is DecisionError.FALSE_NEGATIVE
    assert error(other, right=ACT) is DecisionError.WRONG_SELECTION
    assert error(LEAVE, right=LEAVE) is DecisionError.NONE


def test_a_planted_kappa_is_recovered_and_its_interval_covers_it() -> None:
    planted, prevalence = 0.6, 0.3
    both = planted * prevalence + (1 - planted) * prevalence**2
    neither = planted * (1 - prevalence) + (1 - planted) * (1 - prevalence) ** 2
    one = (1 - both - neither) / 2
    kinds = [("act", "act"), ("dismiss", "dismiss"), ("act", "dismiss"), ("dismiss", "act")]
    covered, many = 0, 200
    for seed in range(many):
        dice = random.Random(seed)
        drawn = Counter(dice.choices(kinds, weights=[both, neither, one, one], k=4_000))
        found = agreement(drawn)
        assert found is not None
        assert found.kappa is not None
        covered += found.kappa.low <= planted <= found.kappa.high
        if seed == 0:
            assert found.kappa.value == pytest.approx(planted, abs=0.03)
    assert 0.90 <= covered / many <= 0.99


def test_agreement_says_nothing_where_there_is_nothing_to_say() -> None:
    assert agreement({}) is None
    alike = agreement({("act", "act"): 9})
    assert alike is not None
    assert alike.kappa is None
    assert (share(0, of=0).low, share(0, of=0).high) == (0.0, 1.0)


async def test_a_second_look_is_given_with_the_care_of_a_claim(
    rooms: Rooms, team: dict[str, Caller]
) -> None:
    await decided_by(rooms, who=team["one"])
    room = room_of(rooms)
    caring = CareRoom(pool=rooms.pool, keys=rooms.keys, clock=rooms.clock.now, chance=os.urandom)
    await wish(caring, caller=team["two"], avoided=[HarmFamily.SCAMS])
    assert await take(room, caller=team["two"]) is None, "a kind that they don't take"
    await wish(caring, caller=team["two"], avoided=[])
    nothing = replace(room, care=CareRules(per_day=Bound(0, 0)))
    assert await take(nothing, caller=team["two"]) is None, "their day is spent"
    await pause(caring, caller=team["two"])
    with pytest.raises(BreakTaken):
        await take(room, caller=team["two"])
    await end_pause(caring, caller=team["two"])
    assert await take(room, caller=team["two"]) is not None
    ((worked,),) = await rooms.rows(
        "SELECT stint_to IS NOT NULL FROM care_person WHERE person = 'two'"
    )
    assert worked, "a second look is work"
