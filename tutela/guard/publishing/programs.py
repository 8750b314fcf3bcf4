"""Programs of the platform that hold a snapshot: what each loads, and what it says it serves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import CollectorRegistry, Counter

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.errors import TutelaError
from tutela.guard.publishing import alarms, stored
from tutela.guard.publishing.alarms import Probed
from tutela.guard.publishing.listing import Place
from tutela.guard.reports import ProgramReport, ViewerProbing
from tutela.guard.sealing import hand_over, read_manifest

#: How long a program may say nothing before that is red; it speaks every half a minute.
SILENT_SECONDS: Final = 120.0
#: How long one that says nothing is waited for: then it has gone for good.
GONE_SECONDS: Final = 3_600.0
#: Programs of one service that are remembered, those that spoke last.
PROGRAMS_MAX: Final = 1_000

VERDICTS = CollectorRegistry()
#: What programs said they answered, as far as it was said to this process.
REPORTED = Counter(
    "tutela_guard_reported_verdicts",
    "Verdicts that programs of the platform gave, by their reports to this process.",
    ["surface", "verdict"],
    registry=VERDICTS,
)

_sql = queries.load("tutela.guard.publishing")


class NothingPublished(TutelaError):
    """No snapshot of this service was published yet, or it is being replaced right now."""

    code = "snapshot_missing"
    title = "There is no snapshot yet"
    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRoom:
    """What the calls of programs stand on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Handed:
    """The newest document for one token; None where the program has it. And how old that is."""

    document: bytes | None
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Has:
    """What a program has: a version, 0 for none, and the digest of its body where it says so."""

    version: int
    digest: str | None = None


async def hand(room: ProgramRoom, *, place: Place, token: str, has: Has) -> Handed:
    """What a program is given beside what it has; raises NothingPublished."""
    async with tenant_transaction(room.pool, tenant=place.tenant) as connection:
        newest = await stored.newest_of(connection, place=place)
        if newest is None:
            raise NothingPublished("Nothing was published for this service. Come back in a moment.")
        age_seconds = max(0.0, (room.clock() - newest.confirmed_at).total_seconds())
        if newest.version == has.version and await _is_same(connection, place=place, has=has):
            return Handed(None, age_seconds)
        found = await stored.published(
            connection, place=place, version=newest.version, keys=room.keys
        )
    if found is None:
        raise NothingPublished("The newest version is being replaced. Come back in a moment.")
    return Handed(hand_over(found, token=token), age_seconds)


async def _is_same(connection: Connection, *, place: Place, has: Has) -> bool:
    """Whether the version is the one of that number here: a restored house counts anew."""
    if has.digest is None:
        return True
    cursor = await connection.execute(_sql.manifest, {**place.columns, "version": has.version})
    row = await cursor.fetchone()
    return row is None or read_manifest(bytes(row[0])).body_digest == has.digest


async def hear(room: ProgramRoom, *, caller: Caller, report: ProgramReport) -> None:
    """Notes what a program serves and whom it shut out; one that has ended is forgotten."""
    now, place = room.clock(), Place(caller.tenant, caller.service)
    async with tenant_transaction(room.pool, tenant=place.tenant) as connection:
        await _forget(connection, place=place, report=report, now=now)
        if not report.ended:
            await connection.execute(_sql.stand, _standing(report, place=place, now=now))
        for viewer in report.probing:
            await alarms.tell(connection, probed=_probed(viewer, caller=caller, room=room))
    for surface, verdicts in report.verdicts.items():
        for verdict, count in verdicts.items():
            REPORTED.labels(surface, verdict).inc(count)


async def _forget(
    connection: Connection, *, place: Place, report: ProgramReport, now: datetime
) -> None:
    gone = {
        **place.columns,
        "ended": _name(report) if report.ended else None,
        "gone_at": now - timedelta(seconds=GONE_SECONDS),
        "most": PROGRAMS_MAX - 1,
        "name": _name(report),
    }
    await connection.execute(_sql.forget_programs, gone)


def _probed(viewer: ViewerProbing, *, caller: Caller, room: ProgramRoom) -> Probed:
    place, at = Place(caller.tenant, caller.service), room.clock()
    return Probed(
        caller=caller,
        viewer_key=alarms.viewer_key(viewer.account_id, place=place, keys=room.keys),
        trait=viewer.trait,
        at=at,
        shut_until=at + timedelta(seconds=viewer.shut_seconds),
    )


def _standing(report: ProgramReport, *, place: Place, now: datetime) -> dict[str, object]:
    return {
        "kind": "program",
        "name": _name(report),
        "tenants": [place.tenant],
        "services": [place.service],
        "versions": [report.version],
        "ages": [report.age_seconds],
        "degradeds": [report.degraded],
        "surfaces": [str(each) for each in report.surfaces],
        "now": now,
        "silent_at": now + timedelta(seconds=SILENT_SECONDS),
    }


def _name(report: ProgramReport) -> str:
    return f"{report.name} {report.program}"
