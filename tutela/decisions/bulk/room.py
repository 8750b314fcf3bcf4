"""What decisions about many subjects stand on, and how one of them is found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.access.sight import conflict_of_interest, kept_from
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, Pool
from tutela.domain.bulk import BulkState
from tutela.errors import TutelaError
from tutela.intake.door import Intake
from tutela.review.guidelines import Guidelines

#: Up to how many subjects one person may decide about alone.
ALONE_MAX = 100

_sql = queries.load("tutela.decisions.bulk", file="bulk.sql")


class UnknownBulk(TutelaError):
    """There is no such decision about many, or the caller may not know of it."""

    code = "unknown_bulk"
    title = "No such decision about many"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRoom:
    """What decisions about many subjects stand on."""

    pool: Pool
    keys: KeySet
    intake: Intake
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    alone_max: int = ALONE_MAX
    #: The language of whoever is told, where nothing else says one that there are words in.
    language: str | None = None
    #: The guidelines by which people decide.
    guidelines: Guidelines = field(default_factory=Guidelines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A decision about many under its lock."""

    state: BulkState
    key: str
    created_by: str
    #: Whose token that is; None of a program's.
    created_by_person: str | None
    approved_by: str | None
    rate_per_second: int | None
    previewed_count: int | None


def named(caller: Caller, *, bulk_id: UUID) -> dict[str, object]:
    """The bulk as the caller may know of it: of their tenant, service and mark."""
    return {
        "tenant": caller.tenant,
        "service": caller.service,
        "mark": str(caller.mark),
        "bulk_id": bulk_id,
        "asker": caller.person,
    }


async def hold(connection: Connection, *, caller: Caller, bulk_id: UUID) -> Held:
    """The bulk, locked until the transaction ends; `UnknownBulk`."""
    cursor = await connection.execute(_sql.lock_bulk, named(caller, bulk_id=bulk_id))
    row = await cursor.fetchone()
    if row is None:
        raise unknown_bulk()
    state, key, created_by, person, approved_by, rate_per_second, previewed_count = row
    return Held(
        state=BulkState(state),
        key=key,
        created_by=created_by,
        created_by_person=person,
        approved_by=approved_by,
        rate_per_second=rate_per_second,
        previewed_count=previewed_count,
    )


async def refuse_near(connection: Connection, *, caller: Caller, bulk_id: UUID) -> None:
    """`ConflictOfInterest` where the caller declared that they are too near to a subject of it."""
    if not await kept_from(connection, caller=caller):
        return
    cursor = await connection.execute(_sql.is_kept_from, named(caller, bulk_id=bulk_id))
    if await cursor.fetchone() is not None:
        raise conflict_of_interest()


def unknown_bulk() -> UnknownBulk:
    """The refusal of one that is not there or not the caller's to see."""
    return UnknownBulk("There is no such decision about many on this service that you may see.")
