"""What a reviewer sees of a case: what is reported and why, and never who reported it."""

import os
from uuid import UUID

import msgspec
import pytest

from tests.fixtures.bulk import account, ran, room_of
from tests.fixtures.deciding import (
    CHILD,
    action,
    claimed,
    decided,
    dismissal,
    escalation,
    subject,
)
from tests.fixtures.house import Rooms
from tutela.access.tokens import Caller
from tutela.domain.states import CaseState, ItemState
from tutela.domain.vocabulary import Role
from tutela.intake.acknowledgement import Accepted
from tutela.intake.evidence import Evidence, add_evidence
from tutela.review import case_view
from tutela.review.case_view import CasePage, CaseView, Page
from tutela.review.queue import Lease, UnknownCase


async def shown(rooms: Rooms, *, reviewer: Caller, lease: Lease) -> CaseView:
    return await case_view.show_case(
        rooms.pool,
        caller=reviewer,
        case_id=lease.case_id,
        keys=rooms.keys,
        now=rooms.clock.now(),
    )


async def listed(rooms: Rooms, *, reviewer: Caller, page: Page) -> CasePage:
    return await case_view.list_cases(rooms.pool, caller=reviewer, page=page, now=rooms.clock.now())


async def test_a_case_shows_its_items_with_their_subjects_and_notices(rooms: Rooms) -> None:
    post = subject("post-1", url="https://example.social/p/1", account_id="a-7")
    accepted = await rooms.take(
        await rooms.caller(),
        subjects=[post],
        explanation="why",
        keyword="KEYWORD_PHISHING",
        language="de",
        country="DE",
        surface="app",
    )
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    case = await shown(rooms, reviewer=reviewer, lease=lease)
    (item,) = case.items
    assert (item.id, item.state, item.answered_at) == (accepted.items[0].id, ItemState.OPEN, None)
    assert msgspec.to_builtins(item.subject) == post
    notice = item.notice
    assert (notice.id, notice.channel, notice.explanation) == (accepted.id, "user", "why")
    assert (notice.category, notice.keyword) == (
        "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "KEYWORD_PHISHING",
    )
    assert (notice.language, notice.country, notice.surface) == ("de", "DE", "app")
    assert (notice.imminent_danger, notice.possible_minor, notice.erased) == (False, False, False)
    assert (case.state, case.leased, case.signals) == (CaseState.OPEN, True, [])
    assert case.open_items == [item.id]
    assert (case.item_count, case.open_item_count) == (1, 1)


async def test_nothing_tells_a_reviewer_who_gave_notice(rooms: Rooms) -> None:
    notifier = {"name": "N. O. Tifier", "email": "notifier@example.org"}
    await rooms.take(await rooms.caller(), notifier=notifier)
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    seen = msgspec.json.encode(await shown(rooms, reviewer=reviewer, lease=lease)).decode()
    assert "otifi" not in seen.lower()


async def added(rooms: Rooms, *, to: Accepted, text: str) -> None:
    await add_evidence(
        rooms.pool,
        evidence=Evidence(code=to.receipt.code, text=text, key=None),
        keys=rooms.keys,
        now=rooms.clock.now(),
        chance=os.urandom,
    )


async def test_what_a_notifier_added_is_shown_with_its_notice(rooms: Rooms) -> None:
    sender = await rooms.caller()
    first, second = [await rooms.take(sender, subjects=[subject("one")]) for _ in range(2)]
    other = await rooms.take(sender, subjects=[subject("two")])
    for accepted, text in ((first, "token 1"), (second, "token 2"), (other, "token 3")):
        await added(rooms, to=accepted, text=text)
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    case = await shown(rooms, reviewer=reviewer, lease=lease)
    told = [(each.notice_id, each.text) for each in case.evidence]
    assert told == [(second.id, "token 2"), (first.id, "token 1")]
    await rooms.rows("UPDATE evidence SET sealed_key = NULL, sealed_body = NULL")
    case = await shown(rooms, reviewer=reviewer, lease=lease)
    assert [each.text for each in case.evidence] == [None, None]


async def test_open_items_come_first_and_are_listed_by_id(rooms: Rooms) -> None:
    sender = await rooms.caller()
    ids = [(await rooms.take(sender, subjects=[subject("one")])).items[0].id for _ in range(3)]
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    body = dismissal(lease, items=ids[:1])
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    case = await shown(rooms, reviewer=reviewer, lease=lease)
    assert [item.id for item in case.items] == [*ids[1:], ids[0]]
    assert [item.state for item in case.items] == [ItemState.OPEN] * 2 + [ItemState.ANSWERED]
    assert case.open_items == ids[1:]
    assert (case.item_count, case.open_item_count, case.leased) == (3, 2, False)


async def test_a_case_with_very_many_items_shows_the_first_and_lists_the_others(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_view, "ITEMS_SHOWN_MAX", 2)
    sender = await rooms.caller()
    for _ in range(3):
        await rooms.take(sender, subjects=[subject("one")])
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    case = await shown(rooms, reviewer=reviewer, lease=lease)
    assert (len(case.items), len(case.open_items), case.item_count) == (2, 3, 3)


async def test_an_erased_notice_leaves_an_item_that_can_still_be_decided(rooms: Rooms) -> None:
    accepted = await rooms.take(await rooms.caller(), external_id="abc", explanation="why")
    await rooms.rows("UPDATE notice SET sealed_key = NULL, sealed_body = NULL")
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    (item,) = (await shown(rooms, reviewer=reviewer, lease=lease)).items
    assert (item.notice.erased, item.notice.explanation) == (True, None)
    assert msgspec.to_builtins(item.subject) == {
        "kind": "content",
        "id": None,
        "url": None,
        "account_id": None,
    }
    body = dismissal(lease, items=[accepted.items[0].id])
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)


