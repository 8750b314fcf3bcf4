"""What waits for people: by lane, since when, how long it took lately, and what to expect."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain import canonical
from tutela.reconciliation.forecast import SLOTS, Forecast, Slots, forecast, slot_seconds
from tutela.reconciliation.viewing import Viewer

#: Median, and what only one case in twenty and in a hundred exceeds.
QUANTILES: Final = (0.5, 0.95, 0.99)
#: Over which cases: those that were opened within the last so many hours.
WINDOW_HOURS: Final = (1, 24, 168)
#: Waits over a week of a million cases may take their time.
WAITS_LIMIT_SECONDS: Final = 60.0

_sql = queries.load("tutela.reconciliation", file="backlog.sql")


class LaneBacklog(msgspec.Struct, frozen=True):
    """The open cases of one lane."""

    lane: str
    open: int
    overdue: int
    leased: int
    oldest_since: str | None
    next_due_at: str | None


class NetworkRunsStanding(msgspec.Struct, frozen=True):
    """Searches for networks: under way, and those of the last day that came to no end or to one."""

    waiting: int
    running: int
    failed: int
    done: int
    oldest_since: str | None


class Quantiles(msgspec.Struct, frozen=True):
    """Seconds that so many of a hundred cases took at most; None where that many wait still."""

    median: float | None
    p95: float | None
    p99: float | None


class Waits(msgspec.Struct, frozen=True):
    """How long cases took that were opened within a window, by lane; `lane` None is all of them."""

    window_hours: int
    lane: str | None
    cases: int
    to_first_look: Quantiles
    to_action: Quantiles


class Backlog(msgspec.Struct, frozen=True):
    """What waits for people, and what to expect; no forecast within the first minutes."""

    lanes: list[LaneBacklog]
    forecast: Forecast | None
    networks: NetworkRunsStanding


async def backlog(pool: Pool, *, viewer: Viewer, now: datetime) -> Backlog:
    """What waits on the viewer's service now."""
    asked = {"tenant": viewer.tenant, "service": viewer.service, "now": now}
    async with tenant_transaction(pool, tenant=viewer.tenant) as connection:
        lanes = [_lane(row) for row in await _rows(connection, sql=_sql.lanes, asked=asked)]
        runs = await _rows(connection, sql=_sql.network_runs, asked=asked)
        slots = await _slots(connection, asked=asked, now=now)
    open_now = sum(lane.open for lane in lanes)
    expected = None if slots is None else forecast(open_now, slots=slots)
    return Backlog(lanes, expected, _runs(runs[0]))


async def waits(pool: Pool, *, viewer: Viewer, now: datetime) -> list[Waits]:
    """How long people waited on the viewer's service, over each window."""
    found = []
    asked = {"tenant": viewer.tenant, "service": viewer.service, "now": now}
    async with tenant_transaction(
        pool, tenant=viewer.tenant, limit_seconds=WAITS_LIMIT_SECONDS
    ) as connection:
        for hours in WINDOW_HOURS:
            window = {"from": now - timedelta(hours=hours), "quantiles": list(QUANTILES)}
            rows = await _rows(connection, sql=_sql.waits, asked={**asked, **window})
            found += [_waits(row, hours=hours) for row in rows]
    return found


async def _slots(
    connection: Connection, *, asked: dict[str, object], now: datetime
) -> Slots | None:
    first = await _rows(connection, sql=_sql.first_opened, asked=asked)
    seconds = slot_seconds((now - first[0][0]).total_seconds()) if first else None
    if seconds is None:
        return None
    window = {"slot_seconds": seconds, "from": now - timedelta(seconds=seconds * SLOTS)}
    opened = await _rows(connection, sql=_sql.opened_by_slot, asked={**asked, **window})
    closed = await _rows(connection, sql=_sql.closed_by_slot, asked={**asked, **window})
    return Slots(seconds=seconds, opened=_by_slot(opened), closed=_by_slot(closed))


def _by_slot(rows: Sequence[tuple[int, int]]) -> list[int]:
    counts = dict(rows)
    return [counts.get(slot, 0) for slot in reversed(range(SLOTS))]


def _lane(row: Sequence[Any]) -> LaneBacklog:
    lane, count, overdue, leased, oldest, due = row
    return LaneBacklog(lane, count, overdue, leased, _at(oldest), _at(due))


def _runs(row: Sequence[Any]) -> NetworkRunsStanding:
    waiting, running, failed, done, oldest = row
    return NetworkRunsStanding(waiting, running, failed, done, _at(oldest))


def _waits(row: Sequence[Any], *, hours: int) -> Waits:
    lane, cases, looks, actions = row
    return Waits(hours, lane, cases, _quantiles(looks), _quantiles(actions))


def _quantiles(found: Sequence[float] | None) -> Quantiles:
    ended = [each if math.isfinite(each) else None for each in found or (math.inf,) * 3]
    return Quantiles(*ended)


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else canonical.timestamp(instant)


async def _rows(
    connection: Connection, *, sql: LiteralString, asked: dict[str, object]
) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(sql, asked)
    return await cursor.fetchall()
