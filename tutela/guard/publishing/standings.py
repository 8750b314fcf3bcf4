"""How the guard of a service stands: its newest version, who answers by which, who probes it."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.domain import canonical
from tutela.guard.publishing.keeping import Keeper

#: Between two times that a process says by which versions it answers.
PERIOD_SECONDS: Final = 5.0
#: Periods that a process may say nothing before that is red.
SILENT_PERIODS: Final = 4
#: How long a change may take to every process of the house.
BEHIND_SECONDS: Final = 60.0
#: For how long it is told that somebody tried out what is listed.
TOLD_SECONDS: Final = 86_400.0

_sql = queries.load("tutela.guard.publishing")


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """By what a process of the house, or a program of the platform, answers."""

    #: `process` or `program`.
    kind: str
    name: str
    version: int
    age_seconds: float
    ok: bool
    #: Why it is red: `degraded`, `behind`, `silent`.
    why: str | None
    #: Of a program: what it asks for.
    surfaces: list[str]
    looked_at: str

    @property
    def is_red(self) -> bool:
        """Whether somebody must look; a program of the platform that is silent may have ended."""
        return not self.ok and (self.kind, self.why) != ("program", "silent")


class GuardStanding(msgspec.Struct, frozen=True, kw_only=True):
    """The guard of one service."""

    tenant: str
    service: str
    #: The newest; 0 where nothing was published yet.
    version: int
    #: Since it was last known to hold all that is listed.
    age_seconds: float
    serving: list[Serving]
    #: Viewers and tokens that tried out what is listed, over the last day.
    probing: int
    #: Viewers that are shut out for it now.
    shut_out: int

    @property
    def ok(self) -> bool:
        """Whether everybody answers by the newest version."""
        return not any(each.is_red for each in self.serving)


async def write_standings(keeper: Keeper, *, pool: Pool, process: str, now: datetime) -> None:
    """Nothing, once it stands there by which versions this process answers."""
    found = keeper.standings()
    named = {
        "kind": "process",
        "name": process,
        "now": now,
        "silent_at": now + timedelta(seconds=SILENT_PERIODS * PERIOD_SECONDS),
        "surfaces": [],
        "tenants": [place.tenant for place in found],
        "services": [place.service for place in found],
        "versions": [each.version for each in found.values()],
        "ages": [each.age_seconds for each in found.values()],
        "degradeds": [each.degraded for each in found.values()],
    }
    async with every_tenant_transaction(pool) as connection:
        await connection.execute(_sql.stand, named)


async def standings_in(
    connection: Connection, *, now: datetime, service: str = "/"
) -> list[GuardStanding]:
    """The guard of a `tenant/service`, or of every service where none is named."""
    tenant, _, name = service.partition("/")
    asked = {
        "tenant": tenant,
        "service": name,
        "now": now,
        "told_from": now - timedelta(seconds=TOLD_SECONDS),
        "behind_before": now - timedelta(seconds=BEHIND_SECONDS),
    }
    serving: dict[tuple[str, str], list[Serving]] = {}
    cursor = await connection.execute(_sql.serving, asked)
    for row in await cursor.fetchall():
        serving.setdefault((row[0], row[1]), []).append(_serving(row[2:]))
    cursor = await connection.execute(_sql.guards, asked)
    return [
        GuardStanding(
            tenant=row[0],
            service=row[1],
            version=row[2],
            age_seconds=round(max((now - row[3]).total_seconds(), 0.0), 3),
            serving=serving.get((row[0], row[1]), []),
            probing=row[4],
            shut_out=row[5],
        )
        for row in await cursor.fetchall()
    ]


def _serving(row: tuple[object, ...]) -> Serving:
    kind, name, version, age_seconds, why, surfaces, looked_at = row
    return msgspec.convert(
        {
            "kind": kind,
            "name": name,
            "version": version,
            "age_seconds": age_seconds,
            "ok": why is None,
            "why": why,
            "surfaces": surfaces,
            "looked_at": canonical.timestamp(msgspec.convert(looked_at, datetime)),
        },
        Serving,
    )


async def forget_silent(pool: Pool, *, now: datetime) -> None:
    """Drops processes that have said nothing for a day."""
    async with every_tenant_transaction(pool) as connection:
        await connection.execute(_sql.forget_silent, {"before": now - timedelta(days=1)})
