"""What is known of surfaces from round to round: their states, what they do wrongly, the leaves."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import (
    Connection,
    Pool,
    every_tenant_transaction,
    tenant_transaction,
)
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.guard.propagation.judging import Finding, SurfaceSeen
from tutela.ledger import facts
from tutela.ledger.facts import Happened

#: Rounds that may be missed before that is red.
SILENT_ROUNDS: Final = 3.0
#: A round that takes its time is not silence.
SILENT_SECONDS_LEAST: Final = 60.0
KEEP_ENDED: Final = timedelta(days=90)

_sql = queries.load("tutela.guard.propagation", file="propagation.sql")
_ledger_sql = queries.load("tutela.ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """How a surface was found in the round before."""

    state: str | None = None
    behind_since: datetime | None = None
    #: Kind, what and spelling of what it did wrongly.
    findings: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def open(self) -> frozenset[str]:
        """Entries and controls that must be asked again."""
        return frozenset(what for _, what, _ in self.findings)


async def forget_others(pool: Pool, *, services: Collection[str], now: datetime) -> None:
    """Nothing is known any more of surfaces of services that are not among these."""
    named = {"services": list(services), "at": now}
    async with every_tenant_transaction(pool) as connection:
        await connection.execute(_sql.end_findings_of_others, named)
        await connection.execute(_sql.forget_others, named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Where rounds are written down."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    period_seconds: float

    async def before(self, service: str) -> dict[str, Before]:
        """How each surface of `TENANT/SERVICE` was found last, by its name."""
        tenant, _, name = service.partition("/")
        asked = {"tenant": tenant, "service": name}
        async with tenant_transaction(self.pool, tenant=tenant) as connection:
            rows = await (await connection.execute(_sql.surfaces_before, asked)).fetchall()
            open_ = await (await connection.execute(_sql.findings_open, asked)).fetchall()
        return {
            surface: Before(
                state=state,
                behind_since=behind_since,
                findings=frozenset(
                    (kind, what, how) for on, kind, what, how in open_ if on == surface
                ),
            )
            for surface, state, _, behind_since in rows
        }

    async def write(
        self, service: str, *, seen: Sequence[SurfaceSeen], before: Mapping[str, Before]
    ) -> None:
        """Nothing, once it stands there; what changed has its leaf in the same transaction."""
        tenant, _, name = service.partition("/")
        now = self.clock()
        whose = {"tenant": tenant, "service": name, "at": now}
        named = {**whose, "names": [each.name for each in seen]}
        async with tenant_transaction(self.pool, tenant=tenant) as connection:
            await connection.execute(_sql.end_findings_elsewhere, named)
            await connection.execute(_sql.forget_surfaces, named)
            await connection.execute(_sql.forget_findings, {"before": now - KEEP_ENDED})
            for each in seen:
                await self._write_surface(
                    connection, seen=each, whose=whose, before=before.get(each.name, Before())
                )

    async def _write_surface(
        self,
        connection: Connection,
        *,
        seen: SurfaceSeen,
        whose: Mapping[str, object],
        before: Before,
    ) -> None:
        at = self.clock()
        silent = max(SILENT_ROUNDS * self.period_seconds, SILENT_SECONDS_LEAST)
        columns = {
            **whose,
            "name": seen.name,
            "surface": seen.surface,
            "state": seen.state,
            "why": seen.why,
            "version": seen.version,
            "newest": seen.newest,
            "lag_seconds": seen.lag_seconds,
            "behind_since": seen.behind_since,
            "asked": seen.asked,
            "unanswered": seen.unanswered,
            "silent_at": at + timedelta(seconds=silent),
        }
        await connection.execute(_sql.keep_surface, columns)
        if seen.state != before.state:
            said = {"surface": seen.name, "state": seen.state, "version": seen.version}
            await self._fact(connection, type_="guard.surface_changed", whose=whose, said=said)
        for finding in seen.findings:
            await self._found(connection, finding=finding, columns=columns, before=before)
        for ended in sorted(each for each in before.findings if seen.has_ended(each)):
            kind, what, spelling = ended
            said = {"surface": seen.name, "kind": kind, "what": what, "spelling": spelling}
            await connection.execute(_sql.end_finding, {**columns, **said})
            await self._fact(connection, type_="guard.finding_ended", whose=whose, said=said)

    async def _found(
        self,
        connection: Connection,
        *,
        finding: Finding,
        columns: Mapping[str, object],
        before: Before,
    ) -> None:
        named = {
            **columns,
            "id": self._id(),
            "kind": finding.kind,
            "what": finding.what,
            "spelling": finding.spelling,
            "shown": finding.shown,
        }
        if finding.key in before.findings:
            await connection.execute(_sql.find_again, named)
            return
        await connection.execute(_sql.open_finding, named)
        said = {
            "surface": columns["name"],
            "kind": finding.kind,
            "what": finding.what,
            "spelling": finding.spelling,
        }
        await self._fact(connection, type_="guard.finding_opened", whose=columns, said=said)

    async def _fact(
        self,
        connection: Connection,
        *,
        type_: str,
        whose: Mapping[str, object],
        said: Mapping[str, object],
    ) -> None:
        happened = Happened(type=type_, service=str(whose["service"]), projection=said, said=said)
        fact = facts.write(happened, at=self.clock(), keys=self.keys, chance=self.chance)
        await connection.execute(
            _ledger_sql.add_leaf,
            {**fact.leaf.columns, "tenant": whose["tenant"], "at": fact.at},
        )
        await connection.execute(_sql.keep_fact, {**whose, **fact.columns})

    def _id(self) -> object:
        random = self.chance(UUID7_RANDOM_BYTES)
        return uuid7(unix_ms=int(self.clock().timestamp() * 1000), random=random)
