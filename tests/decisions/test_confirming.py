"""What the platform says it did settles measures, in any order and however often it is said."""

import asyncio
import itertools
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.decisions.test_merge_race import until_waiting
from tests.decisions.test_undoing import acted, notified
from tests.fixtures.platform import Platform
from tests.fixtures.site import Site
from tutela.database.pool import tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.vocabulary import Role

NOBODY = "00000000-0000-7000-8000-000000000000"
numbers = itertools.count(1)


def confirmed(
    measure_id: str, *, at: datetime, effect: str = "applied", **more: object
) -> dict[str, object]:
    return {
        "id": f"e-{next(numbers)}",
        "type": "measure_confirmed",
        "at": timestamp(at),
        "measure_id": measure_id,
        "effect": effect,
        **more,
    }


async def tell(web: Site, *events: object, token: str | None = None) -> list[dict[str, Any]]:
    """The results of events, sent as one body."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in events]
    body = "\n".join(lines).encode()
    more = {} if token is None else {"authorization": f"Bearer {token}"}
    answer = await web.post("/v1/events", body=body, content_type="application/x-ndjson", **more)
    assert answer.status_code == 202
    return [json.loads(line) for line in answer.text.splitlines()]


async def one_measure(web: Site) -> tuple[str, str]:
    """A decision and its measure, just decided."""
    await notified(web)
    decision = await acted(web, lead=await web.token(Role.LEAD))
    ((measure_id,),) = await web.house.rows("SELECT id::text FROM measure")
    return decision, measure_id


async def undone(web: Site, *, decision: str) -> None:
    path = f"/v1/decisions/{decision}/undo"
    token = await web.token(Role.LEAD)
    await web.post(path, body={"reason": "x"}, authorization=f"Bearer {token}")


async def state(web: Site) -> str:
    ((found,),) = await web.house.rows("SELECT state FROM measure")
    return str(found)


async def test_a_measure_is_confirmed_once_and_the_ledger_knows(web: Site) -> None:
    _, measure_id = await one_measure(web)
    event = confirmed(measure_id, at=web.house.clock.now())
    assert await tell(web, event, event) == [
        {"line": 1, "status": "accepted"},
        {"line": 2, "status": "duplicate"},
    ]
    assert await tell(web, event) == [{"line": 1, "status": "duplicate"}]
    assert await state(web) == "confirmed"
    rows = await web.house.rows(
        "SELECT convert_from(content, 'UTF8')::json -> 'projection' ->> 'measure' FROM ledger_leaf"
        " WHERE fact_type = 'measure.confirmed'"
    )
    assert rows == [(measure_id,)]


@pytest.mark.parametrize(
    ("effects", "stands"),
    [
        (("not_applied",), "failed"),
        (("undone",), "failed"),
        (("not_applied", "applied"), "confirmed"),
        (("applied", "not_applied"), "failed"),
    ],
)
async def test_the_last_word_of_the_platform_counts_by_its_own_clock(
    web: Site, effects: tuple[str, ...], stands: str
) -> None:
    _, measure_id = await one_measure(web)
    now = web.house.clock.now()
    events = [
        confirmed(measure_id, at=now + timedelta(seconds=second), effect=effect)
        for second, effect in enumerate(effects)
    ]
    for event in reversed(events):
        await tell(web, event)
    assert await state(web) == stands


async def test_after_an_undoing_only_its_own_confirmation_counts(web: Site) -> None:
    decision, measure_id = await one_measure(web)
    await undone(web, decision=decision)
    now = web.house.clock.now()
    late = [confirmed(measure_id, at=now, revision=1), confirmed(measure_id, at=now)]
    assert [each["status"] for each in await tell(web, *late)] == ["accepted"] * 2
    assert await state(web) == "recalled"
    await tell(web, confirmed(measure_id, at=now, effect="undone", revision=2))
    assert await state(web) == "lifted"
    later = now + timedelta(minutes=1)
    await tell(web, confirmed(measure_id, at=later), confirmed(measure_id, at=later, revision=1))
    assert await state(web) == "lifted"


async def test_what_cannot_be_taken_is_refused_by_line_and_may_come_again(web: Site) -> None:
    _, measure_id = await one_measure(web)
    now = web.house.clock.now()
    good = confirmed(measure_id, at=now)
    ahead = confirmed(measure_id, at=now + timedelta(days=2))
    bad = [
        ("no json", ""),
        ({**good, "id": "x-1", "more": 1}, "/more"),
        ({**good, "id": "x-2", "effect": "done"}, "/effect"),
        ({**good, "id": "x-4", "type": "nonsense"}, "/type"),
        (confirmed(NOBODY, at=now), "/measure_id"),
        (confirmed("no-id", at=now), "/measure_id"),
        (confirmed(measure_id, at=now, revision=9), "/revision"),
        (ahead, "/at"),
    ]
    results = await tell(web, *(line for line, _ in bad), good)
    assert [each["status"] for each in results] == ["refused"] * len(bad) + ["accepted"]
    pointers = [each["errors"][0]["pointer"] for each in results[:-1]]
    assert pointers == [pointer for _, pointer in bad]
    rows = await web.house.rows("SELECT count(*) FROM refused_call WHERE door = 'events'")
    assert rows == [(len(bad),)]
    assert await state(web) == "confirmed"
    again = {**good, "id": "x-1"}
    assert [each["status"] for each in await tell(web, again)] == ["accepted"]
    (reused,) = await tell(web, {**again, "effect": "undone"})
    assert (reused["status"], reused["code"]) == ("refused", "event_id_reused")


async def test_another_service_s_measure_is_unknown_and_only_a_service_sends_events(
    web: Site,
) -> None:
    _, measure_id = await one_measure(web)
    now = web.house.clock.now()
    for tenant, service in (("main", "other"), ("other", "main")):
        token = await web.new_token(tenant=tenant, service=service)
        (result,) = await tell(web, confirmed(measure_id, at=now), token=token)
        assert (result["status"], result["code"]) == ("refused", "unknown_measure")
    lead = await web.token(Role.LEAD)
    answer = await web.post("/v1/events", body=b"{}", authorization=f"Bearer {lead}")
    assert answer.status_code == 403
    assert await state(web) == "decided"


async def test_a_statement_is_delivered_once_and_never_before_it_was_issued(web: Site) -> None:
    await one_measure(web)
    ((statement, issued_at),) = await web.house.rows("SELECT id::text, issued_at FROM statement")
    told = {"type": "statement_delivered", "statement_id": statement}
    early = {**told, "id": "d-1", "at": timestamp(issued_at - timedelta(hours=1))}
    later = {**told, "id": "d-2", "at": timestamp(issued_at + timedelta(hours=1))}
    unknown = {**early, "id": "d-3", "statement_id": NOBODY}
    results = await tell(web, early, later, unknown)
    assert [each["status"] for each in results] == ["accepted", "accepted", "refused"]
    await tell(web, {**later, "id": "d-4"})
    assert await web.house.rows("SELECT delivered_at FROM statement") == [(issued_at,)]


async def test_events_that_met_another_writer_on_its_way_are_taken_after_it(web: Site) -> None:
    _, measure_id = await one_measure(web)
    ((statement,),) = await web.house.rows("SELECT id::text FROM statement")
    now = web.house.clock.now()
    delivered = {"type": "statement_delivered", "statement_id": statement, "id": "d-1"}
    with capture_logs() as logged:
        async with tenant_transaction(web.house.pool, tenant="main") as other:
            await other.execute("SELECT FROM statement WHERE id = %s FOR UPDATE", (statement,))
            telling = asyncio.create_task(
                tell(web, confirmed(measure_id, at=now), {**delivered, "at": timestamp(now)})
            )
            await until_waiting(web.house, on="transactionid")
            await other.execute("SELECT FROM measure WHERE id = %s FOR UPDATE", (measure_id,))
        results = await telling
    assert [each["status"] for each in results] == ["accepted", "accepted"]
    assert [each["event"] for each in logged] == ["events_again"]


async def test_what_the_platform_took_is_accepted_and_then_awaited(platform: Platform) -> None:
    await platform.configure()
    decided = await platform.act("one")
    await platform.deliver()
    rows = await platform.rooms.rows(
        "SELECT state, accepted_at IS NOT NULL, reconcile_at - accepted_at FROM measure"
    )
    assert rows == [("accepted", True, timedelta(hours=1))]
    await platform.undo(decided.id)
    assert await platform.rooms.rows("SELECT state, reconcile_at FROM measure") == [
        ("recalled", None)
    ]
    await platform.deliver()
    rows = await platform.rooms.rows("SELECT state, reconcile_at IS NOT NULL FROM measure")
    assert rows == [("recall_accepted", True)]
