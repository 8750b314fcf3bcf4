"""A replay brings each touched item before a reviewer, changes no answer, and does it once."""

import asyncio
import json
import os
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.fixtures.deciding import (
    CHILD,
    SCAM,
    at_work,
    claim,
    claimed,
    decided,
    dismissal,
    escalation,
    held,
    subject,
)
from tests.fixtures.house import Rooms, id_of
from tests.fixtures.incidents import fault, ids, opened, replay_room, replayed, shown
from tutela.access.keys import Sealed
from tutela.decisions.replays.answers import Replayed
from tutela.decisions.replays.opening import Opened
from tutela.decisions.replays.replaying import replay
from tutela.domain.vocabulary import Channel, Role
from tutela.intake.acknowledgement import Accepted
from tutela.intake.door import Acknowledged
from tutela.intake.erasure import Erasing, erase
from tutela.intake.preparation import PreparedNotice, open_body
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits
from tutela.review import queue
from tutela.review.queue import StaleLease

QUIET = Limits(kinds=(), doors=())


class Killed(Exception):
    """What ends a replay in the middle."""


ALL = Replayed(requeued=0, reopened=0, stands=0, erased=0, moved=0)


async def cases(rooms: Rooms) -> list[tuple[Any, ...]]:
    return await rooms.rows(
        "SELECT family, lane::text, specialist, flagged, due_at, closed_at IS NULL,"
        " lease_token IS NULL FROM case_file ORDER BY opened_at, id"
    )


async def misroute(rooms: Rooms, *, where: str = "true") -> None:
    """What the fault does to cases."""
    await rooms.rows(
        "UPDATE case_file SET lane = 'general', specialist = false, flagged = false,"
        f" due_at = due_at + interval '60 days' WHERE {where}"
    )


async def dismissed(rooms: Rooms, *, accepted: Accepted, **said: object) -> None:
    """A reviewer who dismisses the only case there is."""
    reviewer = await rooms.caller(Role.SPECIALIST)
    lease = await claimed(rooms, reviewer=reviewer)
    body = dismissal(lease, items=ids(accepted), **said)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)


async def test_open_items_wait_where_intake_would_put_them_and_keep_their_age(rooms: Rooms) -> None:
    users = await rooms.caller()
    await rooms.take(users, category=CHILD)
    await rooms.take(users, imminent_danger=True)
    await rooms.take(users)
    await rooms.take(await rooms.caller(channels=(Channel.TRUSTED_FLAGGER,)))
    right = await cases(rooms)
    await misroute(rooms)
    incident = await opened(rooms, named=fault(rooms))
    lease = await claimed(rooms, reviewer=await rooms.caller(Role.REVIEWER))
    after = await replayed(rooms, incident=incident)
    assert await cases(rooms) == right
    assert after.replayed == replace_counts(requeued=4, moved=4)
    assert lease is not None


async def test_a_lease_on_a_misrouted_case_ends(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller(), category=CHILD)
    await misroute(rooms)
    incident = await opened(rooms, named=fault(rooms))
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    await replayed(rooms, incident=incident)
    with pytest.raises((StaleLease, queue.UnknownCase)):
        await queue.renew(rooms.pool, caller=reviewer, held=held(lease), now=rooms.clock.now())
    assert await claim(rooms, reviewer=reviewer) is None
    assert await claim(rooms, reviewer=await rooms.caller(Role.SPECIALIST)) is not None


async def test_an_item_of_another_harm_goes_to_the_case_of_its_own(rooms: Rooms) -> None:
    users = await rooms.caller()
    same = {"subjects": [subject("shared")]}
    child = await rooms.take(users, category=CHILD, language="de", **same)
    await rooms.rows("UPDATE case_file SET family = 'scams', lane = 'general', specialist = false")
    scam = await rooms.take(users, category=SCAM, language="fr", **same)
    incident = await opened(rooms, named=fault(rooms, predicate={"language": ["de"]}))
    assert await families(rooms) == {ids(child)[0]: "scams", ids(scam)[0]: "scams"}
    after = await replayed(rooms, incident=incident)
    assert await families(rooms) == {ids(child)[0]: "child_safety", ids(scam)[0]: "scams"}
    assert after.replayed == replace_counts(requeued=1, moved=1)
    report = await reconcile.reconcile(rooms.pool, now=rooms.clock.now(), limits=QUIET)
    assert report.ok


async def test_an_open_item_in_a_closed_case_or_among_probes_comes_back(rooms: Rooms) -> None:
    users = await rooms.caller()
    await rooms.take(users)
    await rooms.rows("UPDATE case_file SET closed_at = now()")
    await rooms.take(users)
    await rooms.rows("UPDATE case_file SET mark = 'canary' WHERE closed_at IS NULL")
    incident = await opened(rooms, named=fault(rooms))
    before = await reconcile.reconcile(rooms.pool, now=rooms.clock.now(), limits=QUIET)
    assert {each.check for each in before.faults} == {"open_item_in_closed_case", "marks_mixed"}
    await replayed(rooms, incident=incident)
    after = await reconcile.reconcile(rooms.pool, now=rooms.clock.now(), limits=QUIET)
    assert after.ok
    reviewer = await rooms.caller(Role.REVIEWER)
    assert [await claim(rooms, reviewer=reviewer) is not None for _ in range(3)] == [
        True,
        True,
        False,
    ]


