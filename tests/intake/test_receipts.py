"""A receipt's holder: looks up, adds evidence, learns nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.deciding import action, claimed, decided, dismissal, subject
from tests.fixtures.site import Site, notice
from tutela.access.keys import Sealed
from tutela.access.pace import Pace
from tutela.domain.vocabulary import Role
from tutela.ledger.facts import open_fact

LOOKUP = "/v1/receipts/lookup"
EVIDENCE = "/v1/receipts/evidence"
REDRESS = ["complaint", "out_of_court_dispute", "court"]


async def sent(web: Site, **fields: object) -> dict[str, Any]:
    answer = await web.post("/v1/notices", body=notice(**fields))
    assert answer.status_code == 201
    told: dict[str, Any] = answer.json()
    return told


async def dismiss_all(web: Site) -> None:
    reviewer = await web.house.caller(Role.LEAD)
    lease = await claimed(web.house, reviewer=reviewer)
    rows = await web.house.rows("SELECT notice_id, ordinal FROM item WHERE decision_id IS NULL")
    items = [f"{notice_id}.{ordinal}" for notice_id, ordinal in rows]
    await decided(web.house, reviewer=reviewer, lease=lease, body=dismissal(lease, items=items))


async def test_a_notice_is_open_until_it_is_answered(web: Site) -> None:
    accepted = await sent(web)
    code = accepted["receipt"]["code"]
    standing = (await web.call(LOOKUP, body={"code": code})).json()
    assert standing == {
        "state": "open",
        "received_at": accepted["receipt"]["received_at"],
        "items": [{"state": "open"}],
    }
    await dismiss_all(web)
    standing = (await web.call(LOOKUP, body={"code": code})).json()
    assert standing["state"] == "answered"
    assert standing["items"] == [{"state": "answered", "outcome": "dismiss", "redress": REDRESS}]


async def test_a_notice_answered_in_part_is_open(web: Site) -> None:
    accepted = await sent(web, subjects=[subject("s-1"), subject("s-2")])
    reviewer = await web.house.caller(Role.LEAD)
    lease = await claimed(web.house, reviewer=reviewer)
    ((item,),) = await web.house.rows(
        "SELECT notice_id || '.' || ordinal FROM item WHERE case_id = %(case)s", case=lease.case_id
    )
    ordinal = int(item.partition(".")[2])
    body = action(lease, items=[item], on=subject(f"s-{ordinal + 1}"))
    await decided(web.house, reviewer=reviewer, lease=lease, body=body)
    answer = await web.call(LOOKUP, body={"code": accepted["receipt"]["code"]})
    standing = answer.json()
    assert standing["state"] == "open"
    assert standing["items"][ordinal] == {
        "state": "answered",
        "outcome": "act",
        "ground": "illegal",
        "automated_decision": "partial",
        "redress": REDRESS,
    }
    assert standing["items"][1 - ordinal] == {"state": "open"}
    assert "what was found" not in answer.text


async def test_inclusion_is_there_once_it_can_be_proved(web: Site) -> None:
    accepted = await sent(web)
    code = accepted["receipt"]["code"]
    assert "inclusion" not in (await web.call(LOOKUP, body={"code": code})).json()
    await web.house.sequencer.sequence_all()
    inclusion = (await web.call(LOOKUP, body={"code": code})).json()["inclusion"]
    assert inclusion["leaf_hash"] == accepted["receipt"]["leaf_hash"]
    proof = await web.client.get(f"/v1/ledger/proof/{inclusion['leaf_hash']}")
    assert proof.json() == inclusion


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')}\n",
        lambda code: code.replace("0", "O").replace("1", "l"),
    ],
)
async def test_a_code_is_read_however_a_person_types_it(
    web: Site, typed: Callable[[str], str]
) -> None:
    code = (await sent(web))["receipt"]["code"]
    assert (await web.call(LOOKUP, body={"code": typed(code)})).status_code == 200


@pytest.mark.parametrize(
    "code", ["0000-0000-0000-0000-0000-0000-0000-0000", "x", "\u202e", "é" * 128]
)
@pytest.mark.parametrize("path", [LOOKUP, EVIDENCE])
async def test_a_code_that_nobody_got_is_404(web: Site, path: str, code: str) -> None:
    body = {"code": code, "text": "t"} if path == EVIDENCE else {"code": code}
    answer = await web.call(path, body=body)
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_code"


@pytest.mark.parametrize(
    ("path", "body", "pointers"),
    [
        (LOOKUP, {}, ["/code"]),
        (LOOKUP, {"code": ""}, ["/code"]),
        (LOOKUP, {"code": "a" * 129}, ["/code"]),
        (LOOKUP, {"code": None}, ["/code"]),
        (LOOKUP, {"code": "a", "more": 1}, ["/more"]),
        (LOOKUP, [], [""]),
        (EVIDENCE, {"code": "a"}, ["/text"]),
        (EVIDENCE, {"code": "a", "text": ""}, ["/text"]),
        (EVIDENCE, {"code": "a", "text": "\u200b\n"}, ["/text"]),
        (EVIDENCE, {"code": "a", "text": "x" * 20_001}, ["/text"]),
        (EVIDENCE, {"code": "a", "text": "a\x00b"}, ["/text"]),
    ],
)
async def test_what_is_wrong_is_named(
    web: Site, path: str, body: object, pointers: list[str]
) -> None:
    answer = await web.call(path, body=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_evidence_is_sealed_and_gets_its_own_leaf(web: Site) -> None:
    accepted = await sent(web)
    code = accepted["receipt"]["code"]
    answer = await web.call(EVIDENCE, body={"code": code, "text": "token 77 as well"})
    assert answer.status_code == 201
    added = answer.json()
    ((evidence_id, notice_id, key, body, kind, content),) = await web.house.rows(
        "SELECT e.id, e.notice_id, e.sealed_key, e.sealed_body, l.fact_type, l.content"
        " FROM evidence e JOIN ledger_leaf l ON l.fact_id = e.id"
    )
    assert (str(evidence_id), str(notice_id)) == (added["id"], accepted["id"])
    assert kind == "evidence.added"
    assert b"token 77" not in content + body
    opened = open_fact(Sealed(key, body), fact_id=evidence_id, keys=web.house.keys)
    assert opened == b'{"text":"token 77 as well"}'


async def test_evidence_under_a_key_is_added_once(web: Site) -> None:
    code = (await sent(web))["receipt"]["code"]
    body = {"code": code, "text": "token 77"}
    answers = [
        await web.client.post(EVIDENCE, json=body, headers={"idempotency-key": "k"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    other = await web.client.post(
        EVIDENCE, json={**body, "text": "else"}, headers={"idempotency-key": "k"}
    )
    assert other.status_code == 409
    await dismiss_all(web)
    again = await web.client.post(EVIDENCE, json=body, headers={"idempotency-key": "k"})
    assert again.json() == answers[0].json()


async def test_a_key_of_a_holder_takes_none_of_the_platforms(web: Site) -> None:
    code = (await sent(web))["receipt"]["code"]
    await web.client.post(
        EVIDENCE, json={"code": code, "text": "t"}, headers={"idempotency-key": "abc-1"}
    )
    assert (await web.post("/v1/notices", body=notice(external_id="abc-1"))).status_code == 201


async def test_evidence_after_the_answer_is_refused(web: Site) -> None:
    code = (await sent(web))["receipt"]["code"]
    await dismiss_all(web)
    answer = await web.call(EVIDENCE, body={"code": code, "text": "late"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "already_answered"
    assert await web.house.rows("SELECT count(*) FROM evidence") == [(0,)]
    assert await web.house.rows(
        "SELECT count(*) FROM ledger_leaf WHERE fact_type = 'evidence.added'"
    ) == [(0,)]


async def test_the_code_is_never_stored(web: Site) -> None:
    code = (await sent(web))["receipt"]["code"]
    rows = await web.house.rows("SELECT n::text FROM notice n")
    assert code not in rows[0][0]
    assert code.replace("-", "") not in rows[0][0]


def test_a_pace_lets_a_burst_through_and_then_a_steady_rate() -> None:
    pace = Pace(per_second=2.0, burst=3.0)
    assert [pace.allows(10.0) for _ in range(4)] == [True, True, True, False]
    assert not pace.allows(10.4)
    assert pace.allows(10.9)
    assert not pace.allows(9.0)
    assert [pace.allows(100.0) for _ in range(4)] == [True, True, True, False]
