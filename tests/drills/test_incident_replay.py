"""A 48-hour fault on the synthetic platform: the replay finds exactly what it touched."""

import json
import os
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.drills.incident_world import (
    FAULT_FROM,
    FAULT_TO,
    GUIDELINES,
    LANGUAGES,
    SURFACE,
    FaultyReviewer,
    Misrouting,
    Report,
    World,
    should_wait,
)
from tests.fixtures.deciding import claim
from tests.fixtures.house import Rooms
from tests.fixtures.incidents import items as items_of
from tests.fixtures.incidents import opened, replayed, shown, told_of
from tests.fixtures.site import Site
from tutela.access.keys import Sealed
from tutela.decisions.replays import letters, replaying, requeueing, telling
from tutela.decisions.replays.opening import Opened
from tutela.decisions.replays.reading import fault_of
from tutela.domain.lanes import Lane
from tutela.domain.vocabulary import Role
from tutela.intake.erasure import Erasing, erase
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits

NOTICES = 480
SEED = 20_231_108
URGENCY = list(Lane)


class Killed(Exception):
    """What ends a command in the middle."""


async def named(world: World, *, predicate: dict[str, object], **said: object) -> Opened:
    """The incident of the world's fault."""
    value = {
        "service": "main",
        "what": "what the test did",
        "predicate": predicate,
        **world.fault,
        **said,
    }
    return await opened(world.rooms, named=fault_of(value, now=world.rooms.clock.now()))


async def exactly(world: World, *, incident: Opened, touched: set[str]) -> None:
    """0 missing, 0 extra."""
    found = set(await items_of(world.rooms, incident=incident))
    missing, extra = touched - found, found - touched
    assert (len(missing), len(extra)) == (0, 0)
    assert (await shown(world.rooms, incident=incident)).touched.items == len(touched)


