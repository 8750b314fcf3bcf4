"""Incidents as those see them who answer for them: each, all, and the exact items of one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.decisions.replays.answers import Incident, IncidentPage, incident_of
from tutela.errors import TutelaError
from tutela.intake.acknowledgement import item_id

ITEMS_AT_ONCE = 10_000

_sql = queries.load("tutela.decisions.replays")


class UnknownIncident(TutelaError):
    """There is no such incident, or it is another service's."""

    code = "unknown_incident"
    title = "No such incident"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Whose incidents are asked for; `service` is None for those of all services of the tenant."""

    tenant: str
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentsWanted:
    """At most `limit` incidents `after` an id, in a `state` or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = None


async def list_incidents(
    pool: Pool, *, seen: Seen, wanted: IncidentsWanted, keys: KeySet
) -> IncidentPage:
    """One page of incidents."""
    asked = {
        "tenant": seen.tenant,
        "service": seen.service,
        "id": None,
        "after": wanted.after,
        "state": wanted.state,
        "limit": wanted.limit + 1,
    }
    async with tenant_transaction(pool, tenant=seen.tenant) as connection:
        rows = await (await connection.execute(_sql.list_incidents, asked)).fetchall()
    shown = [incident_of(row, keys=keys) for row in rows[: wanted.limit]]
    return IncidentPage(incidents=shown, next=shown[-1].id if len(rows) > len(shown) else None)


async def show_incident(pool: Pool, *, seen: Seen, incident_id: UUID, keys: KeySet) -> Incident:
    """One incident; raises UnknownIncident."""
    asked = {
        "tenant": seen.tenant,
        "service": seen.service,
        "id": incident_id,
        "after": None,
        "state": None,
        "limit": 1,
    }
    async with tenant_transaction(pool, tenant=seen.tenant) as connection:
        row = await (await connection.execute(_sql.list_incidents, asked)).fetchone()
    if row is None:
        raise unknown_incident()
    return incident_of(row, keys=keys)


async def items_of(pool: Pool, *, incident: Incident, tenant: str) -> AsyncIterator[str]:
    """The ids of all items that a fault touched, in their order."""
    asked = {
        "tenant": tenant,
        "service": incident.service,
        "incident_id": UUID(incident.id),
        "after": None,
        "after_ordinal": None,
        "limit": ITEMS_AT_ONCE,
    }
    while True:
        async with tenant_transaction(pool, tenant=tenant) as connection:
            rows = await (await connection.execute(_sql.items_of_incident, asked)).fetchall()
        for notice_id, ordinal in rows:
            yield item_id(notice_id, ordinal=ordinal)
        if len(rows) < ITEMS_AT_ONCE:
            return
        asked |= {"after": rows[-1][0], "after_ordinal": rows[-1][1]}


async def decisions_of(pool: Pool, *, incident: Incident, tenant: str) -> list[str]:
    """The ids of decisions that a replay asks about again: whoever finds one wrong can undo it."""
    asked = {"tenant": tenant, "service": incident.service, "incident_id": UUID(incident.id)}
    async with tenant_transaction(pool, tenant=tenant) as connection:
        rows = await (await connection.execute(_sql.decisions_of_incident, asked)).fetchall()
    return [str(decision_id) for (decision_id,) in rows]


def unknown_incident() -> UnknownIncident:
    """The refusal of an incident that is not there or not the caller's to see."""
    return UnknownIncident("There is no such incident.")
