"""A fault is named, and exactly what it touched is frozen: by every field, window and merge."""

import hashlib
import os
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import msgspec
import psycopg
import pytest

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
from tests.fixtures.incidents import HOUR, fault, ids, items, looked, opened, shown
from tests.fixtures.site import Site
from tutela.database.pool import tenant_transaction
from tutela.database.queries import load
from tutela.decisions.replays import opening
from tutela.decisions.replays.opening import SETTLED, Opened, Opening
from tutela.decisions.replays.reading import FaultUnfit, fault_of, predicate_value, read_fault
from tutela.decisions.replays.showing import UnknownIncident
from tutela.domain.fault import Predicate
from tutela.domain.vocabulary import Channel, Mark, Role


async def test_the_set_holds_what_the_predicate_says_and_nothing_else(rooms: Rooms) -> None:
    users = await rooms.caller()
    flagger = await rooms.caller(channels=(Channel.TRUSTED_FLAGGER,))
    german = await rooms.take(users, language="de", surface="app", country="DE")
    silent = await rooms.take(users)
    child = await rooms.take(users, language="de", surface="web", category=CHILD)
    danger = await rooms.take(users, language="fr", imminent_danger=True, surface="app")
    flagged = await rooms.take(flagger, language="de", surface="app")
    account = await rooms.take(users, subjects=[{"kind": "account", "id": "a-1"}], language="fr")
    await rooms.take(await rooms.caller(mark=Mark.DRILL), language="de", surface="app")
    await rooms.take(await rooms.caller(service="second"), language="de", surface="app")
    await rooms.take(await rooms.caller(tenant="other"), language="de", surface="app")
    everything = (german, silent, child, danger, flagged, account)
    for predicate, found in (
        ({}, everything),
        ({"language": ["de"]}, (german, child, flagged)),
        ({"language": ["de"], "surface": ["app"]}, (german, flagged)),
        ({"language": ["de", "fr"]}, (german, child, danger, flagged, account)),
        ({"language": [None]}, (silent,)),
        ({"surface": [None, "web"]}, (silent, child, account)),
        ({"country": ["DE"]}, (german,)),
        ({"country": [None], "language": ["de"]}, (child, flagged)),
        ({"keyword": ["KEYWORD_PHISHING"]}, ()),
        ({"keyword": [None], "surface": ["web"]}, (child,)),
        ({"channel": ["trusted_flagger"]}, (flagged,)),
        ({"category": [CHILD]}, (child,)),
        ({"door": ["api"]}, everything),
        ({"lane": ["danger"]}, (danger,)),
        ({"lane": ["general", "flagged"]}, (german, silent, flagged, account)),
        ({"family": ["child_safety"]}, (child,)),
        ({"specialist": True}, (child,)),
        ({"imminent_danger": True}, (danger,)),
        ({"subject_kind": ["account"]}, (account,)),
        ({"answered": True}, ()),
        ({"case_open": False}, ()),
    ):
        touched = await looked(rooms, named=fault(rooms, predicate=predicate))
        assert sorted(touched.first) == ids(*found), predicate
        assert (touched.items, touched.notices) == (len(found), len(found))
    assert await rooms.rows("SELECT * FROM incident_item") == []


async def test_what_was_decided_is_found_by_who_decided_and_how(rooms: Rooms) -> None:
    users = await rooms.caller()
    reviewer, other = await rooms.caller(Role.REVIEWER), await rooms.caller(Role.REVIEWER)
    first = await rooms.take(users)
    lease = await claimed(rooms, reviewer=reviewer)
    await decided(
        rooms,
        reviewer=reviewer,
        lease=lease,
        body=dismissal(lease, items=ids(first), guideline_version="g-2", automated_decision="full"),
    )
    second = await rooms.take(users, subjects=[subject("post-9", account_id="a-9")])
    lease = await claimed(rooms, reviewer=other)
    body = action(lease, items=ids(second), on=subject("post-9"))
    await decided(rooms, reviewer=other, lease=lease, body=body)
    third = await rooms.take(users)
    lease = await claimed(rooms, reviewer=other)
    await decided(rooms, reviewer=other, lease=lease, body=escalation(lease, items=ids(third)))
    for predicate, found in (
        ({"decided_by": [str(reviewer.token_id)]}, (first,)),
        ({"guideline_version": ["g-2"]}, (first,)),
        ({"guideline_version": ["2026-10"], "outcome": ["act"]}, (second,)),
        ({"automated_decision": ["full"]}, (first,)),
        ({"answered": True}, (first, second)),
        ({"case_open": False}, (first, second)),
        ({"answered": False, "specialist": True}, (third,)),
    ):
        for window in ("received", "answered"):
            expected = found if window == "received" else [f for f in found if f is not third]
            named = fault(rooms, predicate=predicate, window=window)
            touched = await looked(rooms, named=named)
            assert sorted(touched.first) == ids(*expected), (window, predicate)
    touched = await looked(rooms, named=fault(rooms))
    assert (touched.items, touched.open, touched.answered) == (3, 1, 2)


