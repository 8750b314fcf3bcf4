"""How detectors stand: written by every process that looks, read by whoever watches."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection, every_tenant_transaction
from tutela.detection.pipeline.room import DetectionRoom
from tutela.detection.pipeline.standings import EVERYBODY, Standing
from tutela.domain import canonical

#: Periods that a process may be silent about a detector before that is red.
SILENT_PERIODS = 3.0

_sql = queries.load("tutela.detection.pipeline", file="detection.sql")


class DetectorState(msgspec.Struct, frozen=True):
    """A detector, a list or an exchange over all processes; red where any of them says so."""

    name: str
    ok: bool
    #: Why it is red: a code.
    why: str | None
    #: Since when it is so.
    since: str
    processes: int
    red: int


class LooksDue(msgspec.Struct, frozen=True):
    """What must follow from looks: cases to open, looks to repeat, and what was given up."""

    open_case: int = 0
    look_again: int = 0
    given_up: int = 0
    oldest_since: str | None = None


async def write_standings(room: DetectionRoom, *, process: str, period_seconds: float) -> None:
    """Nothing, once it stands there how this process finds everything that detection stands on."""
    found = _worst(await room.panel.standings())
    now = room.clock()
    places = [_place(each.service) for each in found]
    named = {
        "process": process,
        "now": now,
        "silent_at": now + timedelta(seconds=SILENT_PERIODS * period_seconds),
        "tenants": [tenant for tenant, _ in places],
        "services": [service for _, service in places],
        "names": [each.name for each in found],
        "oks": [each.ok for each in found],
        "whys": [each.why if each.ok else each.why or "unsaid" for each in found],
    }
    async with every_tenant_transaction(room.pool) as connection:
        await connection.execute(_sql.stand, named)
        await connection.execute(_sql.forget_standings, {"process": process, "now": now})


async def states_in(
    connection: Connection, *, now: datetime, service: str | None = None
) -> list[DetectorState]:
    """How each stands, by name: of a `tenant/service` and everybody's, or of all where None."""
    tenant, name = _place(service or EVERYBODY)
    asked = {"tenant": tenant, "service": name, "now": now}
    cursor = await connection.execute(_sql.detector_states, asked)
    return [
        DetectorState(name, not red, why, canonical.timestamp(since), processes, red)
        for name, why, since, processes, red in await cursor.fetchall()
    ]


async def looks_due_in(connection: Connection, *, service: str | None = None) -> LooksDue:
    """What must follow from looks: of a `tenant/service`, or of all where None."""
    tenant, name = _place(service or EVERYBODY)
    cursor = await connection.execute(_sql.looks_due, {"tenant": tenant, "service": name})
    row = await cursor.fetchone()
    if row is None:
        return LooksDue()
    opening, again, dead, since = row
    return LooksDue(opening, again, dead, None if since is None else canonical.timestamp(since))


def _worst(found: Sequence[Standing]) -> list[Standing]:
    """One of each name: the red one, where one is."""
    named: dict[tuple[str, str], Standing] = {}
    for each in found:
        key = (each.service, each.name)
        if key not in named or not each.ok:
            named[key] = each
    return list(named.values())


def _place(service: str) -> tuple[str, str]:
    tenant, _, name = service.partition("/")
    return tenant, name or EVERYBODY
