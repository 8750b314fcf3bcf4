"""A route that is broken on purpose, to see that the probes find it: for a while, never for good.

Nothing in the service knows of it. The database itself refuses notices over one door until an
instant that it keeps, so that the route heals even where whoever broke it is gone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.domain import canonical
from tutela.drills.probes import PROBES
from tutela.errors import TutelaError

_sql = queries.load("tutela.drills", file="routes.sql")


class UnknownRoute(TutelaError):
    """No probe travels over a door of this name."""

    code = "unknown_route"
    title = "No such route"
    status = 404


class RouteUnprobed(TutelaError):
    """Too few probes have travelled the route to say what a period is."""

    code = "route_unprobed"
    title = "No probes on this route yet"
    status = 409


@dataclass(frozen=True, slots=True)
class Seen:
    """What the probes of a door found since an instant, over all routes that use it."""

    #: Each route over the door met a fault, and the words of one.
    all_red: bool
    fault: str | None
    #: On each route a probe came through.
    all_green: bool


def refuse_unknown(door: str) -> None:
    """`UnknownRoute` unless probes know the door."""
    if door not in PROBES:
        raise UnknownRoute(f"There is no door {door!r}: {', '.join(sorted(PROBES))}.")


async def period_seconds(pool: Pool, *, door: str) -> float:
    """How long lies between two probes of the door; raises RouteUnprobed."""
    async with every_tenant_transaction(pool) as connection:
        rows = await _rows(connection, sql=_sql.probe_period, door=door)
    if not rows:
        raise RouteUnprobed("Wait until two probes have travelled it.")
    return float(rows[0][0])


async def break_door(pool: Pool, *, door: str, until: datetime) -> None:
    """Nothing; until then the database refuses every notice over the door."""
    refuse_unknown(door)
    async with every_tenant_transaction(pool) as connection:
        await _prepare(connection, door=door, until=canonical.timestamp(until))
        await connection.execute(_sql.break_door)


async def mend_door(pool: Pool, *, door: str) -> None:
    """Nothing is left of a drill on the door, were there one or not."""
    async with every_tenant_transaction(pool) as connection:
        await _prepare(connection, door=door, until="")
        await connection.execute(_sql.mend_door)


async def seen_since(pool: Pool, *, door: str, since: datetime) -> Seen:
    """What probes issued since then met; nothing where none were."""
    async with every_tenant_transaction(pool) as connection:
        rows = await _rows(connection, sql=_sql.probes_since, door=door, since=since)
    faults = [row[5] for row in rows if row[5] is not None]
    return Seen(
        all_red=bool(rows) and all(row[3] for row in rows),
        fault=faults[0] if faults else None,
        all_green=bool(rows) and all(row[4] for row in rows),
    )


async def _prepare(connection: Connection, *, door: str, until: str) -> None:
    await connection.execute(_sql.wait_briefly, {"door": door, "until": until})


async def _rows(
    connection: Connection, *, sql: LiteralString, **asked: object
) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(sql, asked)
    return await cursor.fetchall()
