"""What became of a batch, written in one transaction with its leaf in the ledger."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from tutela.compliance.filing.claims import Batch, Registry
from tutela.compliance.filing.preparation import Ready, Stopped
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.backoff import doubled_seconds
from tutela.domain.states import FilingEvent, FilingState, transition
from tutela.ledger import facts
from tutela.ledger.facts import Happened

#: The pause after the first attempt without a clear outcome, and the longest one.
PAUSE_SECONDS: Final = 30.0
PAUSE_SECONDS_MAX: Final = 3_600.0

_sql = queries.load("tutela.compliance.filing")
_ledger_sql = queries.load("tutela.ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The database has it; `uuid` is its own name of it, None where that answer was lost."""

    ready: Ready
    uuid: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """The database refused it, and says why."""

    ready: Ready
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """Nobody knows yet, or it was not tried: another attempt follows."""

    ready: Ready
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of the statements of a batch or a round."""

    filed: int = 0
    held: int = 0
    refused: int = 0
    postponed: int = 0

    def __add__(self, other: "Settled") -> "Settled":
        return Settled(
            filed=self.filed + other.filed,
            held=self.held + other.held,
            refused=self.refused + other.refused,
            postponed=self.postponed + other.postponed,
        )

    @property
    def total(self) -> int:
        """How many were looked at."""
        return self.filed + self.held + self.refused + self.postponed


#: What comes of sending; and of a statement whether or not it was sent.
Sent = Taken | Turned | Postponed
Outcome = Sent | Stopped


async def settle(registry: Registry, *, batch: Batch, outcomes: Sequence[Outcome]) -> Settled:
    """What was written: each statement in its state, and those now filed in the ledger, at once.

    One that another worker settled meanwhile counts nowhere and stands in the ledger once.
    """
    taken = [each for each in outcomes if isinstance(each, Taken)]
    stopped = [each for each in outcomes if isinstance(each, Stopped | Turned)]
    postponed = [each for each in outcomes if isinstance(each, Postponed)]
    common: dict[str, object] = {
        "tenant": registry.tenant,
        "lease": batch.lease,
        "now": registry.clock(),
    }
    async with tenant_transaction(registry.pool, tenant=registry.tenant) as connection:
        filed = await _file(connection, registry=registry, taken=taken, common=common)
        ended = await _stop(connection, stopped=stopped, common=common)
        put_off = await _postpone(connection, postponed=postponed, common=common)
    return Settled(
        filed=filed,
        held=sum(isinstance(each, Stopped) for each in stopped if _place(each) in ended),
        refused=sum(isinstance(each, Turned) for each in stopped if _place(each) in ended),
        postponed=put_off,
    )


async def _file(
    connection: Connection, *, registry: Registry, taken: Sequence[Taken], common: dict[str, object]
) -> int:
    if not taken:
        return 0
    rows = await _written(
        connection,
        sql=_sql.settle_filed,
        named={**common, **_places(taken), "uuids": [each.uuid for each in taken]},
    )
    by_service: dict[str, list[Taken]] = defaultdict(list)
    for each in taken:
        if _place(each) in rows:
            by_service[each.ready.claimed.service].append(each)
    now = registry.clock()
    for service, filed in by_service.items():
        await _record(
            connection, registry=registry, happened=_happened(service, filed=filed), at=now
        )
    return len(rows)


async def _record(
    connection: Connection, *, registry: Registry, happened: Happened, at: datetime
) -> None:
    written = facts.write(happened, at=at, keys=registry.keys, chance=registry.chance)
    leaf = {**written.columns, "fact_id": written.id, "fact_type": happened.type}
    await connection.execute(_ledger_sql.add_leaf, {**leaf, "tenant": registry.tenant})


def _happened(service: str, *, filed: Sequence[Taken]) -> Happened:
    statements = [
        {
            "puid": each.ready.puid,
            "sha256": each.ready.digest,
            "uuid": None if each.uuid is None else str(each.uuid),
        }
        for each in filed
    ]
    projection: dict[str, object] = {"count": len(statements), "statements": statements}
    return Happened(type="statement.filed", service=service, projection=projection, said=projection)


async def _stop(
    connection: Connection, *, stopped: Sequence[Stopped | Turned], common: dict[str, object]
) -> set[tuple[str, UUID]]:
    if not stopped:
        return set()
    states = [transition(FilingState.DUE, event=_event(each)) for each in stopped]
    named = {
        **common,
        **_places(stopped),
        "states": [str(state) for state in states],
        "errors": [each.why for each in stopped],
    }
    return await _written(connection, sql=_sql.settle_stopped, named=named)


def _event(outcome: Stopped | Turned) -> FilingEvent:
    return FilingEvent.STOPPED if isinstance(outcome, Stopped) else FilingEvent.REFUSED


async def _postpone(
    connection: Connection, *, postponed: Sequence[Postponed], common: dict[str, object]
) -> int:
    if not postponed:
        return 0
    named = {
        **common,
        **_places(postponed),
        "errors": [each.why for each in postponed],
        "pauses": [pause(each.ready.claimed.attempts) for each in postponed],
    }
    return len(await _written(connection, sql=_sql.settle_postponed, named=named))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    seconds = doubled_seconds(PAUSE_SECONDS, times=attempts - 1, most_seconds=PAUSE_SECONDS_MAX)
    return timedelta(seconds=seconds)


async def _written(
    connection: Connection, *, sql: LiteralString, named: dict[str, object]
) -> set[tuple[str, UUID]]:
    cursor = await connection.execute(sql, named)
    return {(service, statement_id) for service, statement_id in await cursor.fetchall()}


def _place(outcome: Outcome) -> tuple[str, UUID]:
    claimed = outcome.claimed if isinstance(outcome, Stopped) else outcome.ready.claimed
    return claimed.service, claimed.id


def _places(outcomes: Sequence[Outcome]) -> dict[str, object]:
    places = [_place(each) for each in outcomes]
    return {
        "services": [service for service, _ in places],
        "ids": [statement_id for _, statement_id in places],
    }
