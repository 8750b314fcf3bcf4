"""A decision that is undone does not hold any more, and the platform is told to lift it all."""

import json
from typing import Any

import pytest

from tests.fixtures.deciding import subject
from tests.fixtures.platform import Platform
from tests.fixtures.site import Site
from tests.review.test_cases_api import ask
from tutela.domain.vocabulary import Mark, Role
from tutela.reconciliation import reconcile
from tutela.reconciliation.reconcile import Limits

QUIET = Limits(kinds=(), doors=())
NOBODY = "00000000-0000-7000-8000-000000000000"
TWO = [
    {"kind": "visibility_removed", "subject": subject("one"), "territory": ["DE"]},
    {"kind": "account_suspended", "subject": {"kind": "account", "id": "a-7"}},
]


async def faults(platform: Platform) -> set[str]:
    rooms = platform.rooms
    report = await reconcile.reconcile(rooms.pool, now=rooms.clock.now(), limits=QUIET)
    return {fault.check for fault in report.faults}


async def test_every_measure_is_undone_by_a_message_with_the_next_revision_of_its_subject(
    platform: Platform,
) -> None:
    decided = await platform.act("one", measures=TWO)
    undone = await platform.undo(decided.id, reason="it was another's")
    told = await platform.told()
    applied = {each["measure_id"]: each for each in told if each["type"] == "measure.apply"}
    undos = [each for each in await platform.told() if each["type"] == "measure.undo"]
    assert {each["measure_id"] for each in undos} == {str(each) for each in undone.measure_ids}
    for each in undos:
        before = applied[each["measure_id"]]
        assert {**before, **each} == {**each, "applies_from": before["applies_from"]}
        assert (each["reason"], each["explanation"]) == ("undone", "it was another's")
        assert each["revision"] == 2
        assert (each["decision_id"], each["kind"]) == (decided.id, before["kind"])
        assert each["subject"] == before["subject"]
    stored = await platform.rooms.rows(
        "SELECT m.state, m.undone_why, m.revision, m.undone_at = d.undone_at"
        " FROM measure m JOIN decision d ON d.id = m.decision_id"
    )
    assert stored == [("recalled", "undone", 2, True)] * 2
    assert await faults(platform) == set()


async def test_a_decision_after_the_undoing_has_the_revision_after_it(platform: Platform) -> None:
    first = await platform.act("one")
    await platform.undo(first.id)
    await platform.act("one")
    said = [(each["type"], each["revision"]) for each in await platform.told() if "kind" in each]
    assert said == [("measure.apply", 1), ("measure.undo", 2), ("measure.apply", 3)]


async def test_the_ledger_says_what_was_undone_and_not_why(platform: Platform) -> None:
    decided = await platform.act("one", measures=TWO)
    undone = await platform.undo(decided.id, reason="said in confidence")
    ((fact_id, content),) = await platform.rooms.rows(
        "SELECT fact_id, content FROM ledger_leaf WHERE fact_type = 'decision.undone'"
    )
    assert list(undone.facts.values()) == [fact_id]
    assert json.loads(bytes(content))["projection"] == {
        "decision": decided.id,
        "mark": "real",
        "measures": {"visibility_removed": 1, "account_suspended": 1},
    }
    assert b"confidence" not in bytes(content)


async def test_many_are_undone_at_once_and_those_that_cannot_be_are_passed_over(
    platform: Platform,
) -> None:
    decided = [(await platform.act(name)).id for name in ("one", "two", "three")]
    await platform.undo(decided[0])
    await platform.dismiss("four")
    ((dismissed,),) = await platform.rooms.rows(
        "SELECT id::text FROM decision WHERE outcome = 'dismiss'"
    )
    probe = (await platform.act("five", mark=Mark.DRILL)).id
    undone = await platform.undo(*decided, dismissed, probe, NOBODY)
    assert {str(each) for each in undone.facts} == set(decided[1:])
    assert len(undone.measure_ids) == 2
    assert (await platform.undo(*decided)).facts == {}
    rows = await platform.rooms.rows("SELECT id::text FROM decision WHERE undone_at IS NOT NULL")
    assert {row[0] for row in rows} == set(decided)
    assert await faults(platform) == set()


async def test_the_item_stays_answered(platform: Platform) -> None:
    decided = await platform.act("one")
    await platform.undo(decided.id)
    assert await platform.rooms.rows("SELECT decision_id::text FROM item") == [(decided.id,)]


