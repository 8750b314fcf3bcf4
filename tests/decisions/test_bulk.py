"""Many subjects on one ground: each has its own decision, and what needs a person comes to one."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.bulk import (
    account,
    accounts,
    head,
    looked_at,
    ran,
    room_of,
    send,
    started,
)
from tests.fixtures.governing import person
from tests.fixtures.house import Rooms
from tutela.access.keys import Sealed
from tutela.access.persons import SamePerson
from tutela.decisions.bulk import steering
from tutela.decisions.bulk.running import run_due
from tutela.decisions.bulk.steering import NeedsSecondPerson, Order
from tutela.domain.states import IllegalTransition
from tutela.domain.vocabulary import Role
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits

COUNTS = """
SELECT (SELECT count(*) FROM decision), (SELECT count(*) FROM statement),
    (SELECT count(*) FROM measure), (SELECT count(*) FROM outbox),
    (SELECT count(*) FROM ledger_leaf WHERE fact_type = 'decision.taken')
"""


async def opened(rooms: Rooms, *, query: str) -> list[dict[str, Any]]:
    return [
        json.loads(rooms.keys.open(Sealed(key, body), row=row_id.bytes))
        for row_id, key, body in await rooms.rows(query)
    ]


async def test_each_subject_has_its_own_decision_and_all_that_follows(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    sent = await ran(room, caller=lead, lines=accounts(3))
    assert await rooms.rows(COUNTS) == [(3, 3, 3, 6, 3)]
    shown = await looked_at(room, caller=lead, bulk_id=sent.id)
    assert (shown.state, shown.counts["decided"], shown.preview) == ("done", 3, None)
    statements = await opened(rooms, query="SELECT id, sealed_key, sealed_body FROM statement")
    assert {(each["recipient"], each["facts"]) for each in statements} == {
        (f"a-{number}", f"what was found about a-{number}") for number in range(3)
    }
    report = await reconcile.reconcile(
        rooms.pool, now=rooms.clock.now(), limits=Limits(kinds=(), doors=(), canary_seconds_max=1e9)
    )
    assert report.faults == []


async def test_what_was_decided_is_a_decision_as_any_other(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    sent = await ran(room, caller=lead, lines=[account("nobody", external_id="x-1")])
    ((bulk_id, case_id, items, decided_by),) = await rooms.rows(
        "SELECT bulk_id, case_id, item_count, decided_by FROM decision"
    )
    assert (bulk_id, case_id, items, decided_by) == (sent.id, None, 0, str(lead.token_id))
    apply, issued = await opened(
        rooms, query="SELECT id, sealed_key, sealed_body FROM outbox ORDER BY place"
    )
    assert (apply["type"], apply["kind"], apply["revision"], apply["bulk_id"]) == (
        "measure.apply",
        "account_terminated",
        1,
        str(sent.id),
    )
    assert (issued["type"], issued["measure_ids"]) == ("statement.issued", [apply["measure_id"]])
    ((leaf,),) = await rooms.rows("SELECT content FROM ledger_leaf WHERE fact_type <> 'x'")
    projection = json.loads(leaf)["projection"]
    assert (projection["bulk"], projection["items"]) == (str(sent.id), 0)
    assert b"nobody" not in leaf


async def test_what_a_line_said_is_kept_by_its_decision_alone(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    await ran(room, caller=lead, lines=accounts(2))
    kept = await rooms.rows("SELECT DISTINCT state, sealed_key, sealed_body FROM bulk_subject")
    assert kept == [("decided", None, None)]


async def test_the_preview_says_what_it_would_do(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    await rooms.take(await rooms.caller(), subjects=[{"kind": "account", "id": "a-2"}])
    await ran(room, caller=lead, lines=[account("a-1")])
    today = rooms.clock.now()
    lines = [
        account("a-1", country="DE", account_created_at=today.isoformat()),
        account("a-2", country="DE"),
        account("a-3", country="FR", possible_minor=True),
    ]
    sent = await send(room, caller=lead, lines=[head(), *lines], key="batch-2")
    shown = await looked_at(room, caller=lead, bulk_id=sent.id)
    preview = shown.preview
    assert preview is not None
    assert (shown.state, shown.subjects, shown.needs_second_person) == ("previewed", 3, False)
    assert (preview.decided_before, preview.open_cases, preview.open_complaints) == (1, 1, None)
    assert [(each.name, each.subjects) for each in preview.by_country] == [("DE", 2), ("FR", 1)]
    assert {each.name: each.subjects for each in preview.by_account_age} == {
        "unknown": 2,
        "under_7_days": 1,
    }
    assert [(each.name, each.subjects) for each in preview.would_be_held_back] == [
        ("possible_minor", 1)
    ]
    assert {each.subject.id for each in preview.sample} == {"a-1", "a-2", "a-3"}
    again = (await looked_at(room, caller=lead, bulk_id=sent.id)).preview
    assert again is not None
    assert again.sample == preview.sample


async def test_a_possible_child_and_a_matter_of_specialists_come_to_a_person(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    await rooms.take(
        await rooms.caller(),
        subjects=[{"kind": "account", "id": "a-2"}],
        possible_minor={"account_holder": True},
    )
    lines = [account("a-1", possible_minor=True), account("a-2"), account("a-3")]
    sent = await ran(room, caller=lead, lines=lines)
    shown = await looked_at(room, caller=lead, bulk_id=sent.id)
    assert (shown.state, shown.counts["decided"], shown.counts["held_back"]) == ("done", 1, 2)
    assert [(each.why, each.subjects) for each in shown.reasons] == [
        ("possible_minor", 1),
        ("specialist_case", 1),
    ]
    told = await rooms.rows(
        "SELECT channel, door, possible_minor FROM notice WHERE channel = 'internal' ORDER BY 3"
    )
    assert told == [("internal", "bulk", False), ("internal", "bulk", True)]
    specialist = await rooms.rows("SELECT count(*) FROM case_file WHERE specialist")
    assert specialist == [(2,)]
    left = await rooms.rows("SELECT 1 FROM bulk_subject WHERE sealed_key IS NOT NULL")
    assert left == []


async def test_what_the_platform_says_of_accounts_counts(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    sent = await send(room, caller=lead, lines=[head(), *accounts(3)])
    await rooms.rows(
        """
        INSERT INTO platform_account
            (tenant, service, subject_key, mark, at, country, minor, language)
        SELECT tenant, service, subject_key, 'real', now(), 'FR',
            CASE place WHEN (SELECT min(place) FROM bulk_subject) THEN 'yes' ELSE 'no' END, 'fr'
        FROM bulk_subject WHERE place < (SELECT max(place) FROM bulk_subject)
        """
    )
    preview = (await looked_at(room, caller=lead, bulk_id=sent.id)).preview
    assert preview is not None
    assert (preview.not_found, preview.would_be_held_back[0].subjects) == (1, 1)
    assert {each.name: each.subjects for each in preview.by_country} == {"FR": 2, "unknown": 1}
    await started(room, caller=lead, sent=sent)
    await run_due(room)
    issued = await opened(
        rooms,
        query="SELECT id, sealed_key, sealed_body FROM outbox WHERE kind = 'statement.issued'",
    )
    told = {each["statement"]["recipient"]: each["text"]["language"] for each in issued}
    assert told == {"a-1": "fr", "a-2": "en"}


async def test_whoever_may_not_be_told_yet_is_taken_out(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    await ran(room, caller=lead, lines=accounts(2))
    await rooms.rows(
        "UPDATE decision SET withheld_basis = 'b', withheld_until = now() + interval '1 day'"
        " WHERE subject_key = (SELECT max(subject_key) FROM decision)"
    )
    sent = await send(room, caller=lead, lines=[head(), *accounts(2)], key="batch-2")
    await started(room, caller=lead, sent=sent)
    await run_due(room)
    shown = await looked_at(room, caller=lead, bulk_id=sent.id)
    assert [(each.why, each.subjects) for each in shown.reasons] == [("withheld_notification", 1)]


async def test_two_tokens_of_one_person_are_one_person(rooms: Rooms) -> None:
    one, again = await person(rooms, name="lead-1"), await person(rooms, name="lead-1")
    room = room_of(rooms, alone_max=1)
    sent = await send(room, caller=one, lines=[head(), *accounts(2)])
    with pytest.raises(NeedsSecondPerson):
        await started(room, caller=one, sent=sent)
    with pytest.raises(SamePerson):
        await steering.approve(room, order=Order(caller=again, bulk_id=sent.id))
    second = await person(rooms, name="lead-2")
    await steering.approve(room, order=Order(caller=second, bulk_id=sent.id))


async def test_above_the_set_size_a_second_person_agrees_first(rooms: Rooms) -> None:
    lead, second = await rooms.caller(Role.LEAD), await rooms.caller(Role.LEAD)
    room = room_of(rooms, alone_max=1)
    sent = await send(room, caller=lead, lines=[head(), *accounts(2)])
    with pytest.raises(NeedsSecondPerson):
        await started(room, caller=lead, sent=sent)
    with pytest.raises(SamePerson):
        await steering.approve(room, order=Order(caller=lead, bulk_id=sent.id))
    await steering.approve(room, order=Order(caller=second, bulk_id=sent.id))
    await started(room, caller=lead, sent=sent)
    await run_due(room)
    shown = await looked_at(room, caller=lead, bulk_id=sent.id)
    assert (shown.state, shown.approved_by) == ("done", str(second.token_id))


async def test_nothing_runs_that_nobody_has_looked_at_as_large_as_it_is(rooms: Rooms) -> None:
    lead, second = await rooms.caller(Role.LEAD), await rooms.caller(Role.LEAD)
    room = room_of(rooms, alone_max=1)
    sent = await send(room, caller=lead, lines=[head(), *accounts(2)])
    order = Order(caller=lead, bulk_id=sent.id)
    with pytest.raises(IllegalTransition):
        await steering.start(room, order=order, said=steering.BulkStart())
    await looked_at(room, caller=lead, bulk_id=sent.id)
    await steering.approve(room, order=Order(caller=second, bulk_id=sent.id))
    await send(room, caller=lead, lines=[account("a-9")])
    with pytest.raises(IllegalTransition):
        await steering.start(room, order=order, said=steering.BulkStart())
    shown = await looked_at(room, caller=lead, bulk_id=sent.id)
    assert (shown.subjects, shown.approved_by) == (3, None)


async def test_it_stops_between_subjects_and_goes_on_where_it_stopped(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    sent = await send(room, caller=lead, lines=[head(), *accounts(5)])
    await started(room, caller=lead, sent=sent, rate=2)
    await run_due(room)
    order = Order(caller=lead, bulk_id=sent.id)
    await steering.stop(room, order=order)
    rooms.clock.ahead += timedelta(seconds=2)
    await run_due(room)
    paused = await looked_at(room, caller=lead, bulk_id=sent.id)
    assert (paused.state, paused.counts["decided"]) == ("paused", 2)
    await steering.start(room, order=order, said=steering.BulkStart())
    await run_due(room)
    shown = await looked_at(room, caller=lead, bulk_id=sent.id)
    assert (shown.state, shown.counts["decided"]) == ("done", 5)
    assert await rooms.rows("SELECT count(*), count(DISTINCT subject_key) FROM decision") == [
        (5, 5)
    ]


async def test_a_rate_is_kept_over_the_rounds(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    sent = await send(room, caller=lead, lines=[head(), *accounts(5)])
    await started(room, caller=lead, sent=sent, rate=2)
    seen = []
    for _ in range(4):
        seen.append(await run_due(room))
        rooms.clock.ahead += timedelta(seconds=2)
    assert seen == [2, 2, 1, 0]


async def test_a_subject_that_cannot_be_read_stops_no_other(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    sent = await send(room, caller=lead, lines=[head(), *accounts(3)])
    await rooms.rows(
        "UPDATE bulk_subject SET sealed_body = sealed_key"
        " WHERE place = (SELECT min(place) FROM bulk_subject)"
    )
    await started(room, caller=lead, sent=sent)
    await run_due(room)
    shown = await looked_at(room, caller=lead, bulk_id=sent.id)
    assert (shown.state, shown.counts["decided"], shown.counts["refused"]) == ("done", 2, 1)
    assert [each.why for each in shown.reasons] == ["seal_broken"]


async def test_the_whole_is_taken_back_and_what_was_left_is_never_decided(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    sent = await send(room, caller=lead, lines=[head(), *accounts(5)])
    await started(room, caller=lead, sent=sent, rate=3)
    await run_due(room)
    recall = steering.BulkRecall(reason="a wrong list", rate_per_second=2)
    await steering.recall(room, order=Order(caller=lead, bulk_id=sent.id), said=recall)
    assert await run_due(room) == 2
    rooms.clock.ahead += timedelta(seconds=2)
    await run_due(room)
    rooms.clock.ahead += timedelta(seconds=2)
    await run_due(room)
    shown = await looked_at(room, caller=lead, bulk_id=sent.id)
    assert (shown.state, shown.undone_by) == ("undone", str(lead.token_id))
    assert (shown.counts["undone"], shown.counts["pending"]) == (3, 2)
    assert await rooms.rows("SELECT count(*) FROM decision WHERE undone_at IS NULL") == [(0,)]
    told = await opened(
        rooms, query="SELECT id, sealed_key, sealed_body FROM outbox WHERE kind = 'measure.undo'"
    )
    assert {(each["revision"], each["reason"]) for each in told} == {(2, "undone")}
    assert len(told) == 3


async def test_workers_side_by_side_decide_each_subject_once(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    lines = [account(f"a-{number}", possible_minor=number % 2 == 0) for number in range(6)]
    sent = await send(room, caller=lead, lines=[head(), *lines])
    await started(room, caller=lead, sent=sent)
    await asyncio.gather(*(run_due(room) for _ in range(4)))
    await run_due(room)
    assert await rooms.rows("SELECT count(*), count(DISTINCT subject_key) FROM decision") == [
        (3, 3)
    ]
    assert await rooms.rows("SELECT count(*) FROM notice") == [(3,)]


async def test_a_lost_decision_or_notice_of_many_is_found(rooms: Rooms) -> None:
    lead, room = await rooms.caller(Role.LEAD), room_of(rooms)
    sent = await ran(room, caller=lead, lines=[account("a-1"), account("a-2", possible_minor=True)])
    limits = Limits(kinds=(), doors=(), canary_seconds_max=1e9)
    report = await reconcile.reconcile(rooms.pool, now=rooms.clock.now(), limits=limits)
    assert report.faults == []
    await rooms.rows("UPDATE bulk_subject SET notice_id = decision_id WHERE why IS NULL")
    await rooms.rows("UPDATE bulk_subject SET notice_id = NULL WHERE why IS NOT NULL")
    report = await reconcile.reconcile(rooms.pool, now=rooms.clock.now(), limits=limits)
    found = [(each.id, each.detail) for fault in report.faults for each in fault.found]
    assert found == [(str(sent.id), "2 subjects")]
