"""One commit: the decision and everything that follows from it."""

import json
from datetime import date
from uuid import UUID

from tests.fixtures.deciding import (
    POST,
    action,
    at_work,
    claimed,
    decided,
    dismissal,
    escalation,
    subject,
)
from tests.fixtures.house import Rooms
from tutela.access.keys import Sealed
from tutela.decisions.decide import Decided
from tutela.domain import canonical
from tutela.domain.vocabulary import Channel, Role
from tutela.ledger import receipts
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES, commitment

SEALED = "SELECT id, sealed_key, sealed_body FROM"
#: What Article 17(3) asks for, of `acted`.
STATEMENT = {
    "recipient": "a-7",
    "subject": {"kind": "content", "id": "post-1", "url": None, "account_id": None},
    "restrictions": [{"kind": "visibility_removed", "text": None}],
    "territory": ["DE"],
    "applies_from": "2026-11-21",
    "until": None,
    "facts": "what was found",
    "source": "article_16",
    "automated_detection": True,
    "automated_decision": "partial",
    "reasons": {
        "ground": "illegal",
        "explanation": "why that is illegal",
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "keyword": "KEYWORD_PHISHING",
        "legal_ground": "Act 1, section 2",
        "terms_clause": None,
        "terms_version": None,
        "also_illegal": None,
        "terms_in_force_from": None,
        "terms_url": None,
    },
    "redress": [
        "internal_complaint",
        "out_of_court_dispute_settlement",
        "judicial_redress",
    ],
    "complaint_window_months": 6,
    "content": {
        "types": ["text"],
        "types_other": None,
        "date": "2026-11-20",
        "language": "de",
        "id": None,
    },
    "account_type": "private",
}


async def acted(rooms: Rooms, **fields: object) -> Decided:
    reviewer, lease, items = await at_work(rooms)
    body = action(lease, items=items, on=subject("post-1"), **fields)
    return await decided(rooms, reviewer=reviewer, lease=lease, body=body)


async def opened(rooms: Rooms, *, query: str) -> list[dict[str, object]]:
    """Sealed bodies that a query of (id, key, body) finds."""
    return [
        json.loads(rooms.keys.open(Sealed(key, body), row=row_id.bytes))
        for row_id, key, body in await rooms.rows(query)
    ]


async def messages(rooms: Rooms) -> list[dict[str, object]]:
    return await opened(rooms, query=f"{SEALED} outbox ORDER BY place")


