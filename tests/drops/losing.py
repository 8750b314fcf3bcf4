"""The ways to lose a report, each done to a real one."""

import json
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

from tests.fixtures.house import Rooms
from tutela.access.tokens import Caller
from tutela.decisions.decide import Submission, decide
from tutela.decisions.later import Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.reading import read_decision
from tutela.decisions.undoing import Undoing, undo_one
from tutela.domain.vocabulary import Mark, Role
from tutela.intake.commit import IntakeFull
from tutela.intake.refusals import Refusal, RefusalLog
from tutela.review import queue
from tutela.review.queue import ClaimTerms

#: A way to lose a report.
Loss = Callable[[Rooms], Awaitable[object]]

ACCOUNT = [{"kind": "account", "id": "account-1"}]
MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"


async def lose_item(rooms: Rooms, **fields: object) -> str:
    """A handler that stumbles over a field and forgets the item."""
    accepted = await rooms.take(await rooms.caller(), **fields)
    await rooms.rows("DELETE FROM item WHERE notice_id = %(id)s", id=accepted.id)
    return accepted.id


async def null_author(rooms: Rooms) -> str:
    return await lose_item(rooms, notifier=None)


async def unknown_language(rooms: Rooms) -> str:
    return await lose_item(rooms, language="x-nobody")


async def no_media(rooms: Rooms) -> str:
    """A path for media that skips a report without any, and its record."""
    accepted = await rooms.take(await rooms.caller(), explanation="token", category=MINORS)
    await rooms.rows("DELETE FROM item WHERE notice_id = %(id)s", id=accepted.id)
    await rooms.rows("DELETE FROM notice WHERE id = %(id)s", id=accepted.id)
    return accepted.id


async def text_only(rooms: Rooms) -> str:
    """A filter that ticks a report off without any decision."""
    accepted = await rooms.take(await rooms.caller(), explanation="text alone", category=MINORS)
    await rooms.rows("UPDATE item SET answered_at = now() WHERE notice_id = %(id)s", id=accepted.id)
    return accepted.items[0].id


async def already_reported_account(rooms: Rooms) -> str:
    """A router that adds a report to the case of the account that was closed before."""
    caller = await rooms.caller()
    earlier = await rooms.take(caller, subjects=ACCOUNT)
    await close_with_decision(rooms, caller=caller)
    again = await rooms.take(caller, subjects=ACCOUNT)
    await rooms.rows(
        "UPDATE item SET case_id = (SELECT case_id FROM item WHERE notice_id = %(earlier)s)"
        " WHERE notice_id = %(again)s",
        earlier=earlier.id,
        again=again.id,
    )
    return again.items[0].id


async def another_harm_family(rooms: Rooms) -> str:
    """A router that merges by subject alone, so that one harm hides the other."""
    caller = await rooms.caller()
    spam = await rooms.take(caller, subjects=ACCOUNT)
    minors = await rooms.take(caller, subjects=ACCOUNT, category=MINORS)
    await rooms.rows(
        "UPDATE item SET case_id = (SELECT case_id FROM item WHERE notice_id = %(spam)s)"
        " WHERE notice_id = %(minors)s",
        spam=spam.id,
        minors=minors.id,
    )
    return minors.items[0].id


async def full_queue(rooms: Rooms) -> str:
    """A queue that is full and turns everybody away, with nobody watching the door."""
    caller = await rooms.caller()
    refusals = RefusalLog(rooms.pool, keys=rooms.keys, clock=rooms.clock.now, chance=os.urandom)
    for _ in range(30):
        await refusals.record(Refusal("api", caller, IntakeFull(), b"{}"))
    return "api"


async def deleted_queue(rooms: Rooms) -> None:
    """An operator deletes a queue with all that waits in it."""
    await rooms.take(await rooms.caller())
    await rooms.rows("DELETE FROM case_file")


async def clock_ahead(rooms: Rooms) -> None:
    """A machine whose clock is an hour ahead signs promises for another time."""
    rooms.clock.ahead = timedelta(hours=1)
    await rooms.take(await rooms.caller())


async def clock_behind(rooms: Rooms) -> None:
    """A machine whose clock is an hour behind signs promises that are broken already."""
    rooms.clock.ahead = timedelta(hours=-1)
    await rooms.take(await rooms.caller())


async def duplicate_key_with_another_body(rooms: Rooms) -> None:
    """A sender whose counter began again: a new report under a key that is taken."""
    caller = await rooms.caller()
    await rooms.take(caller, external_id="n-1", explanation="the first")
    await rooms.take(caller, external_id="n-1", explanation="another report")


async def late_commit(rooms: Rooms) -> str:
    """A sequencer with a cursor passes over what committed under it; it is never placed."""
    accepted = await rooms.take(await rooms.caller())
    return accepted.id


