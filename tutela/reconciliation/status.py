"""How things stand for one service: everything that may be red without closing the door."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString, NamedTuple

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.decisions.carrying import NotCarriedOut, not_carried_out
from tutela.detection.lists.entries import Family
from tutela.detection.lists.register import ListState
from tutela.detection.lists.register import standings_in as standings_of_lists
from tutela.detection.lists.room import Holder
from tutela.detection.pipeline.health import DetectorState, LooksDue, looks_due_in, states_in
from tutela.domain import canonical
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.guard.propagation.standing import SurfaceStanding, surfaces_in, without_findings
from tutela.guard.publishing.standings import GuardStanding
from tutela.guard.publishing.standings import standings_in as standings_of_guards
from tutela.publishing import targets
from tutela.publishing.targets import Published
from tutela.publishing.witnesses import Witnessed, holds, standings_in
from tutela.reconciliation import reconcile
from tutela.reconciliation.backlog import Backlog, Waits
from tutela.reconciliation.report import Reconciliation, only
from tutela.reconciliation.viewing import Viewer
from tutela.review.oversight.looking import OversightStanding
from tutela.review.oversight.looking import standings_in as standings_of_oversight

#: A reconciliation older than this says nothing about now.
STALE_SECONDS = 180

_sql = queries.load("tutela.reconciliation", file="status.sql")


class Probed(msgspec.Struct, frozen=True):
    """One route and its last probe; `ok` where the last one that had time came through."""

    channel: str
    door: str
    sent_at: str
    came_through_at: str | None
    fault: str | None
    ok: bool


class Outbox(msgspec.Struct, frozen=True):
    """Instructions to the platform."""

    waiting: int
    dead: int
    oldest_waiting_since: str | None


class Withheld(msgspec.Struct, frozen=True):
    """Decisions of which people are told later, by the legal basis: since when, until when."""

    basis: str
    decisions: int
    oldest_since: str
    last_until: str


class Filings(msgspec.Struct, frozen=True):
    """Statements of reasons that the Transparency Database has not; `held` wait for a person."""

    due: int
    held: int
    refused: int
    oldest_due_since: str | None


class LedgerState(msgspec.Struct, frozen=True):
    """The log of the tenant; `oldest_unplaced_since` is null where every fact has its place."""

    log_id: str
    size: int
    head_at: str | None
    root: str | None
    oldest_unplaced_since: str | None


class Heard(msgspec.Struct, frozen=True):
    """A kind of process, how many were heard lately, and when last."""

    kind: str
    alive: int
    last_heard_at: str


class Queue(msgspec.Struct, frozen=True):
    """Open cases, those past their time, those somebody works on, and the oldest one's age."""

    open: int
    overdue: int
    leased: int
    oldest_since: str | None


