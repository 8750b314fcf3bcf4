"""A fault becomes an incident: the set it touched is found once, and frozen."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.decisions.replays.answers import Touched
from tutela.decisions.replays.reading import FaultUnfit
from tutela.domain import canonical
from tutela.domain.fault import FaultNamed, Predicate, Window
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.errors import FieldError
from tutela.intake.acknowledgement import item_id
from tutela.intake.reading import SENDER_CLOCK_TOLERANCE
from tutela.ledger import facts
from tutela.ledger.facts import Happened

FIRST_SHOWN = 10
#: How long after the end of its window a set is final. The database refuses a notice whose time of
#: receipt lies 15 minutes before its transaction, and no transaction of intake lasts a minute.
SETTLED = timedelta(minutes=16)
#: How far the time in a decision's id may lie from the time it was taken at.
ID_TOLERANCE = timedelta(hours=1)
LAST_OF_ALL = datetime(9999, 12, 31, tzinfo=UTC)
#: What PostgreSQL's `grouping` says where the channel, the category or the language was grouped by.
_GROUPS: Final = (0b011, 0b101, 0b110)

_sql = queries.load("tutela.decisions.replays")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A fault, whose house it befell, and who names it."""

    tenant: str
    fault: FaultNamed
    opened_by: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The incident of a fault, and whether it is new or was opened for the same fault before."""

    id: UUID
    fresh: bool


async def preview(
    pool: Pool, *, opening: Opening, now: datetime, chance: Callable[[int], bytes]
) -> Touched:
    """What an incident would hold if it were opened now; nothing is kept of it."""
    incident_id = _new_id(now, chance=chance)
    async with tenant_transaction(pool, tenant=opening.tenant, limit_seconds=None) as connection:
        touched = await _freeze(connection, opening=opening, incident_id=incident_id)
        await connection.rollback()
    return touched


async def open_incident(
    pool: Pool,
    *,
    opening: Opening,
    keys: KeySet,
    now: datetime,
    chance: Callable[[int], bytes],
) -> Opened:
    """The incident, once its set is frozen and in the ledger.

    Raises FaultUnfit where the window has not ended long enough for its set to be final.
    """
    if opening.fault.period_to > now - SETTLED:
        minutes = int(SETTLED.total_seconds()) // 60
        wrong = f"ended less than {minutes} minutes ago: what came in may not all be stored yet"
        raise FaultUnfit(f"/to: {wrong}.", errors=[FieldError("/to", wrong)])
    incident_id = _new_id(now, chance=chance)
    said = {"fault": fault_value(opening.fault), "opened_by": opening.opened_by}
    named = {
        "tenant": opening.tenant,
        "service": opening.fault.service,
        "fault_hash": hashlib.sha256(canonical.encode(said["fault"])).digest(),
    }
    async with tenant_transaction(pool, tenant=opening.tenant, limit_seconds=None) as connection:
        cursor = await connection.execute(_sql.incident_of_fault, named)
        row = await cursor.fetchone()
        if row is not None:
            return Opened(row[0], fresh=False)
        touched = await _freeze(connection, opening=opening, incident_id=incident_id)
        happened = Happened(
            type="incident.opened",
            service=opening.fault.service,
            projection=_projection(opening.fault, touched=touched),
            said=said,
            id=incident_id,
        )
        written = facts.write(happened, at=now, keys=keys, chance=chance)
        leaf = {**named, **written.columns, "fact_type": happened.type}
        await connection.execute(_sql.add_leaf, leaf)
        await connection.execute(_sql.add_incident, {**leaf, "touched": Jsonb(_plain(touched))})
    return Opened(incident_id, fresh=True)


def fault_value(fault: FaultNamed) -> dict[str, object]:
    """The JSON value of a fault, the same for the same fault: its hash names it."""
    return {
        **_plain(fault),
        "from": canonical.timestamp(fault.period_from),
        "to": canonical.timestamp(fault.period_to),
    }


async def _freeze(connection: Connection, *, opening: Opening, incident_id: UUID) -> Touched:
    place = {
        "tenant": opening.tenant,
        "service": opening.fault.service,
        "incident_id": incident_id,
        "after": None,
        "after_ordinal": None,
        "limit": FIRST_SHOWN,
    }
    await connection.execute(_sql.freeze, conditions_of(opening, incident_id=incident_id))
    cursor = await connection.execute(_sql.count_frozen, place)
    ((items, notices, still_open, items_hash),) = await cursor.fetchall()
    counted: tuple[dict[str, int], ...] = ({}, {}, {})
    cursor = await connection.execute(_sql.count_frozen_by, place)
    for *values, left_out, count in await cursor.fetchall():
        kind = _GROUPS.index(left_out)
        counted[kind][values[kind] or ""] = count
    cursor = await connection.execute(_sql.items_of_incident, place)
    first = [item_id(notice_id, ordinal=each) for notice_id, each in await cursor.fetchall()]
    return Touched(
        items=items,
        notices=notices,
        open=still_open,
        answered=items - still_open,
        channels=counted[0],
        categories=counted[1],
        languages=counted[2],
        first=first,
        items_hash=items_hash.hex(),
    )


def conditions_of(opening: Opening, *, incident_id: UUID) -> dict[str, object]:
    """The fault as the query takes it that finds what it touched."""
    return {
        "tenant": opening.tenant,
        "service": opening.fault.service,
        "incident_id": incident_id,
        **_window(opening.fault),
        **_conditions(opening.fault),
    }


def _window(fault: FaultNamed) -> dict[str, object]:
    first_at = fault.period_from - ID_TOLERANCE
    end_at = fault.period_to + ID_TOLERANCE
    if fault.window is Window.SUBMITTED:
        first_at, end_at = fault.period_from - SENDER_CLOCK_TOLERANCE, LAST_OF_ALL
    return {
        "window": str(fault.window),
        "period_from": fault.period_from,
        "period_to": fault.period_to,
        "first_id": _least_id(first_at),
        "end_id": _least_id(end_at),
    }


def _conditions(fault: FaultNamed) -> dict[str, object]:
    """The predicate as the query takes it; what was not said is an empty text there."""
    conditions: dict[str, object] = {}
    for name in Predicate.__struct_fields__:
        value = getattr(fault.predicate, name)
        if isinstance(value, tuple) and name != "not_in":
            conditions[name] = ["" if each is None else str(each) for each in value]
        else:
            conditions[name] = list(value) if isinstance(value, tuple) else value
    return conditions


def _projection(fault: FaultNamed, *, touched: Touched) -> dict[str, object]:
    value = fault_value(fault)
    return {
        "predicate_hash": hashlib.sha256(canonical.encode(value["predicate"])).hexdigest(),
        "window": fault.window,
        "from": value["from"],
        "to": value["to"],
        "items": touched.items,
        "open": touched.open,
        "answered": touched.answered,
        "items_hash": touched.items_hash,
        "channels": touched.channels,
    }


def _new_id(now: datetime, *, chance: Callable[[int], bytes]) -> UUID:
    return uuid7(unix_ms=int(now.timestamp() * 1000), random=chance(UUID7_RANDOM_BYTES))


def _least_id(at: datetime) -> UUID:
    unix_ms = max(int(at.timestamp() * 1000), 0)
    return uuid7(unix_ms=unix_ms, random=bytes(UUID7_RANDOM_BYTES))


def _plain(value: msgspec.Struct) -> dict[str, object]:
    return msgspec.convert(msgspec.to_builtins(value), dict[str, object])