async def lost_case_row(rooms: Rooms) -> str:
    """A restore that brought the items back and not the cases."""
    accepted = await rooms.take(await rooms.caller())
    await rooms.rows("ALTER TABLE item DROP CONSTRAINT item_tenant_service_case_id_fkey")
    await rooms.rows("DELETE FROM case_file")
    return accepted.items[0].id


async def item_that_no_decision_names(rooms: Rooms) -> str:
    """A decision on one item closes the case over the head of the other."""
    caller = await rooms.caller()
    await rooms.take(caller, subjects=ACCOUNT)
    other = await rooms.take(caller, subjects=ACCOUNT)
    await rooms.rows("UPDATE case_file SET closed_at = now()")
    return other.items[0].id


async def case_stuck_in_a_lease(rooms: Rooms) -> str:
    """A page left open renews its lease for ever."""
    await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.SPECIALIST)
    lease = await queue.claim(
        rooms.pool,
        caller=reviewer,
        now=rooms.clock.now(),
        chance=os.urandom,
        terms=ClaimTerms(lease_seconds=7 * 86_400),
    )
    assert lease is not None
    return str(lease.case_id)


async def dead_worker(rooms: Rooms) -> str:
    await _beat(rooms, kind="worker")
    return "worker"


async def dead_courier(rooms: Rooms) -> str:
    await _beat(rooms, kind="courier")
    return "courier"


async def dead_sequencer(rooms: Rooms) -> str:
    await _beat(rooms, kind="sequencer")
    return "sequencer"


async def merged_into_a_closing_case(rooms: Rooms) -> str:
    """The case closes between the look at it and the item's arrival in it."""
    caller = await rooms.caller()
    accepted = await rooms.take(caller)
    await rooms.rows("UPDATE case_file SET closed_at = now() + interval '1 millisecond'")
    return accepted.items[0].id


async def wrong_tenant(rooms: Rooms) -> None:
    """A handler that puts an item into the case of another tenant."""
    ours = await rooms.take(await rooms.caller())
    await rooms.take(await rooms.caller(tenant="other"))
    await rooms.rows(
        "UPDATE item SET case_id = (SELECT id FROM case_file WHERE tenant = 'other')"
        " WHERE notice_id = %(id)s",
        id=ours.id,
    )


async def wrong_service(rooms: Rooms) -> str:
    """A notice that is filed under a service that nobody has set up."""
    caller = await rooms.caller(service="ghost")
    await rooms.rows("DELETE FROM access_token WHERE service = 'ghost'")
    await rooms.rows("DELETE FROM service WHERE service = 'ghost'")
    return (await rooms.take(caller)).id


async def canary_swallowed(rooms: Rooms) -> str:
    """A route that answers and forgets."""
    canary = uuid4()
    await rooms.rows(
        "INSERT INTO canary (id, tenant, service, channel, door, external_id, issued_at)"
        " VALUES (%(id)s, 'main', 'main', 'user', 'api', 'canary-1', %(at)s)",
        id=canary,
        at=rooms.clock.now(),
    )
    return str(canary)


async def outbox_row_missing(rooms: Rooms) -> str:
    decision = await _decided(rooms)
    await rooms.rows("DELETE FROM outbox WHERE kind = 'measure.apply'")
    return decision


async def measure_missing(rooms: Rooms) -> str:
    decision = await _decided(rooms)
    await rooms.rows("ALTER TABLE outbox DROP CONSTRAINT outbox_tenant_service_measure_id_fkey")
    await rooms.rows("DELETE FROM measure")
    return decision


async def undo_message_missing(rooms: Rooms) -> str:
    """The decision is undone here, and the platform never hears of it."""
    decision = await _undone(rooms)
    await rooms.rows("DELETE FROM outbox WHERE kind = 'measure.undo'")
    return decision


async def undoing_missing(rooms: Rooms) -> str:
    """Nobody knows any more who undid a decision, and why."""
    await _undone(rooms)
    ((fact_id,),) = await rooms.rows("DELETE FROM undoing RETURNING id::text")
    return str(fact_id)


async def undone_without_its_measure(rooms: Rooms) -> str:
    """A handler that marks the decision and forgets what follows from it."""
    decision = await _decided(rooms)
    await rooms.rows("UPDATE decision SET undone_at = now() WHERE id = %(id)s", id=decision)
    ((measure_id,),) = await rooms.rows("SELECT id::text FROM measure")
    return str(measure_id)


async def never_ended(rooms: Rooms) -> str:
    """A worker that never looks at the calendar."""
    await _decided(rooms)
    ((measure_id,),) = await rooms.rows(
        "UPDATE measure SET until = (now() AT TIME ZONE 'UTC')::date RETURNING id::text"
    )
    return str(measure_id)


