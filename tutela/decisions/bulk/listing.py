"""Which decisions about many there are, and where each stands."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.decisions.bulk.room import BulkRoom
from tutela.domain.canonical import timestamp

_sql = queries.load("tutela.decisions.bulk", file="bulk.sql")


class BulkListed(msgspec.Struct, frozen=True, kw_only=True):
    """One decision about many in a list."""

    id: str
    batch: str
    state: str
    subjects: int
    created_by: str
    created_at: str
    approved_by: str | None
    started_by: str | None
    ended_at: str | None


class BulkPage(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/decisions/bulk`, the newest first."""

    bulks: list[BulkListed]
    #: For `after`; null on the last page.
    next: str | None


class BulksWanted(msgspec.Struct, frozen=True, kw_only=True):
    """At most `limit` of them `after` one, in a state or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = None


async def list_bulks(room: BulkRoom, *, caller: Caller, wanted: BulksWanted) -> BulkPage:
    """A page of those of the caller's service. Raises Forbidden."""
    refuse_unless(caller.role, right=Right.DECIDE_IN_BULK)
    named = {"limit": wanted.limit + 1, "after": wanted.after, "state": wanted.state}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.list_bulks, {**Whose.of(caller).columns, **named})
        rows = await cursor.fetchall()
    shown = [_listed(row) for row in rows[: wanted.limit]]
    return BulkPage(bulks=shown, next=shown[-1].id if len(rows) > wanted.limit else None)


def _listed(row: Sequence[Any]) -> BulkListed:
    bulk_id, key, state, created_by, created_at, approved_by, started_by, ended_at, subjects = row
    return BulkListed(
        id=str(bulk_id),
        batch=key,
        state=state,
        subjects=subjects,
        created_by=created_by,
        created_at=timestamp(created_at),
        approved_by=approved_by,
        started_by=started_by,
        ended_at=None if ended_at is None else timestamp(ended_at),
    )
