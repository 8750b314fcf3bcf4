"""One named case on the caller's desk: taken again after a lost lease, and who has it now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.errors import TutelaError
from tutela.review.care.resting import offer, refuse_kind, work
from tutela.review.queue import (
    LEASE_SECONDS,
    UUID_BYTES,
    ClaimTerms,
    Lease,
    holder,
    unknown_case,
)

_sql = queries.load("tutela.review", file="taking.sql")


class CaseNotFree(TutelaError):
    """The case is on somebody else's desk, or nothing of it is open any more."""

    code = "case_not_free"
    title = "The case can't be claimed now"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Whose a case is at an instant."""

    #: The caller's own lease; None where they hold none.
    own: Lease | None
    #: Until when somebody else has it.
    other_until: datetime | None
    closed_at: datetime | None


async def desk_of(pool: Pool, *, caller: Caller, case_id: UUID, now: datetime) -> Desk:
    """Who has the case now. Raises UnknownCase."""
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        return await _desk(connection, caller=caller, case_id=case_id, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedClaim:
    """Who asks for which case, when."""

    caller: Caller
    case_id: UUID
    now: datetime


async def claim_named(
    pool: Pool,
    *,
    asked: NamedClaim,
    chance: Callable[[int], bytes],
    terms: ClaimTerms | None = None,
) -> Lease:
    """A lease on this very case, as a claim would give it; the same one to who has it already.

    Raises OptedOut, BreakTaken unless danger is imminent, CaseNotFree, UnknownCase. What the
    caller has on their desk they keep, whatever they take besides.
    """
    terms = terms or ClaimTerms()
    caller = asked.caller
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        named = _wanted(asked, chance=chance, seconds=terms.lease_seconds)
        desk = await _desk(connection, caller=caller, case_id=asked.case_id, now=asked.now)
        if desk.own is None:
            given = await offer(connection, caller=caller, rules=terms.care)
            cursor = await connection.execute(_sql.kind_of_case, named)
            ((family, is_danger),) = await cursor.fetchall()
            refuse_kind(given, family=family, is_danger=is_danger)
        lease = await _take(connection, asked=asked, named=named)
        await work(connection, caller=caller, rules=terms.care)
        return lease


async def take(
    pool: Pool,
    *,
    caller: Caller,
    case_id: UUID,
    now: datetime,
    chance: Callable[[int], bytes],
) -> Lease:
    """A lease on a case like one that the caller decides now; no pause is asked for it.

    It is the same lease to who has it already. Raises CaseNotFree, UnknownCase.
    """
    asked = NamedClaim(caller=caller, case_id=case_id, now=now)
    named = _wanted(asked, chance=chance, seconds=LEASE_SECONDS)
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        return await _take(connection, asked=asked, named=named)


def _wanted(
    asked: NamedClaim, *, chance: Callable[[int], bytes], seconds: int
) -> dict[str, object]:
    return {
        **sight(asked.caller),
        "id": asked.case_id,
        "now": asked.now,
        "lease_token": UUID(bytes=chance(UUID_BYTES), version=4),
        "holder": holder(asked.caller),
        "lease_until": asked.now + timedelta(seconds=seconds),
    }


async def _take(connection: Connection, *, asked: NamedClaim, named: Mapping[str, object]) -> Lease:
    cursor = await connection.execute(_sql.take_case, named)
    row = await cursor.fetchone()
    if row is None:
        caller, case_id = asked.caller, asked.case_id
        raise _not_free(await _desk(connection, caller=caller, case_id=case_id, now=asked.now))
    token, until = row
    return Lease(case_id=asked.case_id, token=token, until=until)


async def _desk(connection: Connection, *, caller: Caller, case_id: UUID, now: datetime) -> Desk:
    named = {**sight(caller), "id": case_id, "holder": holder(caller)}
    cursor = await connection.execute(_sql.case_standing, named)
    row = await cursor.fetchone()
    if row is None:
        raise unknown_case()
    closed_at, is_own, token, until = row
    if until is None or until <= now:
        return Desk(own=None, other_until=None, closed_at=closed_at)
    if not is_own:
        return Desk(own=None, other_until=until, closed_at=closed_at)
    lease = Lease(case_id=case_id, token=token, until=until)
    return Desk(own=lease, other_until=None, closed_at=closed_at)


def _not_free(desk: Desk) -> CaseNotFree:
    if desk.closed_at is not None:
        return CaseNotFree("It was decided meanwhile.")
    until = "" if desk.other_until is None else f" until {timestamp(desk.other_until)}"
    return CaseNotFree(f"Somebody else has it{until}, unless they give it back before.")
