"""How the platform's surfaces stand, for whoever watches: by what was found when last asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain import canonical
from tutela.guard.propagation.judging import FindingKind, SurfaceState

#: States in which it is not known that a change of the guard holds.
RED: Final = frozenset({SurfaceState.LAGGING, SurfaceState.UNAVAILABLE})

_sql = queries.load("tutela.guard.propagation", file="propagation.sql")


class SurfaceFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a surface does wrongly since an instant."""

    kind: FindingKind
    #: The id of an entry, or the place of a control in the file.
    what: str
    spelling: str
    shown: int
    since: str


class SurfaceStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How a surface of the platform was found last; silent where nobody asked it lately."""

    tenant: str
    service: str
    name: str
    surface: str
    ok: bool
    state: SurfaceState
    since: str
    why: str | None
    #: The version that it serves; 0: none of the newest. None: it can't be told.
    version: int | None
    newest: int
    lag_seconds: float
    leaks: int
    over_blocked: int
    asked: int
    unanswered: int
    looked_at: str
    silent: bool
    findings: list[SurfaceFinding] = []

    @property
    def is_red(self) -> bool:
        """Whether it is not known that a change of the guard holds there."""
        return self.silent or self.state in RED

    @property
    def told(self) -> str:
        """Which surface of whose, and how it stands, in a line."""
        lag = f", {self.lag_seconds:.0f} s behind" if self.lag_seconds else ""
        why = f" ({self.why})" if self.why else ""
        state = "not asked lately" if self.silent else self.state
        return f"{self.tenant}/{self.service} {self.name}: {state}{lag}{why}"


async def surfaces_in(
    connection: Connection, *, now: datetime, service: str = "/"
) -> list[SurfaceStanding]:
    """How each surface stands: of a `TENANT/SERVICE`, or of all where none is named."""
    tenant, _, name = service.partition("/")
    asked = {"tenant": tenant, "service": name, "now": now}
    cursor = await connection.execute(_sql.standing, asked)
    return [_standing(row) for row in await cursor.fetchall()]


def without_findings(found: Sequence[SurfaceStanding]) -> list[SurfaceStanding]:
    """The same for those who may not know of which entries it is told."""
    return [msgspec.structs.replace(each, findings=[]) for each in found]


def _standing(row: Sequence[Any]) -> SurfaceStanding:
    tenant, service, name, surface, state, since, why, version, newest, lag, *counts = row
    asked, unanswered, looked_at, silent, findings = counts
    found = msgspec.convert(findings, list[SurfaceFinding])
    leaks = sum(each.kind is FindingKind.LEAK for each in found)
    return SurfaceStanding(
        tenant=tenant,
        service=service,
        name=name,
        surface=surface,
        ok=not silent and not found and state not in RED,
        state=SurfaceState(state),
        since=canonical.timestamp(since),
        why=why,
        version=version,
        newest=newest,
        lag_seconds=lag,
        leaks=leaks,
        over_blocked=len(found) - leaks,
        asked=asked,
        unanswered=unanswered,
        looked_at=canonical.timestamp(looked_at),
        silent=silent,
        findings=found,
    )
