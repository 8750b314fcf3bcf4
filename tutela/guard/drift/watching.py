"""Looks through what was used, again and again, for what rises with those who used what is blocked.

It finds leads and nothing else: none has an effect until a person proposes it and another agrees.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.errors import DatabaseUnavailable
from tutela.database.pool import Connection, every_tenant_transaction, tenant_transaction
from tutela.domain.drift import LEAD_MOVES, LeadEvent, LeadState
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.vocabulary import Mark
from tutela.guard.drift.counting import Window, beside, count, listed_among
from tutela.guard.drift.evidence import evidence_of
from tutela.guard.drift.rising import Rising, rising
from tutela.guard.drift.room import DriftRoom
from tutela.guard.governance.listing import in_force
from tutela.guard.snapshot import Text

#: Between two rounds of one service.
ROUND: Final = timedelta(minutes=15)
#: Leads that one round keeps, the surest first.
LEADS_MAX: Final = 200
#: For how long what a person judged stays judged, although it rises.
REST: Final = timedelta(days=30)
_NO_LIMIT: Final = None

_sql = queries.load("tutela.guard.drift", file="leads.sql")
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger(__name__)


async def watch(room: DriftRoom, *, monotonic: Callable[[], float]) -> int:
    """How many services were looked through; those that are due, and each by one process."""
    async with every_tenant_transaction(room.pool) as connection:
        cursor = await connection.execute(_sql.places_listing, {"now": room.clock()})
        rows = await cursor.fetchall()
    due = [Whose(tenant=tenant, service=service, mark=Mark(mark)) for tenant, service, mark in rows]
    return sum([await _round(whose, room=room, monotonic=monotonic) for whose in due])


async def _round(whose: Whose, *, room: DriftRoom, monotonic: Callable[[], float]) -> bool:
    """Whether the service was looked through; one that can't be holds up no other."""
    now, begun = room.clock(), monotonic()
    named = {**whose.columns, "now": now, "next_at": now + ROUND}
    try:
        async with tenant_transaction(
            room.pool, tenant=whose.tenant, limit_seconds=_NO_LIMIT
        ) as connection:
            if await (await connection.execute(_sql.begin_round, named)).fetchone() is None:
                return False
            await look_through(connection, whose=whose, room=room)
            seconds = monotonic() - begun
            await connection.execute(_sql.end_round, {**named, "seconds": seconds})
    except DatabaseUnavailable:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, the other services are looked through
        _log.exception("drift_not_looked_through", service=f"{whose.tenant}/{whose.service}")
        return False
    return True


async def look_through(connection: Connection, *, whose: Whose, room: DriftRoom) -> int:
    """How many leads were found now, and kept in the transaction."""
    now = room.clock()
    live = await in_force(connection, keys=room.keys, listed=whose, now=now)
    texts = [each.entry for each in live if isinstance(each.entry, Text)]
    listed = await listed_among(connection, whose=whose, texts=texts, keys=room.keys)
    window = Window(whose=whose, now=now)
    counted, active = await count(connection, window=window, listed=listed)
    found = rising(counted, active=active)[:LEADS_MAX]
    keys = [each.counted.value_key for each in found]
    both = await beside(connection, window=window, listed=listed, values=keys)
    evidences = [
        _encode(evidence_of(each, active=active, beside=both.get(key, (0, 0)))).decode()
        for each, key in zip(found, keys, strict=True)
    ]
    await _keep(connection, window=window, found=found, evidences=evidences, room=room)
    before = [str(state) for state, event in LEAD_MOVES if event is LeadEvent.LISTED]
    settled = {"listed": listed, "listed_state": LeadState.LISTED, "before": before, "now": now}
    await connection.execute(_sql.mark_listed, {**whose.columns, **settled})
    return len(found)


async def _keep(
    connection: Connection,
    *,
    window: Window,
    found: Sequence[Rising],
    evidences: Sequence[str],
    room: DriftRoom,
) -> None:
    now = window.now
    await connection.execute(
        _sql.keep_leads,
        {
            **window.whose.columns,
            "now": now,
            "rested": now - REST,
            "open": LeadState.OPEN,
            "returning": [str(state) for state, event in LEAD_MOVES if event is LeadEvent.RETURNED],
            "ids": [_new_id(room, at=now) for _ in found],
            "value_keys": [each.counted.value_key for each in found],
            "scores": [each.score for each in found],
            "evidences": list(evidences),
        },
    )


def _new_id(room: DriftRoom, *, at: datetime) -> object:
    return uuid7(unix_ms=int(at.timestamp() * 1000), random=room.chance(UUID7_RANDOM_BYTES))