async def test_a_dismissed_item_is_answered_and_the_case_is_closed(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    body = dismissal(lease, items=items)
    answer = await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    assert (answer.answered, answer.statements) == (items, [])
    stored = await rooms.rows("SELECT closed_at IS NOT NULL, lease_token FROM case_file")
    assert stored == [(True, None)]
    answers = await rooms.rows("SELECT outcome, ground, decision_id::text FROM answer")
    assert answers == [("dismiss", None, answer.id)]
    (told,) = await messages(rooms)
    assert (told["type"], told["explanation"]) == (
        "notice.answered",
        "nothing here breaks a rule",
    )


async def test_other_items_of_the_case_stay_open_and_the_case_is_anybodys(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    later = await rooms.take(await rooms.caller(), subjects=[POST])
    body = dismissal(lease, items=items)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    open_items = await rooms.rows("SELECT notice_id::text FROM item WHERE decision_id IS NULL")
    assert open_items == [(later.id,)]
    again = await claimed(rooms, reviewer=await rooms.caller(Role.REVIEWER))
    assert again.case_id == lease.case_id


async def test_an_escalated_case_keeps_its_items_and_goes_to_specialists(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    body = escalation(lease, items=items)
    answer = await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    assert (answer.answered, answer.statements) == ([], [])
    stored = await rooms.rows("SELECT specialist, lease_token, closed_at FROM case_file")
    assert stored == [(True, None, None)]
    assert await rooms.rows("SELECT 1 FROM answer UNION ALL SELECT 1 FROM outbox") == []
    specialist = await rooms.caller(Role.SPECIALIST)
    assert (await claimed(rooms, reviewer=specialist)).case_id == lease.case_id


async def test_the_statement_holds_everything_that_article_17_asks_for(rooms: Rooms) -> None:
    answer = await acted(rooms)
    query = f"{SEALED} statement"
    (statement,) = await opened(rooms, query=query)
    assert statement == STATEMENT
    assert [str(row[0]) for row in await rooms.rows("SELECT id FROM statement")] == (
        answer.statements
    )


async def test_the_platform_is_told_to_act_then_why_then_whom_to_answer(rooms: Rooms) -> None:
    answer = await acted(rooms)
    measure, statement, told = await messages(rooms)
    common = {"decision_id": answer.id, "revision": 1}
    assert [{**each, **common} for each in (measure, statement, told)] == [
        measure,
        statement,
        told,
    ]
    assert (measure["type"], measure["kind"], measure["territory"]) == (
        "measure.apply",
        "visibility_removed",
        ["DE"],
    )
    ((measure_id, statement_id),) = await rooms.rows("SELECT id, statement_id FROM measure")
    assert (measure["measure_id"], measure["statement_id"]) == (
        str(measure_id),
        str(statement_id),
    )
    assert (statement["type"], statement["measure_ids"]) == (
        "statement.issued",
        [str(measure_id)],
    )
    assert (told["type"], told["outcome"], told["ground"], told["explanation"]) == (
        "notice.answered",
        "act",
        "illegal",
        None,
    )
    assert told["items"] == answer.answered


async def test_the_recipients_code_is_stored_as_a_hash_alone(rooms: Rooms) -> None:
    await acted(rooms)
    _, told, _ = await messages(rooms)
    ((statement_id, code_hash),) = await rooms.rows("SELECT id, code_hash FROM statement")
    code = receipts.write_code(rooms.keys.code_digest(statement_id.bytes))
    assert told["code"] == code
    assert bytes(code_hash) == receipts.hash_code(code)


async def test_the_leaf_binds_to_the_words_and_holds_none_of_them(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    await rooms.rows(
        "ALTER TABLE notice DROP CONSTRAINT notice_clock",
    )
    await rooms.rows("UPDATE notice SET received_at = received_at - interval '5 hours'")
    body = action(lease, items=items, on=subject("post-1"))
    answer = await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    ((content, sealed_key, sealed_body),) = await rooms.rows(
        "SELECT l.content, d.sealed_key, d.sealed_body"
        " FROM ledger_leaf l JOIN decision d ON d.id = l.fact_id"
    )
    leaf = json.loads(bytes(content))
    assert (leaf["type"], leaf["id"]) == ("decision.taken", answer.id)
    assert leaf["projection"] == {
        "outcome": "act",
        "mark": "real",
        "lane": "general",
        "items": 1,
        "statements": 1,
        "measures": {"visibility_removed": 1},
        "hours_to_decision": 5,
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "keyword": "KEYWORD_PHISHING",
        "ground": "illegal",
        "automated_detection": True,
        "automated_decision": "partial",
        "guideline_version": "2026-10",
    }
    plain = rooms.keys.open(Sealed(sealed_key, sealed_body), row=UUID(answer.id).bytes)
    nonce, words = plain[:COMMITMENT_NONCE_BYTES], plain[COMMITMENT_NONCE_BYTES:]
    assert leaf["body_commitment"] == commitment(words, nonce=nonce)
    assert words == canonical.encode(body)


async def test_a_decision_that_says_less_is_ledgered_with_less(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms)
    body = escalation(lease, items=items)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    query = "SELECT content FROM ledger_leaf WHERE fact_type = 'decision.taken'"
    ((content,),) = await rooms.rows(query)
    assert json.loads(bytes(content))["projection"] == {
        "outcome": "escalate",
        "mark": "real",
        "lane": "general",
        "items": 1,
        "statements": 0,
        "measures": {},
        "hours_to_decision": 0,
    }


async def test_each_affected_recipient_subject_and_scope_has_a_statement_of_its_own(
    rooms: Rooms,
) -> None:
    post, account = subject("post-1"), {"kind": "account", "id": "a-7"}
    measures = [
        {"kind": "visibility_removed", "subject": post, "territory": ["DE", "AT"]},
        {"kind": "monetary_suspended", "subject": post, "territory": ["AT", "DE"]},
        {"kind": "visibility_demoted", "subject": post, "until": "2027-01-31"},
        {"kind": "account_suspended", "subject": account},
        {"kind": "visibility_labelled", "subject": {**post, "account_id": "a-8"}},
    ]
    answer = await acted(rooms, measures=measures)
    assert len(answer.statements) == 4
    found = await rooms.rows("SELECT kind, statement_id::text, until FROM measure ORDER BY id")
    kinds = [kind for kind, _, _ in found]
    reasons = [answer.statements.index(statement_id) for _, statement_id, _ in found]
    assert kinds == [measure["kind"] for measure in measures]
    assert reasons == [0, 0, 1, 2, 3]
    assert found[2][2] == date(2027, 1, 31)
    bodies = await opened(rooms, query=f"{SEALED} statement ORDER BY id")
    assert [body["recipient"] for body in bodies] == ["a-7", "a-7", "a-7", "a-8"]


async def test_where_notices_disagree_whose_content_it_is_nobody_is_told_wrongly(
    rooms: Rooms,
) -> None:
    sender = await rooms.caller()
    ids = []
    for account in ("a-7", "a-8"):
        accepted = await rooms.take(sender, subjects=[subject("post-1", account_id=account)])
        ids.append(accepted.items[0].id)
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    body = action(lease, items=ids, on=subject("post-1"))
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    query = f"{SEALED} statement"
    assert [each["recipient"] for each in await opened(rooms, query=query)] == [None]


async def test_a_trusted_flaggers_notice_among_others_is_named_as_the_source(
    rooms: Rooms,
) -> None:
    flagger = await rooms.caller(channels=(Channel.TRUSTED_FLAGGER,))
    ids = [
        (await rooms.take(sender, subjects=[POST])).items[0].id
        for sender in (await rooms.caller(), flagger)
    ]
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    body = action(lease, items=ids, on=subject("post-1"))
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    query = f"{SEALED} statement"
    assert [each["source"] for each in await opened(rooms, query=query)] == ["trusted_flagger"]


async def test_each_notice_is_answered_once_with_all_its_items(rooms: Rooms) -> None:
    sender = await rooms.caller()
    double = await rooms.take(sender, external_id="n-1", subjects=[POST, POST])
    single = await rooms.take(sender, subjects=[POST])
    reviewer = await rooms.caller(Role.REVIEWER)
    lease = await claimed(rooms, reviewer=reviewer)
    ids = [item.id for item in (*double.items, *single.items)]
    await decided(rooms, reviewer=reviewer, lease=lease, body=dismissal(lease, items=ids))
    told = {each["notice_id"]: each for each in await messages(rooms)}
    assert told[double.id]["items"] == [item.id for item in double.items]
    assert told[double.id]["external_id"] == "n-1"
    assert told[single.id]["items"] == [item.id for item in single.items]
    assert told[single.id]["external_id"] is None


async def test_erased_notices_are_answered_too(rooms: Rooms) -> None:
    reviewer, lease, items = await at_work(rooms, external_id="n-1")
    await rooms.rows("UPDATE notice SET sealed_key = NULL, sealed_body = NULL")
    body = action(lease, items=items, on=subject("post-1"))
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    _, statement, told = await messages(rooms)
    assert (told["external_id"], told["items"]) == (None, items)
    assert statement["statement"]["recipient"] is None  # type: ignore[index]