async def test_an_item_is_taken_out_of_a_case_it_shares_with_others(rooms: Rooms) -> None:
    users = await rooms.caller()
    same = {"subjects": [subject("shared")]}
    inside = await rooms.take(users, language="de", **same)
    await rooms.take(users, language="fr", **same)
    both = await rooms.take(users, language="de", subjects=[subject("shared"), subject("alone")])
    assert len(await rooms.rows("SELECT id FROM case_file")) == 2
    touched = await looked(rooms, named=fault(rooms, predicate={"language": ["de"]}))
    assert sorted(touched.first) == ids(inside, both)
    assert (touched.items, touched.notices) == (3, 2)


async def test_the_window_holds_its_beginning_and_not_its_end(rooms: Rooms) -> None:
    notice = await rooms.take(await rooms.caller())
    ((at,),) = await rooms.rows("SELECT received_at FROM notice")
    tick = timedelta(microseconds=1)
    for begin, end, found in (
        (at, at + tick, 1),
        (at - HOUR, at, 0),
        (at + tick, at + HOUR, 0),
        (at - HOUR, at + tick, 1),
    ):
        named = fault(rooms, **{"from": begin.isoformat(), "to": end.isoformat()})
        assert (await looked(rooms, named=named)).items == found
    assert ids(notice)


async def test_what_came_in_late_is_found_by_when_the_person_reported(rooms: Rooms) -> None:
    users = await rooms.caller()
    now = rooms.clock.now()
    late = await rooms.take(users, submitted_at=(now - timedelta(days=4)).isoformat())
    ahead = await rooms.take(users, submitted_at=(now + timedelta(hours=3)).isoformat())
    unsaid = await rooms.take(users)
    for days, hours, found in ((4, 0, (late,)), (0, -3, (ahead,)), (0, 0, (unsaid,))):
        middle = now - timedelta(days=days, hours=hours)
        window = {
            "from": (middle - HOUR).isoformat(),
            "to": (middle + HOUR).isoformat(),
        }
        if hours == 0:
            named = fault(rooms, window="submitted", **window)
            assert sorted((await looked(rooms, named=named)).first) == ids(*found)
    received = await looked(rooms, named=fault(rooms))
    assert received.items == 3


async def test_the_set_is_frozen_hashed_and_in_the_ledger(rooms: Rooms) -> None:
    users = await rooms.caller()
    first, second = await rooms.take(users, language="de"), await rooms.take(users, language="de")
    named = fault(rooms, predicate={"language": ["de"]})
    incident = await opened(rooms, named=named)
    assert incident.fresh
    found = await items(rooms, incident=incident)
    assert found == ids(first, second)
    answer = await shown(rooms, incident=incident)
    lines = "".join(f"{each}\n" for each in found)
    assert answer.touched.items_hash == hashlib.sha256(lines.encode()).hexdigest()
    ((content,),) = await rooms.rows(
        "SELECT content FROM ledger_leaf WHERE fact_id = %(id)s", id=incident.id
    )
    projection = msgspec.json.decode(content)["projection"]
    assert projection["items_hash"] == answer.touched.items_hash
    assert (projection["items"], projection["open"], projection["channels"]) == (2, 2, {"user": 2})
    assert "rule" not in content.decode()
    await rooms.take(users, language="de")
    assert await items(rooms, incident=incident) == found