async def test_a_case_is_placed_by_all_it_holds_and_others_stay_in_it(rooms: Rooms) -> None:
    users = await rooms.caller()
    same = {"subjects": [subject("shared")], "category": SCAM}
    await rooms.take(users, language="de", **same)
    await rooms.take(users, language="fr", imminent_danger=True, **same)
    right = await cases(rooms)
    await misroute(rooms)
    incident = await opened(rooms, named=fault(rooms, predicate={"language": ["de"]}))
    after = await replayed(rooms, incident=incident)
    assert after.replayed == replace_counts(requeued=1, moved=1)
    assert await cases(rooms) == right


async def test_what_was_escalated_stays_with_specialists(rooms: Rooms) -> None:
    reviewer, lease, named = await at_work(rooms)
    body = escalation(lease, items=named)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    incident = await opened(rooms, named=fault(rooms))
    await replayed(rooms, incident=incident)
    ((_, _, specialist, *_),) = await cases(rooms)
    assert specialist


async def test_an_answered_item_is_asked_about_again_and_its_answer_stays(rooms: Rooms) -> None:
    flagger = await rooms.caller(channels=(Channel.TRUSTED_FLAGGER,))
    said = {"explanation": "token 4f1c", "notifier": {"email": "a@example.org"}}
    first = await rooms.take(
        flagger, subjects=[subject("p-1", account_id="a-7")], surface="app", language="de", **said
    )
    await dismissed(rooms, accepted=first)
    answers = await rooms.rows("SELECT * FROM answer")
    incident = await opened(rooms, named=fault(rooms, window="answered"))
    after = await replayed(rooms, incident=incident)
    assert after.replayed == replace_counts(reopened=1)
    assert await rooms.rows("SELECT * FROM answer") == answers
    ((again, channel, surface, sender),) = await rooms.rows(
        "SELECT id, channel, surface, sender FROM notice WHERE door = 'replay'"
    )
    assert (channel, surface, sender) == ("internal", None, "replay")
    assert (await rooms.rows("SELECT reopened_as FROM incident_item"))[0] == (again,)
    told = await body_of(rooms, notice_id=again)
    assert told["subjects"] == [{"kind": "content", "id": "p-1", "account_id": "a-7"}]
    assert ids(first)[0] in told["explanation"]
    assert "4f1c" not in json.dumps(told)
    assert "example.org" not in json.dumps(told)
    done, asked = await cases(rooms)
    assert (asked[1], asked[4]) == ("flagged", done[4])
    assert await claim(rooms, reviewer=await rooms.caller(Role.REVIEWER)) is not None
    report = await reconcile.reconcile(rooms.pool, now=rooms.clock.now(), limits=QUIET)
    assert (report.ok, report.received, report.open, report.answered) == (True, 2, 1, 1)


@pytest.mark.parametrize(
    ("reopen", "hours", "made"),
    [
        ("within", 0, {"reopened": 1}),
        ("within", 3, {"stands": 1}),
        ("all", 3, {"reopened": 1}),
        ("none", 0, {"stands": 1}),
    ],
)
async def test_which_answers_are_looked_at_again_is_said_with_the_fault(
    rooms: Rooms, reopen: str, hours: int, made: dict[str, int]
) -> None:
    await dismissed(rooms, accepted=await rooms.take(await rooms.caller()))
    await rooms.rows(f"UPDATE item SET answered_at = answered_at + interval '{hours} hours'")
    incident = await opened(rooms, named=fault(rooms, reopen=reopen))
    assert (await replayed(rooms, incident=incident)).replayed == replace_counts(**made)
    assert len(await rooms.rows("SELECT 1 FROM notice")) == 1 + made.get("reopened", 0)


async def test_an_erased_notice_is_counted_and_not_guessed_at(rooms: Rooms) -> None:
    accepted = await rooms.take(await rooms.caller())
    await dismissed(rooms, accepted=accepted)
    erasing = Erasing(notice_id=id_of(accepted), reason="asked for", erased_by="t")
    await erase(
        rooms.pool, erasing=erasing, keys=rooms.keys, now=rooms.clock.now(), chance=os.urandom
    )
    incident = await opened(rooms, named=fault(rooms))
    assert (await replayed(rooms, incident=incident)).replayed == replace_counts(erased=1)


