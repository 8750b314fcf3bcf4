"""A notice that merges into a case at the moment it closes, in both orders, on real connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.fixtures.deciding import claimed, decided, dismissal, subject
from tests.fixtures.house import Rooms
from tutela.domain.vocabulary import Role

POST = subject("post-1")
GATE = 4_711
PATIENCE_SECONDS = 30.0
MOMENT_SECONDS = 0.005


@asynccontextmanager
async def held_at(rooms: Rooms, *, table: str) -> AsyncIterator[None]:
    """Whoever inserts into the table waits there until the context ends."""
    await rooms.rows(
        "CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS"
        f" 'BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW; END'"
    )
    await rooms.rows(
        f"CREATE TRIGGER gate BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION wait_at_gate()"
    )
    async with rooms.pool.connection() as keeper:
        await keeper.execute("SELECT pg_advisory_xact_lock(%s)", (GATE,))
        yield


async def until_waiting(rooms: Rooms, *, on: str) -> None:
    """Returns once a session of this database waits for a lock of that kind."""
    query = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND wait_event = %(on)s"
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await rooms.rows(query, on=on):
                return
            await asyncio.sleep(MOMENT_SECONDS)


async def standing(rooms: Rooms) -> list[tuple[object, ...]]:
    """Each case in the order of opening: whether it is closed, and its open and answered items."""
    return await rooms.rows(
        "SELECT c.closed_at IS NOT NULL, count(*) FILTER (WHERE i.decision_id IS NULL),"
        " count(*) FILTER (WHERE i.decision_id IS NOT NULL)"
        " FROM case_file c JOIN item i ON i.case_id = c.id GROUP BY c.id, c.closed_at ORDER BY c.id"
    )


@pytest.mark.parametrize("key", [None, "n-2"])
async def test_a_notice_that_came_first_keeps_the_case_open(rooms: Rooms, key: str | None) -> None:
    sender, reviewer = await rooms.caller(), await rooms.caller(Role.REVIEWER)
    first = await rooms.take(sender, subjects=[POST])
    lease = await claimed(rooms, reviewer=reviewer)
    body = dismissal(lease, items=[first.items[0].id])
    async with held_at(rooms, table="item"):
        merging = asyncio.create_task(rooms.take(sender, subjects=[POST], external_id=key))
        await until_waiting(rooms, on="advisory")
        deciding = asyncio.create_task(decided(rooms, reviewer=reviewer, lease=lease, body=body))
        await until_waiting(rooms, on="transactionid")
        assert not merging.done()
        assert not deciding.done()
    await asyncio.gather(merging, deciding)
    assert await standing(rooms) == [(False, 1, 1)]
    assert (await claimed(rooms, reviewer=reviewer)).case_id == lease.case_id


async def test_a_notice_that_came_too_late_opens_a_case_of_its_own(rooms: Rooms) -> None:
    sender, reviewer = await rooms.caller(), await rooms.caller(Role.REVIEWER)
    first = await rooms.take(sender, subjects=[POST])
    lease = await claimed(rooms, reviewer=reviewer)
    body = dismissal(lease, items=[first.items[0].id])
    async with held_at(rooms, table="outbox"):
        deciding = asyncio.create_task(decided(rooms, reviewer=reviewer, lease=lease, body=body))
        await until_waiting(rooms, on="advisory")
        merging = asyncio.create_task(rooms.take(sender, subjects=[POST]))
        await until_waiting(rooms, on="transactionid")
        assert not merging.done()
        assert not deciding.done()
    await asyncio.gather(merging, deciding)
    assert await standing(rooms) == [(True, 0, 1), (False, 1, 0)]
    assert (await claimed(rooms, reviewer=reviewer)).case_id != lease.case_id


async def test_decisions_and_notices_at_once_lose_nothing(rooms: Rooms) -> None:
    sender, reviewer = await rooms.caller(), await rooms.caller(Role.REVIEWER)
    for _ in range(15):
        first = await rooms.take(sender, subjects=[POST])
        lease = await claimed(rooms, reviewer=reviewer)
        waiting = await rooms.rows(
            "SELECT notice_id || '.' || ordinal FROM item WHERE decision_id IS NULL"
        )
        items = [item for (item,) in waiting]
        assert first.items[0].id in items
        body = dismissal(lease, items=items)
        await asyncio.gather(
            decided(rooms, reviewer=reviewer, lease=lease, body=body),
            *(rooms.take(sender, subjects=[POST]) for _ in range(3)),
        )
        wrong = [row for row in await standing(rooms) if row[0] == bool(row[1])]
        assert wrong == []