@pytest.mark.parametrize("kind", ["measure.apply", "measure.undo"])
async def test_a_lost_message_about_an_undone_measure_is_found(
    platform: Platform, kind: str
) -> None:
    decided = await platform.act("one")
    await platform.undo(decided.id)
    await platform.rooms.rows("DELETE FROM outbox WHERE kind = %(kind)s", kind=kind)
    assert await faults(platform) == {"decision_incomplete"}


async def test_a_measure_whose_order_is_gone_is_undone_all_the_same(platform: Platform) -> None:
    decided = await platform.act("one")
    await platform.rooms.rows("DELETE FROM outbox WHERE kind = 'measure.apply'")
    await platform.undo(decided.id)
    (undo,) = [each for each in await platform.told() if each["type"] == "measure.undo"]
    assert (undo["kind"], undo["territory"]) == ("visibility_removed", ["DE"])


async def acted(web: Site, *, lead: str) -> str:
    """A decision to act, as a lead takes it over HTTP."""
    case = (await ask(web, path="/v1/cases/claim", token=lead, body={})).json()
    body = {
        "lease_token": case["lease_token"],
        "items": [item["id"] for item in case["items"]],
        "outcome": "act",
        "category": NOTICE["category"],
        "ground": "terms",
        "terms_clause": "clause 1",
        "terms_version": "v1",
        "facts": "facts",
        "explanation": "why",
        "content": {"types": ["text"], "date": "2026-11-20"},
        "measures": [TWO[1]],
        "automated_detection": False,
        "automated_decision": "none",
        "application_date": "2026-11-21",
        "guideline_version": "g-1",
    }
    answer = await ask(web, path=f"/v1/cases/{case['id']}/decisions", token=lead, body=body)
    assert answer.status_code == 201
    return str(answer.json()["id"])


NOTICE: dict[str, Any] = {
    "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "subjects": [{"kind": "account", "id": "a-7"}],
}


async def notified(web: Site) -> str:
    """The code of the receipt of a notice."""
    answer = await web.post("/v1/notices", body=NOTICE)
    return str(answer.json()["receipt"]["code"])


async def test_who_gave_notice_reads_what_was_decided_and_since_when_it_does_not_hold(
    web: Site,
) -> None:
    lead = await web.token(Role.LEAD)
    code = await notified(web)
    decision = await acted(web, lead=lead)
    path = f"/v1/decisions/{decision}/undo"
    undone = (await ask(web, path=path, token=lead, body={"reason": "a mistake"})).json()
    read = (await web.call("/v1/receipts/lookup", body={"code": code})).json()
    assert read["state"] == "answered"
    (item,) = read["items"]
    assert (item["state"], item["outcome"]) == ("answered", "act")
    assert item["undone_at"] == undone["undone_at"]


async def test_a_lead_undoes_a_decision_once_and_its_key_answers_the_same_again(web: Site) -> None:
    lead = await web.token(Role.LEAD)
    await notified(web)
    decision = await acted(web, lead=lead)
    path, body = f"/v1/decisions/{decision}/undo", {"reason": "a mistake", "external_id": "u-1"}
    first = await ask(web, path=path, token=lead, body=body)
    again = await ask(web, path=path, token=lead, body=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["id"], len(first.json()["measures"])) == (decision, 1)
    other = await ask(web, path=path, token=lead, body={**body, "reason": "another"})
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    second = await ask(web, path=path, token=lead, body={"reason": "a mistake"})
    assert (second.status_code, second.json()["code"]) == (409, "illegal_state")


async def test_only_a_lead_undoes_and_only_what_there_is(web: Site) -> None:
    lead = await web.token(Role.LEAD)
    await notified(web)
    decision = await acted(web, lead=lead)
    body = {"reason": "a mistake"}
    for role in (Role.SERVICE, Role.REVIEWER, Role.SPECIALIST, Role.ADMIN):
        token = await web.token(role)
        answer = await ask(web, path=f"/v1/decisions/{decision}/undo", token=token, body=body)
        assert answer.status_code == 403
    stranger = await web.new_token(Role.LEAD, service="other")
    for token, name in ((stranger, decision), (lead, NOBODY), (lead, "no-id")):
        answer = await ask(web, path=f"/v1/decisions/{name}/undo", token=token, body=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_decision")
    assert await web.house.rows("SELECT 1 FROM decision WHERE undone_at IS NOT NULL") == []


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": 1}, {"reason": "x", "who": "y"}])
async def test_a_body_that_does_not_say_why_is_refused(web: Site, body: dict[str, object]) -> None:
    lead = await web.token(Role.LEAD)
    answer = await ask(web, path=f"/v1/decisions/{NOBODY}/undo", token=lead, body=body)
    assert answer.status_code == 422