class ListAge(msgspec.Struct, frozen=True, kw_only=True):
    """A list of known material or terms: whether it can be relied on, and how old it is."""

    list: str
    family: Family
    standing: ListState
    version: int
    entries: int
    withdrawn: int
    age_seconds: int
    longest_age_seconds: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/status`."""

    ok: bool
    at: str
    reconciliation: Reconciliation | None
    reconciliation_stale: bool
    queue: Queue
    canaries: list[Probed]
    outbox: Outbox
    ledger: LedgerState | None
    processes: list[Heard]
    #: Measures that are neither confirmed nor lifted, as of now.
    not_carried_out: list[NotCarriedOut] = []
    #: Detectors, lists and exchanges, each over all processes that look.
    detectors: list[DetectorState]
    looks: LooksDue = LooksDue()
    lists: list[ListAge] = []
    witness: str = "unwitnessed"
    witnesses: list[Witnessed] = []
    published: list[Published] = []
    filings: Filings = Filings(0, 0, 0, None)
    withheld: list[Withheld] = []
    #: The guard of the service; null until its first version is published.
    guard: GuardStanding | None = None
    #: Surfaces of the platform, as they were found when they were asked last.
    guard_surfaces: list[SurfaceStanding] = []
    #: What waits for a second person: cases opened without the right, and unusual browsing.
    oversight: OversightStanding = OversightStanding()
    #: What waits by lane, and what to expect; null where it was not asked for.
    backlog: Backlog | None = None
    #: How long cases took, as it was read at `waits_at`.
    waits: list[Waits] = []
    waits_at: str | None = None


async def status(pool: Pool, *, viewer: Viewer, now: datetime, canary_seconds_max: float) -> Status:
    """How things stand now, as far as the viewer may know."""
    run = await reconcile.last(pool)
    own = run and only(run, tenant=viewer.tenant, service=viewer.service, with_ids=viewer.with_ids)
    seen = await _look(pool, viewer=viewer, now=now)
    canaries = _all_probed(seen.rows, late=now - timedelta(seconds=canary_seconds_max))
    stale = own is None or _age_seconds(own, now=now) > STALE_SECONDS
    parts: list[_Shown] = [*canaries, *seen.detectors, *seen.guards, *seen.surfaces]
    rows, surfaces = seen.rows, seen.surfaces
    return Status(
        ok=own is not None and own.ok and not stale and _all_well([*parts, seen.oversight]),
        at=canonical.timestamp(now),
        reconciliation=own,
        reconciliation_stale=stale,
        queue=_queue(rows.queue[0]),
        canaries=canaries,
        outbox=_outbox(rows.outbox[0]),
        ledger=_ledger(rows.ledger[0]) if rows.ledger else None,
        processes=[Heard(row[0], row[1], canonical.timestamp(row[2])) for row in rows.heard],
        not_carried_out=seen.waiting,
        lists=seen.lists,
        detectors=seen.detectors,
        looks=seen.looks,
        witness="witnessed" if any(map(holds, seen.witnesses)) else "unwitnessed",
        witnesses=seen.witnesses,
        published=seen.published,
        filings=_filings(rows.filings[0]),
        withheld=[_withheld(row) for row in rows.withheld],
        guard=seen.guards[0] if seen.guards else None,
        oversight=seen.oversight,
        guard_surfaces=surfaces if viewer.with_ids else without_findings(surfaces),
    )


class _Seen(NamedTuple):
    """What every room of the house says of itself, in one transaction."""

    rows: "_AllRows"
    detectors: list[DetectorState]
    looks: LooksDue
    waiting: list[NotCarriedOut]
    witnesses: list[Witnessed]
    lists: list[ListAge]
    published: list[Published]
    guards: list[GuardStanding]
    surfaces: list[SurfaceStanding]
    oversight: OversightStanding


async def _look(pool: Pool, *, viewer: Viewer, now: datetime) -> _Seen:
    async with tenant_transaction(pool, tenant=viewer.tenant) as connection:
        return _Seen(
            rows=await _all_rows(connection, viewer=viewer, now=now),
            detectors=await states_in(connection, now=now, service=viewer.name),
            looks=await looks_due_in(connection, service=viewer.name),
            waiting=await not_carried_out(connection, station=viewer.station),
            witnesses=await standings_in(connection, tenant=viewer.tenant, now=now),
            lists=await _lists(connection, viewer=viewer, now=now),
            published=await targets.standings_in(connection, tenant=viewer.tenant, now=now),
            guards=await standings_of_guards(connection, now=now, service=viewer.name),
            surfaces=await surfaces_in(connection, now=now, service=viewer.name),
            oversight=await standings_of_oversight(connection, now=now, whose=viewer.whose),
        )


class _AllRows(NamedTuple):
    """What the queries of this room find."""

    routes: list[tuple[Any, ...]]
    outbox: list[tuple[Any, ...]]
    ledger: list[tuple[Any, ...]]
    heard: list[tuple[Any, ...]]
    withheld: list[tuple[Any, ...]]
    filings: list[tuple[Any, ...]]
    queue: list[tuple[Any, ...]]


async def _all_rows(connection: Connection, *, viewer: Viewer, now: datetime) -> _AllRows:
    asked: dict[str, object] = {"tenant": viewer.tenant, "service": viewer.service, "now": now}
    return _AllRows(
        routes=await _rows(connection, sql=_sql.canary_routes, asked=asked),
        outbox=await _rows(connection, sql=_sql.outbox_state, asked=asked),
        ledger=await _rows(connection, sql=_sql.ledger_state, asked=asked),
        heard=await _rows(connection, sql=_sql.processes, asked=asked),
        withheld=await _rows(connection, sql=_sql.withheld, asked=asked),
        filings=await _rows(connection, sql=_sql.filings, asked=asked),
        queue=await _rows(connection, sql=_sql.queue_state, asked=asked),
    )


async def arrivals_by_minute(pool: Pool, *, viewer: Viewer, now: datetime) -> list[int]:
    """Real notices of each of the last sixty minutes, the newest last."""
    start = (now - timedelta(minutes=59)).replace(second=0, microsecond=0)
    first_id = uuid7(unix_ms=int(start.timestamp() * 1000), random=bytes(UUID7_RANDOM_BYTES))
    asked = {"tenant": viewer.tenant, "service": viewer.service, "hour_ago_id": first_id}
    async with tenant_transaction(pool, tenant=viewer.tenant) as connection:
        counted = dict(await _rows(connection, sql=_sql.arrivals, asked=asked))
    return [counted.get(start + timedelta(minutes=minute), 0) for minute in range(60)]


def _all_probed(rows: "_AllRows", *, late: datetime) -> list[Probed]:
    return [_probed(row, late=late) for row in rows.routes]


def _probed(row: Sequence[Any], *, late: datetime) -> Probed:
    channel, door, issued_at, fault, through_at = row
    ok = issued_at > late if through_at is None else through_at > late
    return Probed(
        channel, door, canonical.timestamp(issued_at), _at(through_at), fault, ok and fault is None
    )


async def _lists(connection: Connection, *, viewer: Viewer, now: datetime) -> list[ListAge]:
    holder = Holder(tenant=viewer.tenant, service=viewer.service)
    return [
        ListAge(
            list=found.list,
            family=found.family,
            standing=found.standing,
            version=found.version,
            entries=sum(found.entries.values()),
            withdrawn=found.withdrawn,
            age_seconds=found.age_seconds,
            longest_age_seconds=found.longest_age_seconds,
        )
        for found in await standings_of_lists(connection, now=now, holder=holder)
    ]


_Shown = Probed | DetectorState | GuardStanding | SurfaceStanding | OversightStanding


def _all_well(shown: Sequence[_Shown]) -> bool:
    return all(each.ok for each in shown)


def _queue(row: Sequence[Any]) -> Queue:
    return Queue(row[0], row[1], row[3], _at(row[2]))


def _outbox(row: Sequence[Any]) -> Outbox:
    return Outbox(row[0], row[1], _at(row[2]))


def _filings(row: Sequence[Any]) -> Filings:
    return Filings(row[0], row[1], row[2], _at(row[3]))


def _withheld(row: Sequence[Any]) -> Withheld:
    return Withheld(row[0], row[1], canonical.timestamp(row[2]), canonical.timestamp(row[3]))


def _ledger(row: Sequence[Any]) -> LedgerState:
    log_id, size, head_at, root, unplaced = row
    return LedgerState(log_id, size, _at(head_at), root, _at(unplaced))


def _age_seconds(report: Reconciliation, *, now: datetime) -> float:
    return (now - datetime.fromisoformat(report.at)).total_seconds()


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else canonical.timestamp(instant)


async def _rows(
    connection: Connection, *, sql: LiteralString, asked: dict[str, object]
) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(sql, asked)
    return await cursor.fetchall()
