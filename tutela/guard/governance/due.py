"""What time does by itself: questions nobody answered lapse, and what has its end expires."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Final
from uuid import UUID

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, every_tenant_transaction, tenant_transaction
from tutela.domain.guard import EntryEvent, EntryState, SwitchEvent, SwitchState
from tutela.domain.states import transition
from tutela.domain.vocabulary import Mark
from tutela.guard.governance.room import Act, GovernanceRoom, hold, write

_NO_LIMIT: Final = None

_sql = queries.load("tutela.guard.governance", file="due.sql")


async def settle_all(room: GovernanceRoom) -> int:
    """How many entries and switches came to their time, over all services; for a worker's loop."""
    now = room.clock()
    async with every_tenant_transaction(room.pool) as connection:
        cursor = await connection.execute(_sql.services_with_due, {"now": now})
        waiting = [
            Whose(tenant=tenant, service=service, mark=Mark(mark))
            for tenant, service, mark in await cursor.fetchall()
        ]
    settled = 0
    for listed in waiting:
        async with tenant_transaction(
            room.pool, tenant=listed.tenant, limit_seconds=_NO_LIMIT
        ) as connection:
            await hold(connection, listed=listed)
            settled += await settle(connection, room=room, listed=listed, now=now)
    return settled


async def settle(
    connection: Connection, *, room: GovernanceRoom, listed: Whose, now: datetime
) -> int:
    """How many entries and switches came to their time, in a transaction that holds the list."""
    cursor = await connection.execute(_sql.due_entries, {**listed.columns, "now": now})
    moved: dict[EntryEvent, list[tuple[UUID, EntryState]]] = defaultdict(list)
    for entry_id, before, is_over in await cursor.fetchall():
        state = EntryState(before)
        over = is_over and state is not EntryState.PROPOSED
        event = EntryEvent.EXPIRED if over else EntryEvent.LAPSED
        moved[event].append((entry_id, transition(state, event=event)))
    for event, entries in moved.items():
        ids = [each[0] for each in entries]
        states = [str(each[1]) for each in entries]
        wanted = {**listed.columns, "ids": ids, "states": states, "now": now}
        await connection.execute(_sql.settle_entries, wanted)
        counted = dict(sorted(Counter(states).items()))
        projection = {"entries": len(ids), "states": counted}
        act = Act(event=str(event), at=now, person=None, subjects=ids, projection=projection)
        await write(connection, room=room, listed=listed, act=act)
    count = sum(map(len, moved.values()))
    return count + await _end_switches(connection, room=room, listed=listed, now=now)


async def _end_switches(
    connection: Connection, *, room: GovernanceRoom, listed: Whose, now: datetime
) -> int:
    state = transition(SwitchState.SHUT, event=SwitchEvent.ENDED)
    cursor = await connection.execute(
        _sql.end_switches, {**listed.columns, "state": str(state), "now": now}
    )
    ended = await cursor.fetchall()
    if ended:
        act = Act(
            event="switch_ended",
            at=now,
            person=None,
            subjects=[row[0] for row in ended],
            projection={"surfaces": sorted(row[1] for row in ended), "state": str(state)},
        )
        await write(connection, room=room, listed=listed, act=act)
    return len(ended)