async def test_a_routing_fault_of_48_hours_is_found_exactly_and_made_good(
    web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(web, random.Random(SEED))
    fault = Misrouting(world)
    fault.begin(monkeypatch)
    await world.live(notices=NOTICES)
    monkeypatch.undo()
    touched = [report for report in world.reports if set(report.items) <= fault.touched]
    assert len(fault.touched) >= 10
    incident = await named(world, predicate={"language": [*LANGUAGES], "surface": [SURFACE]})
    await exactly(world, incident=incident, touched=fault.touched)
    wrong = await misplaced(world.rooms, reports=touched)
    assert wrong
    assert await misplaced(world.rooms, reports=world.reports) == wrong
    assert await shared_cases(world.rooms, touched=fault.touched) > 0
    await killed_half_way(world, incident=incident, monkeypatch=monkeypatch)
    after = await replayed(world.rooms, incident=incident)
    assert after.replayed is not None
    assert (after.replayed.requeued, after.replayed.reopened) == (len(fault.touched), 0)
    assert after.replayed.moved >= len(wrong)
    assert await misplaced(world.rooms, reports=world.reports) == []
    assert fault.touched <= await claimed_by_all(world.rooms)
    report = await reconcile.reconcile(
        world.rooms.pool, now=world.rooms.clock.now(), limits=Limits(kinds=(), doors=())
    )
    assert report.received == report.open == NOTICES
    assert {each.check for each in report.faults} <= {"inclusion_late", "refusals_rising"}


async def test_what_a_faulty_reviewer_dismissed_is_asked_about_again_and_persons_are_told_once(
    web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(web, random.Random(SEED + 1))
    reviewer = FaultyReviewer(world)
    await world.live(notices=NOTICES // 2, daily=reviewer.work)
    assert len(reviewer.dismissed) >= 15
    erased = await erase_some(world, dismissed=reviewer.dismissed)
    predicate: dict[str, object] = {
        "guideline_version": [GUIDELINES],
        "automated_decision": ["full"],
    }
    incident = await named(world, predicate=predicate, window="answered")
    await exactly(world, incident=incident, touched=reviewer.dismissed)
    answers = await world.rooms.rows("SELECT * FROM answer ORDER BY notice_id, ordinal")
    await killed_half_way(world, incident=incident, monkeypatch=monkeypatch)
    after = await replayed(world.rooms, incident=incident)
    assert after.replayed is not None
    gone = sum(len(report.items) for report in erased)
    assert (after.replayed.reopened, after.replayed.erased) == (
        len(reviewer.dismissed) - gone,
        gone,
    )
    again = await world.rooms.rows("SELECT id FROM notice WHERE door = 'replay'")
    assert len(again) == after.replayed.reopened
    assert await world.rooms.rows("SELECT * FROM answer ORDER BY notice_id, ordinal") == answers
    assert {f"{notice_id}.0" for (notice_id,) in again} <= await claimed_by_all(world.rooms)
    await told_once(world, incident=incident, reviewer=reviewer, erased=erased)


async def told_once(
    world: World, *, incident: Opened, reviewer: FaultyReviewer, erased: list[Report]
) -> None:
    """Each person whom the world remembers has one message, though telling was killed midway."""
    concerned = [
        report
        for report in world.reports
        if set(report.items) & reviewer.dismissed and report not in erased
    ]
    people = Counter(report.person for report in concerned if report.person is not None)
    assert max(people.values()) > 1
    unnamed = [report for report in concerned if report.person is None]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telling, "PERSONS_AT_ONCE", 3)
        patch.setattr(telling, "letter", dying(letters.letter, after=len(people) // 2))
        with pytest.raises(Killed):
            await told_of(world.rooms, incident=incident)
    after = await told_of(world.rooms, incident=incident)
    assert after.told is not None
    assert after.told.notifiers == len(people)
    assert after.told.unnamed_notices == len(unnamed)
    assert after.told.erased_notices == len(erased)
    sent = await bodies(world.rooms)
    assert len(sent) == after.told.messages == len(people) + len(unnamed)
    told = Counter(notice["notice_id"] for one in sent for notice in one["notices"])
    assert told == Counter(report.id for report in concerned)


async def test_what_came_in_late_is_in_the_fault_of_the_day_it_was_reported(web: Site) -> None:
    world = World(web, random.Random(SEED + 2))
    await world.live(notices=40)
    swallowed = set()
    for number in range(60):
        reported = world.begun + timedelta(hours=96) * number / 60
        notice = {
            "external_id": f"late-{number}",
            "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
            "subjects": [{"kind": "content", "id": f"late-{number}"}],
            "surface": "search-2",
            "submitted_at": reported.isoformat(),
        }
        held_back = FAULT_FROM <= reported - world.begun < FAULT_TO
        came = world.begun + timedelta(hours=95) if held_back else reported
        report = await world.send(notice, at=came)
        if held_back:
            swallowed |= set(report.items)
    world.rooms.clock.ahead = timedelta()
    predicate: dict[str, object] = {"surface": ["search-2"]}
    incident = await named(world, predicate=predicate, window="submitted")
    await exactly(world, incident=incident, touched=swallowed)
    by_receipt = await named(world, predicate=predicate)
    assert set(await items_of(world.rooms, incident=by_receipt)) == set()


async def misplaced(rooms: Rooms, *, reports: list[Report]) -> list[str]:
    """Items that wait behind where they should, or where those can see them who should not."""
    rows = await rooms.rows(
        "SELECT i.notice_id || '.' || i.ordinal, c.lane::text, c.specialist, c.due_at,"
        " n.received_at FROM item i JOIN case_file c ON c.id = i.case_id"
        " JOIN notice n ON n.id = i.notice_id"
    )
    stands = {item: rest for item, *rest in rows}
    wrong = []
    for report in reports:
        lane, specialist = should_wait(report)
        for item in report.items:
            found, is_reserved, due_at, received_at = stands[item]
            is_behind = URGENCY.index(Lane(found)) > URGENCY.index(lane)
            is_late = due_at > received_at + timedelta(hours=72)
            if is_behind or is_late or (specialist and not is_reserved):
                wrong.append(item)
    return wrong


async def shared_cases(rooms: Rooms, *, touched: set[str]) -> int:
    """Cases that hold items which the fault touched beside others."""
    rows = await rooms.rows(
        "SELECT array_agg(notice_id || '.' || ordinal) FROM item GROUP BY case_id"
    )
    return sum(bool(touched & set(items)) and bool(set(items) - touched) for (items,) in rows)


async def claimed_by_all(rooms: Rooms) -> set[str]:
    """The open items of every case that specialists get until the queue is empty."""
    reviewer = await rooms.caller(Role.SPECIALIST)
    cases = []
    while (lease := await claim(rooms, reviewer=reviewer)) is not None:
        cases.append(lease.case_id)
    rows = await rooms.rows(
        "SELECT notice_id || '.' || ordinal FROM item"
        " WHERE case_id = ANY(%(cases)s) AND decision_id IS NULL",
        cases=cases,
    )
    return {item for (item,) in rows}


async def erase_some(world: World, *, dismissed: set[str]) -> list[Report]:
    """Three notices of which the reviewer dismissed everything, erased."""
    erased = [report for report in world.reports if set(report.items) <= dismissed][:3]
    for report in erased:
        ((notice_id,),) = await world.rooms.rows("SELECT %(id)s::uuid", id=report.id)
        erasing = Erasing(notice_id=notice_id, reason="asked for", erased_by="t")
        await erase(
            world.rooms.pool,
            erasing=erasing,
            keys=world.rooms.keys,
            now=world.rooms.clock.now(),
            chance=os.urandom,
        )
    return erased


async def killed_half_way(
    world: World, *, incident: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replay that dies between two of its steps and once in the middle of one."""
    with monkeypatch.context() as patch:
        patch.setattr(replaying, "_reopen", dying(replaying._reopen, after=2))  # noqa: SLF001
        patch.setattr(replaying, "requeue", dying(requeueing.requeue, after=2))
        with pytest.raises(Killed):
            await replayed(world.rooms, incident=incident, items_at_once=5)
    ((done, left),) = await world.rooms.rows(
        "SELECT count(replayed_at), count(*) - count(replayed_at) FROM incident_item"
    )
    assert done > 0
    assert left > 0


def dying(step: Any, *, after: int) -> Any:  # noqa: ANN401 - whatever the step takes and gives
    """The step, until it was taken so often; then what ends a process there."""
    taken = 0

    def step_or_die(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - as the step
        nonlocal taken
        taken += 1
        if taken > after:
            raise Killed
        return step(*args, **named)

    return step_or_die


async def bodies(rooms: Rooms) -> list[dict[str, Any]]:
    """What the platform will be told of the incident."""

    rows = await rooms.rows(
        "SELECT id, sealed_key, sealed_body FROM outbox WHERE kind = 'incident.notified'"
    )
    return [
        json.loads(rooms.keys.open(Sealed(key, body), row=message_id.bytes))
        for message_id, key, body in rows
    ]