async def never_carried_out(rooms: Rooms) -> str:
    """A platform that answers 200 and does nothing."""
    await _decided(rooms)
    await rooms.rows("UPDATE outbox SET done_at = now()")
    ((measure_id,),) = await rooms.rows(
        "UPDATE measure SET state = 'accepted', accepted_at = now(), reconciles = 5"
        " RETURNING id::text"
    )
    return str(measure_id)


async def said_not_to_be_carried_out(rooms: Rooms) -> str:
    """A platform that says it can't, to a house where nobody listens."""
    await _decided(rooms)
    ((measure_id,),) = await rooms.rows("UPDATE measure SET state = 'failed' RETURNING id::text")
    return str(measure_id)


async def statement_missing(rooms: Rooms) -> str:
    decision = await _decided(rooms)
    for table in ("measure", "outbox"):
        guard = f"{table}_tenant_service_statement_id_fkey"
        await rooms.rows(f"ALTER TABLE {table} DROP CONSTRAINT {guard}")
    await rooms.rows("DELETE FROM statement")
    return decision


async def answer_missing(rooms: Rooms) -> str:
    await _decided(rooms)
    rows = await rooms.rows("DELETE FROM answer RETURNING notice_id::text, ordinal")
    return f"{rows[0][0]}.{rows[0][1]}"


async def declared_and_not_received(rooms: Rooms) -> str:
    """A fault before our door: the platform sent five, one came in."""
    await rooms.take(await rooms.caller(), surface="app")
    declaration = uuid4()
    now = rooms.clock.now()
    await rooms.rows(
        "WITH leaf AS (INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)"
        " VALUES (%(id)s, 'main', 'declaration.received', %(now)s, '', sha256(%(id)s::text::bytea))"
        " RETURNING fact_id)"
        " INSERT INTO declaration (tenant, service, id, surface, period_from, period_to, sent,"
        " received_at) SELECT 'main', 'main', fact_id, 'app', %(begun)s, %(ended)s, 5, %(now)s"
        " FROM leaf",
        id=declaration,
        now=now,
        begun=now - timedelta(hours=1),
        ended=now + timedelta(seconds=1),
    )
    return str(declaration)


async def close_with_decision(rooms: Rooms, *, caller: Caller, act: bool = False) -> str:
    """A reviewer claims the only case and decides all of it; the decision's id."""
    reviewer = await rooms.caller(Role.SPECIALIST, tenant=caller.tenant, service=caller.service)
    now = rooms.clock.now()
    lease = await queue.claim(rooms.pool, caller=reviewer, now=now, chance=os.urandom)
    assert lease is not None
    items = await rooms.rows(
        "SELECT notice_id::text, ordinal FROM item WHERE case_id = %(id)s AND decision_id IS NULL",
        id=lease.case_id,
    )
    body: dict[str, object] = {
        "lease_token": str(lease.token),
        "items": [f"{notice}.{ordinal}" for notice, ordinal in items],
        "outcome": "dismiss",
        "explanation": "token",
        "guideline_version": "g-1",
    }
    if act:
        body |= _action(now.date().isoformat())
    taken = await decide(
        rooms.pool,
        keys=rooms.keys,
        submission=Submission(
            caller=reviewer,
            case_id=lease.case_id,
            read=read_decision(json.dumps(body).encode()),
        ),
        now=now,
        chance=os.urandom,
    )
    return taken.decided.id


def _action(today: str) -> dict[str, object]:
    return {
        "outcome": "act",
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "ground": "terms",
        "terms_clause": "clause",
        "terms_version": "v1",
        "facts": "facts",
        "content": {"types": ["text"], "date": today},
        "measures": [{"kind": "account_suspended", "subject": ACCOUNT[0]}],
        "automated_detection": False,
        "automated_decision": "none",
        "application_date": today,
    }


async def _decided(rooms: Rooms) -> str:
    caller = await rooms.caller()
    await rooms.take(caller, subjects=ACCOUNT)
    return await close_with_decision(rooms, caller=caller, act=True)


async def _undone(rooms: Rooms) -> str:
    """The id of a decision that was undone."""
    decision = await _decided(rooms)
    undoing = Undoing(
        scope=Scope(tenant="main", service="main", mark=Mark.REAL),
        decision_ids=[UUID(decision)],
        reason="token",
        by="lead",
    )
    mint = Mint(at=rooms.clock.now(), chance=os.urandom)
    await undo_one(rooms.pool, undoing=undoing, key=None, mint=mint, keys=rooms.keys)
    return decision


async def _beat(rooms: Rooms, *, kind: str) -> None:
    await rooms.rows(
        "INSERT INTO process_beat (name, kind, pid, beat_at) VALUES (%(kind)s, %(kind)s, 1, now())",
        kind=kind,
    )
