"""What time does by itself: questions nobody answered lapse, and what has its end expires."""

from datetime import datetime
from typing import Final
from uuid import UUID

from tutela.database import queries
from tutela.database.pool import Connection, every_tenant_transaction, tenant_transaction
from tutela.detection.rules.governing.room import NO_LIMIT, Act, Owned, RuleRoom, hold, write
from tutela.domain.rules import RuleEvent, RuleState, RuleSwitchEvent, RuleSwitchState
from tutela.domain.states import transition

_NOBODY: Final[dict[str, object]] = {
    "asked_by": None,
    "answer_by": None,
    "approved_by": None,
    "promoted_by": None,
}

_sql = queries.load("tutela.detection.rules.governing", file="versions.sql")
_switch_sql = queries.load("tutela.detection.rules.governing", file="switches.sql")


async def settle_all(room: RuleRoom) -> int:
    """How many versions and switches came to their time, over all services; for a worker's loop."""
    now = room.clock()
    async with every_tenant_transaction(room.pool) as connection:
        rows = await (await connection.execute(_sql.due, {"now": now})).fetchall()
    settled = 0
    for tenant, service in rows:
        owned = Owned(tenant=tenant, service=service)
        async with tenant_transaction(
            room.pool, tenant=tenant, limit_seconds=NO_LIMIT
        ) as connection:
            await hold(connection, owned=owned)
            settled += await settle(connection, room=room, owned=owned, now=now)
    return settled


async def settle(connection: Connection, *, room: RuleRoom, owned: Owned, now: datetime) -> int:
    """How many came to their time, in a transaction that holds the service's policies."""
    cursor = await connection.execute(_sql.due_versions, {**owned.columns, "now": now})
    rows = await cursor.fetchall()
    for version_id, policy, version, before, is_over in rows:
        state = RuleState(before)
        over = is_over and state is not RuleState.PROPOSED
        event = RuleEvent.EXPIRED if over else RuleEvent.LAPSED
        after = transition(state, event=event)
        moved = {"id": version_id, "state": str(after), "now": now}
        await connection.execute(_sql.move_version, {**owned.columns, **_NOBODY, **moved})
        projection = {"rule": str(version_id), "policy": policy, "version": version}
        act = Act(
            event=str(event),
            at=now,
            person=None,
            subject=version_id,
            projection={**projection, "state": str(after)},
        )
        await write(connection, room=room, owned=owned, act=act)
    return len(rows) + await _end_switches(connection, room=room, owned=owned, now=now)


async def _end_switches(
    connection: Connection, *, room: RuleRoom, owned: Owned, now: datetime
) -> int:
    state = transition(RuleSwitchState.OFF, event=RuleSwitchEvent.ENDED)
    wanted = {**owned.columns, "state": str(state), "now": now}
    ended: list[tuple[UUID, str]] = await (
        await connection.execute(_switch_sql.end_due, wanted)
    ).fetchall()
    for switch_id, policy in ended:
        act = Act(
            event="switch_ended",
            at=now,
            person=None,
            subject=switch_id,
            projection={"policy": policy, "state": str(state)},
        )
        await write(connection, room=room, owned=owned, act=act)
    return len(ended)