async def test_the_same_fault_again_is_the_same_incident(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    named = fault(rooms)
    incident = await opened(rooms, named=named)
    assert await opened(rooms, named=named) == Opened(incident.id, fresh=False)
    leaves = await rooms.rows("SELECT 1 FROM ledger_leaf WHERE fact_type = 'incident.opened'")
    assert len(leaves) == 1


async def test_an_incident_can_leave_out_the_items_of_another(rooms: Rooms) -> None:
    users = await rooms.caller()
    await rooms.take(users, language="de")
    first = await opened(rooms, named=fault(rooms, predicate={"language": ["de"]}))
    other = await rooms.take(users, language="fr")
    touched = await looked(rooms, named=fault(rooms, predicate={"not_in": [str(first.id)]}))
    assert touched.first == ids(other)


async def test_a_window_that_may_still_fill_is_counted_and_not_frozen(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    named = fault(rooms)
    assert (await looked(rooms, named=named)).items == 1
    wanted = Opening(tenant="main", fault=named, opened_by="t")
    with pytest.raises(FaultUnfit, match="/to"):
        await opening.open_incident(
            rooms.pool,
            opening=wanted,
            keys=rooms.keys,
            now=named.period_to + SETTLED - timedelta(seconds=1),
            chance=os.urandom,
        )
    assert await rooms.rows("SELECT * FROM incident_item") == []


async def test_no_notice_can_come_into_a_window_after_it_is_final(rooms: Rooms) -> None:
    rooms.clock.ahead = -SETTLED - timedelta(seconds=1)
    caller = await rooms.caller()
    with pytest.raises(Exception, match="Nothing was stored") as refused:
        await rooms.take(caller)
    assert isinstance(refused.value.__cause__, psycopg.errors.CheckViolation)


async def test_incidents_are_for_those_who_answer_for_them(web: Site) -> None:
    await web.house.take(await web.house.caller(), language="de")
    incident = await opened(web.house, named=fault(web.house, predicate={"language": ["de"]}))
    for role, status in ((Role.LEAD, 200), (Role.COMPLIANCE, 200), (Role.REVIEWER, 403)):
        headers = {"authorization": f"Bearer {await web.token(role)}"}
        answer = await web.client.get(f"/v1/incidents/{incident.id}", headers=headers)
        listed = await web.client.get("/v1/incidents?state=opened", headers=headers)
        assert (answer.status_code, listed.status_code) == (status, status)
        if status == httpx.codes.OK:
            assert answer.json()["touched"]["languages"] == {"de": 1}
            assert listed.json() == {"incidents": [answer.json()], "next": None}
    for tenant, service in (("other", "main"), ("main", "second")):
        token = await web.new_token(Role.LEAD, tenant=tenant, service=service)
        headers = {"authorization": f"Bearer {token}"}
        answer = await web.client.get(f"/v1/incidents/{incident.id}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_incident")
        assert (await web.client.get("/v1/incidents", headers=headers)).json()["incidents"] == []


async def test_an_unknown_incident_is_told(rooms: Rooms) -> None:
    await rooms.caller()
    with pytest.raises(UnknownIncident):
        await shown(rooms, incident=Opened(opening._least_id(rooms.clock.now()), fresh=True))  # noqa: SLF001 - any id will do


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"predicate": {"langage": ["de"]}}, "/predicate/langage"),
        ({"predicate": {"language": []}}, "/predicate/language"),
        ({"predicate": {"language": "de"}}, "/predicate/language"),
        ({"predicate": {"channel": ["user", "mail"]}}, "/predicate/channel/1"),
        ({"predicate": {"specialist": "true"}}, "/predicate/specialist"),
        ({"predicate": {"not_in": ["x"]}}, "/predicate/not_in/0"),
        ({"predicate": {"text": ["x"]}}, "/predicate/text"),
        ({"to": "2026-11-01T00:00:00"}, "/to"),
        ({"to": "2026-10-01T00:00:00Z"}, "/to"),
        ({"from": "2027-10-01T00:00:00Z", "to": "2027-11-01T00:00:00Z"}, "/from"),
        ({"what": "  "}, "/what"),
        ({"window": "decided"}, "/window"),
        ({"mark": "drill"}, "/mark"),
    ],
)
def test_a_fault_that_does_not_hold_together_is_refused_by_its_place(
    changed: dict[str, object], pointer: str
) -> None:
    value = {
        "service": "main",
        "from": "2026-11-01T00:00:00Z",
        "to": "2026-11-03T00:00:00Z",
        "what": "w",
        **changed,
    }
    now = datetime(2026, 11, 21, tzinfo=UTC)
    with pytest.raises(FaultUnfit) as refused:
        read_fault(msgspec.json.encode(value), now=now)
    assert pointer in [error.pointer for error in refused.value.errors]
    assert pointer in refused.value.detail


def test_flags_say_what_a_file_says() -> None:
    value = predicate_value(["language=de", "language=", "specialist=no", "lane=general"])
    assert value == {"language": ["de", None], "specialist": False, "lane": ["general"]}
    assert msgspec.convert(value, Predicate).specialist is False
    for wrong in ("langage=de", "language", "=de"):
        with pytest.raises(FaultUnfit):
            predicate_value([wrong])
    with pytest.raises(FaultUnfit, match="/predicate/specialist"):
        fault_of(
            {"service": "main", "what": "w", "predicate": predicate_value(["specialist=maybe"])},
            now=datetime(2026, 11, 21, tzinfo=UTC),
        )


def test_only_a_value_that_nothing_was_said_for_reads_as_null() -> None:
    predicate = msgspec.convert({"language": [None, "de"]}, Predicate)
    assert predicate.language == (None, "de")


@pytest.mark.parametrize(("window", "table"), [("received", "notice"), ("answered", "decision")])
async def test_the_set_is_found_by_a_range_of_ids_behind_the_fence(
    rooms: Rooms, window: str, table: str
) -> None:
    await rooms.take(await rooms.caller())
    wanted = Opening(tenant="main", fault=fault(rooms, window=window), opened_by="t")
    async with tenant_transaction(rooms.pool, tenant="main") as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        asked = opening.conditions_of(wanted, incident_id=uuid4())
        freeze = load("tutela.decisions.replays").freeze
        plan = await (await connection.execute(f"EXPLAIN {freeze}", asked)).fetchall()
        await connection.rollback()
    text = "\n".join(line for (line,) in plan)
    assert re.search(rf"Index Scan using {table}_pkey on {table}.*\n +Index Cond: .*id >= ", text)
    assert text.count("Seq Scan") == 0
