"""The queue: the most urgent case to one reviewer at a time, under a lease with a fencing token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain.lanes import Lane, Turn, next_turn
from tutela.errors import TutelaError
from tutela.review.care.resting import Offer, break_taken, offer, work
from tutela.review.care.rules import CareRules

#: How long a case is kept for whoever claimed it, unless they renew.
LEASE_SECONDS = 600
UUID_BYTES = 16
_PERSON = "person "

_sql = queries.load("tutela.review")
_care_sql = queries.load("tutela.review.care")


class UnknownCase(TutelaError):
    """There is no such case, or the caller may not know of it."""

    code = "unknown_case"
    title = "No such case"
    status = 404


class StaleLease(TutelaError):
    """The lease has run out, was given back or belongs to someone else."""

    code = "stale_lease"
    title = "The lease is not current"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A case that is one reviewer's alone until an instant; `token` fences every later write."""

    case_id: UUID
    token: UUID
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a caller says they hold: a case and the token they were given for it."""

    case_id: UUID
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTerms:
    """For how long a claim gives a case, and the care that it is given with."""

    lease_seconds: int = LEASE_SECONDS
    care: CareRules = field(default_factory=CareRules)


def holder(caller: Caller) -> str:
    """The name under which the caller holds leases: a person's is one, whatever they act by."""
    return str(caller.token_id) if caller.person is None else f"{_PERSON}{caller.person}"


def held_by(name: str) -> tuple[UUID, str | None]:
    """Token and person behind a name that `holder` gave; a person's stands for no token."""
    if name.startswith(_PERSON):
        return UUID(int=0), name.removeprefix(_PERSON)
    return UUID(name), None


async def claim(
    pool: Pool,
    *,
    caller: Caller,
    now: datetime,
    chance: Callable[[int], bytes],
    terms: ClaimTerms | None = None,
) -> Lease | None:
    """The most urgent case that the caller may decide; None where there is none this instant.

    Lanes take turns by their shares, cases of a lane go by when they are due. What flaggers
    reported waits in the lane `flagged` beside its own, so that no flood in a more urgent lane
    takes their share. A case that another transaction is writing to is passed over; a lease that
    ran out is no lease. What was handed over by somebody whose day was over goes before all lanes.
    A person is given no family that they don't take, other families first where they saw much of
    one, and during a pause imminent danger alone: BreakTaken where there is none.
    """
    terms = terms or ClaimTerms()
    lease = {
        **sight(caller),
        "now": now,
        "lease_token": UUID(bytes=chance(UUID_BYTES), version=4),
        "holder": holder(caller),
        "lease_until": now + timedelta(seconds=terms.lease_seconds),
    }
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        given = await offer(connection, caller=caller, rules=terms.care)
        for wanted in given.rounds:
            taken = await _given(connection, lease={**lease, **wanted}, offer=given)
            if taken is not None:
                await work(connection, caller=caller, rules=terms.care)
                return taken
    if given.rests_until is not None:
        raise break_taken(given.rests_until)
    return None


async def renew(
    pool: Pool, *, caller: Caller, held: Held, now: datetime, lease_seconds: int = LEASE_SECONDS
) -> Lease:
    """The lease, from now on for its full length.

    Raises StaleLease, also where it has run out and nobody took the case; UnknownCase.
    """
    until = now + timedelta(seconds=lease_seconds)
    named = {**_named(held, caller=caller, now=now), "lease_until": until}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.renew_lease, named)
        if await cursor.fetchone() is not None:
            await connection.execute(_care_sql.still_at_work, named)
            return Lease(case_id=held.case_id, token=UUID(held.token), until=until)
        raise await _why_not(connection, named=named)


async def release(pool: Pool, *, caller: Caller, held: Held, now: datetime) -> None:
    """Nothing, once the case is anybody's again. Raises StaleLease, UnknownCase."""
    named = _named(held, caller=caller, now=now)
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.release_lease, named)
        if await cursor.fetchone() is not None:
            return
        raise await _why_not(connection, named=named)


def stale_lease() -> StaleLease:
    """The refusal of a lease that is not current, whatever the reason."""
    return StaleLease("The case is not yours any more: claim it again before you go on.")


def unknown_case() -> UnknownCase:
    """The refusal of a case that is not there or not the caller's to see."""
    return UnknownCase("There is no such case on this service that you may see.")


def lease_token(text: str) -> UUID | None:
    """The token of a lease as it is stored; None for a text that never was one."""
    try:
        return UUID(text)
    except ValueError:
        return None


async def _given(
    connection: Connection, *, lease: Mapping[str, object], offer: Offer
) -> Lease | None:
    passes = await _lock_lanes(connection, lease=lease)
    handed_over = await _leased(connection, query=_sql.claim_handed_over, lease=lease)
    if handed_over is not None:
        return handed_over
    with_work = await _lanes_with_work(connection, lease=lease)
    if offer.rests_until is not None:
        with_work &= {Lane.DANGER}
    while turn := next_turn(passes, with_work=with_work):
        taken = await _take(connection, lease=lease, turn=turn)
        if taken is not None:
            return taken
        with_work.discard(turn.lane)
    return None


async def _lock_lanes(connection: Connection, *, lease: Mapping[str, object]) -> dict[Lane, int]:
    cursor = await connection.execute(_sql.lock_lanes, lease)
    rows = await cursor.fetchall()
    if len(rows) < len(Lane):
        await connection.execute(_sql.add_lanes, lease)
        cursor = await connection.execute(_sql.lock_lanes, lease)
        rows = await cursor.fetchall()
    return {Lane(name): turn_in for name, turn_in in rows}


async def _lanes_with_work(connection: Connection, *, lease: Mapping[str, object]) -> set[Lane]:
    cursor = await connection.execute(_sql.lanes_with_work, lease)
    return {Lane(name) for (name,) in await cursor.fetchall()}


async def _take(connection: Connection, *, lease: Mapping[str, object], turn: Turn) -> Lease | None:
    of_lane = _sql.claim_flagged_case if turn.lane is Lane.FLAGGED else _sql.claim_case
    taken = await _leased(connection, query=of_lane, lease={**lease, "lane": str(turn.lane)})
    if taken is None:
        return None
    moved = {
        "lanes": [str(lane) for lane in turn.passes],
        "passes": list(turn.passes.values()),
        "served": str(turn.lane),
    }
    await connection.execute(_sql.move_lanes, {**lease, **moved})
    return taken


async def _leased(
    connection: Connection, *, query: LiteralString, lease: Mapping[str, object]
) -> Lease | None:
    cursor = await connection.execute(query, lease)
    row = await cursor.fetchone()
    if row is None:
        return None
    case_id, token, until = row
    return Lease(case_id=case_id, token=token, until=until)


def _named(held: Held, *, caller: Caller, now: datetime) -> dict[str, object]:
    return {
        **sight(caller),
        "id": held.case_id,
        "lease_token": lease_token(held.token),
        "holder": holder(caller),
        "now": now,
    }


async def _why_not(connection: Connection, *, named: Mapping[str, object]) -> TutelaError:
    cursor = await connection.execute(_sql.case_is_visible, named)
    return stale_lease() if await cursor.fetchone() is not None else unknown_case()
