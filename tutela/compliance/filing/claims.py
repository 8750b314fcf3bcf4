"""Statements taken for filing under a lease, with whom their cases know."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tutela.access.keys import KeySet, SealBroken, Sealed
from tutela.compliance.filing import parties
from tutela.compliance.filing.parties import NOBODY, Parties
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain.vocabulary import Mark
from tutela.intake.opening import notice_in
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES

#: How long statements are one worker's alone: longer than the patience with one batch. One that
#: outlives its lease files nothing twice: the database knows each PUID once.
LEASE: Final = timedelta(seconds=90)
UUID_BYTES: Final = 16

_sql = queries.load("tutela.compliance.filing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What filing stands on, and whose statements are filed."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    tenant: str
    #: Where the services are offered.
    served: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A statement that is due; `sealed` is None where its words were erased."""

    service: str
    id: UUID
    decision_id: UUID
    mark: Mark
    issued_at: datetime
    attempts: int
    #: Whether a person lets it go although the scanner found something.
    is_cleared: bool
    sealed: Sealed | None
    corrected: Sealed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Statements under one lease, oldest first, and by their decisions whom their cases know."""

    lease: UUID
    statements: tuple[Claimed, ...]
    known: Mapping[UUID, Parties]

    @property
    def last(self) -> "After":
        """Where the next batch goes on."""
        return After(self.statements[-1].issued_at, self.statements[-1].id)


@dataclass(frozen=True, slots=True)
class After:
    """The statement that came last: the next ones are issued later."""

    issued_at: datetime
    id: UUID


#: Before every statement.
FROM_THE_FIRST: Final = After(datetime.min.replace(tzinfo=UTC), UUID(int=0))


async def claim(registry: Registry, *, after: After, limit: int) -> Batch:
    """The oldest statements that are due, leased; empty where none is."""
    lease = UUID(bytes=registry.chance(UUID_BYTES), version=4)
    now = registry.clock()
    asked = {**_asked(registry, after=after, limit=limit), "now": now}
    leased = {"lease": lease, "lease_until": now + LEASE}
    async with tenant_transaction(registry.pool, tenant=registry.tenant) as connection:
        await connection.execute(_sql.walk_by_index)
        cursor = await connection.execute(_sql.claim, {**asked, **leased})
        return await _batch(
            connection, rows=await cursor.fetchall(), registry=registry, lease=lease
        )


async def look(registry: Registry, *, after: After, limit: int) -> Batch:
    """What `claim` would give; nothing is leased."""
    asked = {**_asked(registry, after=after, limit=limit), "now": registry.clock()}
    async with tenant_transaction(registry.pool, tenant=registry.tenant) as connection:
        await connection.execute(_sql.walk_by_index)
        cursor = await connection.execute(_sql.look, asked)
        rows = await cursor.fetchall()
        return await _batch(connection, rows=rows, registry=registry, lease=UUID(int=0))


def _asked(registry: Registry, *, after: After, limit: int) -> dict[str, object]:
    return {
        "tenant": registry.tenant,
        "after_at": after.issued_at,
        "after_id": after.id,
        "limit": limit,
    }


async def _batch(
    connection: Connection, *, rows: Sequence[Sequence[Any]], registry: Registry, lease: UUID
) -> Batch:
    statements = sorted((_claimed(row) for row in rows), key=lambda each: (each.issued_at, each.id))
    known = await _known(connection, statements=statements, registry=registry)
    return Batch(lease=lease, statements=tuple(statements), known=known)


def _claimed(row: Sequence[Any]) -> Claimed:
    service, statement_id, decision_id, mark, issued_at, attempts, is_cleared, *sealed = row
    return Claimed(
        service=service,
        id=statement_id,
        decision_id=decision_id,
        mark=Mark(mark),
        issued_at=issued_at,
        attempts=attempts,
        is_cleared=is_cleared,
        sealed=_sealed(*sealed[:2]),
        corrected=_sealed(*sealed[2:]),
    )


def _sealed(*columns: bytes | None) -> Sealed | None:
    key, body = columns
    return None if key is None or body is None else Sealed(key, body)


async def _known(
    connection: Connection, *, statements: Sequence[Claimed], registry: Registry
) -> dict[UUID, Parties]:
    """Notifiers, and what their notices name, by the decisions that answer them."""
    decisions = sorted({(each.service, each.decision_id) for each in statements})
    cursor = await connection.execute(
        _sql.notices_behind,
        {
            "tenant": registry.tenant,
            "services": [service for service, _ in decisions],
            "decision_ids": [decision_id for _, decision_id in decisions],
        },
    )
    known: dict[UUID, Parties] = defaultdict(lambda: NOBODY)
    for decision_id, notice_id, key, body in await cursor.fetchall():
        known[decision_id] |= _named(Sealed(key, body), notice_id=notice_id, keys=registry.keys)
    return known


def _named(sealed: Sealed, *, notice_id: UUID, keys: KeySet) -> Parties:
    try:
        opened = keys.open(sealed, row=notice_id.bytes)
    except SealBroken:
        return NOBODY
    notice = notice_in(opened[COMMITMENT_NONCE_BYTES:])
    known = parties.of_notifier(notice.notifier)
    for subject in notice.subjects:
        known |= parties.of_subject(subject)
    return known