async def test_what_is_answered_between_opening_and_replay_is_looked_at_again(rooms: Rooms) -> None:
    accepted = await rooms.take(await rooms.caller())
    incident = await opened(rooms, named=fault(rooms))
    await dismissed(rooms, accepted=accepted)
    assert (await shown(rooms, incident=incident)).touched.open == 1
    assert (await replayed(rooms, incident=incident)).replayed == replace_counts(reopened=1)


async def test_a_replay_that_was_killed_goes_on_and_does_nothing_twice(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = await half_answered(rooms, count=12)
    commit, left = rooms.intake.commit, 4

    async def dying(prepared: PreparedNotice) -> Acknowledged:
        nonlocal left
        done = await commit(prepared)
        left -= 1
        if left < 0:
            raise Killed
        return done

    for _ in range(2):
        left = 1
        monkeypatch.setattr(rooms.intake, "commit", dying)
        with pytest.raises(Killed):
            await replayed(rooms, incident=incident, items_at_once=5)
        assert (await shown(rooms, incident=incident)).state == "opened"
    monkeypatch.undo()
    after = await replayed(rooms, incident=incident, items_at_once=5)
    assert after.replayed == replace_counts(requeued=6, reopened=6)
    again = await rooms.rows("SELECT reopened_as FROM incident_item WHERE reopened_as IS NOT NULL")
    assert (
        len(set(again)) == len(await rooms.rows("SELECT 1 FROM notice WHERE door = 'replay'")) == 6
    )
    assert await replayed(rooms, incident=incident) == after
    ((content,),) = await rooms.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'incident.replayed'"
    )
    figures = msgspec.json.decode(content)["projection"]
    assert figures == {"incident": str(incident.id), **msgspec.to_builtins(after.replayed)}


async def test_two_replays_at_once_share_the_work(rooms: Rooms) -> None:
    incident = await half_answered(rooms, count=12)
    room = replay_room(rooms, items_at_once=2)
    await asyncio.gather(
        *(
            replay(room, tenant="main", incident_id=incident.id, progress=lambda *_: None)
            for _ in range(2)
        )
    )
    after = await replayed(rooms, incident=incident)
    assert after.replayed == replace_counts(requeued=6, reopened=6)
    assert len(await rooms.rows("SELECT 1 FROM notice WHERE door = 'replay'")) == 6


async def test_a_replay_and_intake_and_reviewers_do_not_hinder_each_other(rooms: Rooms) -> None:
    users = await rooms.caller()
    named = [subject(f"p-{number}") for number in range(6)]
    for number in range(12):
        await rooms.take(users, category=CHILD, subjects=named[number % 6 :])
    await rooms.rows("UPDATE case_file SET family = 'scams', specialist = false")
    incident = await opened(rooms, named=fault(rooms))
    reviewer = await rooms.caller(Role.SPECIALIST)

    async def flood() -> None:
        for number in range(12):
            await rooms.take(users, category=(CHILD, SCAM)[number % 2], subjects=named[::-1])

    async def review() -> None:
        for _ in range(6):
            await claim(rooms, reviewer=reviewer, now=rooms.clock.now() + timedelta(hours=1))

    await asyncio.gather(replayed(rooms, incident=incident, items_at_once=4), flood(), review())
    assert (await shown(rooms, incident=incident)).state == "replayed"
    report = await reconcile.reconcile(rooms.pool, now=rooms.clock.now(), limits=QUIET)
    assert report.faults == []


async def half_answered(rooms: Rooms, *, count: int) -> Opened:
    """An incident of so many items, half of them answered."""
    users = await rooms.caller()
    taken = [await rooms.take(users) for _ in range(count)]
    reviewer = await rooms.caller(Role.SPECIALIST)
    for _ in range(count // 2):
        lease = await claimed(rooms, reviewer=reviewer)
        named = await rooms.rows(
            "SELECT notice_id || '.0' FROM item WHERE case_id = %(id)s", id=lease.case_id
        )
        body = dismissal(lease, items=[named[0][0]])
        await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    assert len(taken) == count
    return await opened(rooms, named=fault(rooms))


async def families(rooms: Rooms) -> dict[str, str]:
    rows = await rooms.rows(
        "SELECT i.notice_id || '.' || i.ordinal, c.family FROM item i"
        " JOIN case_file c ON c.id = i.case_id AND c.closed_at IS NULL"
    )
    return {str(item): str(family) for item, family in rows}


async def body_of(rooms: Rooms, *, notice_id: UUID) -> dict[str, Any]:

    ((key, sealed),) = await rooms.rows(
        "SELECT sealed_key, sealed_body FROM notice WHERE id = %(id)s", id=notice_id
    )
    opened_body = open_body(Sealed(key, sealed), notice_id=notice_id, keys=rooms.keys)
    found: dict[str, Any] = json.loads(opened_body)
    return found


def replace_counts(**counts: int) -> Replayed:
    """What a replay made, all else nothing."""
    return msgspec.structs.replace(ALL, **counts)