async def test_the_next_reviewer_reads_why_a_case_was_escalated(rooms: Rooms) -> None:
    accepted = await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    body = escalation(lease, items=[accepted.items[0].id])
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    specialist = await rooms.caller(Role.SPECIALIST)
    again = await claimed(rooms, reviewer=specialist)
    (earlier,) = (await shown(rooms, reviewer=specialist, lease=again)).decisions
    assert (earlier.outcome, earlier.explanation) == ("escalate", "possibly a minor")
    with pytest.raises(UnknownCase):
        await shown(rooms, reviewer=reviewer, lease=lease)


async def test_what_was_decided_about_the_same_subject_before_is_shown(rooms: Rooms) -> None:
    sender = await rooms.caller()
    reviewer = await rooms.caller(Role.REVIEWER)
    accepted = await rooms.take(sender, subjects=[subject("one")])
    first = await claimed(rooms, reviewer=reviewer)
    body = action(first, items=[accepted.items[0].id], on=subject("one"))
    await decided(rooms, reviewer=reviewer, lease=first, body=body)
    await rooms.take(sender, subjects=[subject("one")])
    await rooms.take(sender, subjects=[subject("two")])
    again = await claimed(rooms, reviewer=reviewer)
    (earlier,) = (await shown(rooms, reviewer=reviewer, lease=again)).decisions
    assert (earlier.case_id, earlier.outcome) == (str(first.case_id), "act")
    assert (earlier.facts, earlier.ground) == ("what was found", "illegal")
    await rooms.rows("UPDATE decision SET sealed_key = NULL, sealed_body = NULL")
    (erased,) = (await shown(rooms, reviewer=reviewer, lease=again)).decisions
    assert (erased.facts, erased.explanation, erased.outcome) == (None, None, "act")


async def test_what_specialists_decided_about_a_child_is_not_shown_to_others(
    rooms: Rooms,
) -> None:
    sender = await rooms.caller()
    accepted = await rooms.take(sender, category=CHILD, subjects=[subject("one")])
    specialist = await rooms.caller(Role.SPECIALIST)
    first = await claimed(rooms, reviewer=specialist)
    body = dismissal(first, items=[accepted.items[0].id])
    await decided(rooms, reviewer=specialist, lease=first, body=body)
    await rooms.take(sender, subjects=[subject("one")])
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    assert (await shown(rooms, reviewer=reviewer, lease=lease)).decisions == []
    assert len((await shown(rooms, reviewer=specialist, lease=lease)).decisions) == 1


async def test_a_case_is_decided_until_everything_is_delivered_and_closed_then(
    rooms: Rooms,
) -> None:
    accepted = await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    body = dismissal(lease, items=[accepted.items[0].id])
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    assert (await shown(rooms, reviewer=reviewer, lease=lease)).state is CaseState.DECIDED
    await rooms.rows("UPDATE outbox SET done_at = now()")
    case = await shown(rooms, reviewer=reviewer, lease=lease)
    assert (case.state, case.closed_at is None) == (CaseState.CLOSED, False)


async def test_a_list_is_paged_to_its_end_without_a_gap(rooms: Rooms) -> None:
    sender = await rooms.caller()
    for _ in range(5):
        await rooms.take(sender)
    reviewer = await rooms.caller(Role.REVIEWER)
    seen: list[str] = []
    after = None
    while True:
        page = await listed(rooms, reviewer=reviewer, page=Page(limit=2, after=after))
        seen += [case.id for case in page.cases]
        if page.next is None:
            break
        after = UUID(page.next)
    stored = await rooms.rows("SELECT id::text FROM case_file ORDER BY id")
    assert seen == [case_id for (case_id,) in stored]


async def test_a_list_can_be_of_open_or_of_closed_cases(rooms: Rooms) -> None:
    sender = await rooms.caller()
    reviewer = await rooms.caller(Role.REVIEWER)
    accepted = await rooms.take(sender)
    lease = await claimed(rooms, reviewer=reviewer)
    body = dismissal(lease, items=[accepted.items[0].id])
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    await rooms.take(sender)
    await rooms.take(sender, category=CHILD)
    sizes = {}
    for state in ("open", "closed", None):
        page = await listed(rooms, reviewer=reviewer, page=Page(limit=10, state=state))
        sizes[state] = len(page.cases)
        if state == "closed":
            assert [case.id for case in page.cases] == [str(lease.case_id)]
    assert sizes == {"open": 1, "closed": 1, None: 2}


async def test_a_decision_among_many_and_its_undoing_are_shown_as_earlier_ones(
    rooms: Rooms,
) -> None:
    lead = await rooms.caller(Role.LEAD)
    sent = await ran(room_of(rooms), caller=lead, lines=[account("a-1")])
    await rooms.take(await rooms.caller(), subjects=[{"kind": "account", "id": "a-1"}])
    lease = await claimed(rooms, reviewer=lead)
    (earlier,) = (await shown(rooms, reviewer=lead, lease=lease)).decisions
    assert (earlier.case_id, earlier.bulk_id, earlier.undone_at) == (None, str(sent.id), None)
    assert earlier.facts == "what was found about a-1"
    await rooms.rows("UPDATE decision SET undone_at = now()")
    (undone,) = (await shown(rooms, reviewer=lead, lease=lease)).decisions
    assert undone.undone_at is not None
