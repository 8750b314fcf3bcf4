"""Unusual browsing: leads for a second person, by thresholds, and never a punishment."""

from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from psycopg.types.json import Jsonb

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import every_tenant_transaction, tenant_transaction
from tutela.domain.oversight import OversightKind, OversightState
from tutela.domain.vocabulary import Mark
from tutela.review.oversight.glass import LOOK_HOURS
from tutela.review.oversight.room import Act, OversightRoom, write

#: How far back cases are counted that somebody opened and did not decide.
WINDOW_HOURS: Final = 24
#: How far back looks at one subject, and looks at night, are counted.
WINDOW_DAYS: Final = 7

_sql = queries.load("tutela.review.oversight", file="browsing.sql")
_log = structlog.get_logger(__name__)


async def find_unusual(room: OversightRoom) -> int:
    """How many leads are new: one a person and kind, until a second person has looked."""
    now, limits = room.clock(), room.limits
    asked = {
        "now": now,
        "day_ago": now - timedelta(hours=WINDOW_HOURS),
        "week_ago": now - timedelta(days=WINDOW_DAYS),
        "cases_max": limits.browsed_cases_max,
        "subject_max": limits.browsed_subject_max,
        "night_max": limits.browsed_night_max,
        "night_from": limits.night_from_hour,
        "night_to": limits.night_to_hour,
        "zone": limits.time_zone,
    }
    async with every_tenant_transaction(room.pool) as connection:
        rows = await (await connection.execute(_sql.unusual, asked)).fetchall()
    return sum([await _keep(room, row=row, now=now) for row in rows])


async def _keep(room: OversightRoom, *, row: tuple[Any, ...], now: datetime) -> bool:
    """Whether the lead is new; another worker may have kept it."""
    tenant, service, mark, kind, person, role, count, threshold = row
    whose = Whose(tenant=tenant, service=service, mark=Mark(mark))
    figures = {"counted": count, "threshold": threshold}
    lead = {
        "kind": str(OversightKind(kind)),
        "state": str(OversightState.OPEN),
        "person": person,
        "role": role,
        "now": now,
        "look_by": now + timedelta(hours=LOOK_HOURS),
        "figures": Jsonb(figures),
    }
    async with tenant_transaction(room.pool, tenant=tenant) as connection:
        named = {**whose.columns, **lead}
        if await (await connection.execute(_sql.lead_is_there, named)).fetchone() is not None:
            return False
        act = Act(
            event="browsing_found",
            at=now,
            person=None,
            projection={"kind": kind, "role": role, **figures},
            said={"person": person},
        )
        lead_id = await write(connection, room=room, whose=whose, act=act)
        await connection.execute(_sql.add_lead, {**named, "id": lead_id})
    _log.warning("unusual_browsing", kind=kind, service=service, lead=str(lead_id))
    return True
