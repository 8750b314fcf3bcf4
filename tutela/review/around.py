"""What is known around a case: its account, what was decided of it, measures, cases like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from tutela.access.roles import Right, has
from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain.lanes import Lane
from tutela.review.queue import holder, unknown_case

#: Open cases that are listed beside one: as many as can be decided with it at once.
BESIDE_MAX: Final = 50
MEASURES_MAX: Final = 20
GROUPS_MAX: Final = 3
#: Decisions about one account that are counted.
COUNTED_MAX: Final = 1_000

_sql = queries.load("tutela.review", file="around.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTold:
    """What the platform said of the account, and when."""

    created_on: date | None
    country: str | None
    minor: str
    language: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAround:
    """How often what is about the account was decided so, and of that undone."""

    outcome: str
    count: int
    last_at: datetime
    undone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureStanding:
    """A measure on what the case is about, and how far the platform is with it."""

    kind: str
    state: str
    until: date | None
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """An open case that may be like another, and by what."""

    id: UUID
    subject_kind: str
    family: str
    lane: Lane
    opened_at: datetime
    #: Whether it is on somebody else's desk.
    is_taken: bool
    is_of_account: bool
    is_of_entry: bool
    open_items: int
    #: Of the same harm, so that one decision can weigh both.
    is_alike: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAround:
    """A group of accounts that a search found, the account among them as one of its leads."""

    id: UUID
    lead_id: UUID
    state: str
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known around a case; `account` says nothing of who holds it."""

    #: Whether notices name an account at all.
    has_account: bool
    account: AccountTold | None
    decided: Sequence[DecidedAround]
    #: Groups that searches found the account in, the newest first; None for who may not see them.
    networks: Sequence[GroupAround] | None
    measures: Sequence[MeasureStanding]
    beside: Sequence[Beside]

    @property
    def alike(self) -> list[Beside]:
        """Those that can be decided together with the case now."""
        return [each for each in self.beside if each.is_alike and not each.is_taken]


async def around(pool: Pool, *, caller: Caller, case_id: UUID, now: datetime) -> Around:
    """What is known around the case. Raises UnknownCase."""
    named = {**sight(caller), "id": case_id, "now": now, "holder": holder(caller)}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.keys_of_case, named)
        row = await cursor.fetchone()
        if row is None:
            raise unknown_case()
        subject_key, account_key, family = row
        found = {**named, "subject_key": subject_key, "account_key": account_key}
        return Around(
            has_account=account_key is not None,
            account=await _account(connection, named=found),
            decided=await _decided(connection, named=found),
            networks=await _networks(connection, named=found, caller=caller),
            measures=await _measures(connection, named=found),
            beside=await _beside(connection, named=found, family=family),
        )


async def groups_around(pool: Pool, *, caller: Caller, case_id: UUID) -> Sequence[GroupAround]:
    """Groups that the case's account was found in, the newest first; none for who may not see them.

    Raises UnknownCase.
    """
    named = {**sight(caller), "id": case_id}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        row = await (await connection.execute(_sql.keys_of_case, named)).fetchone()
        if row is None:
            raise unknown_case()
        return (
            await _networks(connection, named={**named, "account_key": row[1]}, caller=caller) or []
        )


async def _account(connection: Connection, *, named: dict[str, object]) -> AccountTold | None:
    cursor = await connection.execute(_sql.account_told, named)
    row = await cursor.fetchone()
    if row is None:
        return None
    created_on, country, minor, language, at = row
    return AccountTold(
        created_on=created_on, country=country, minor=minor, language=language, at=at
    )


async def _decided(connection: Connection, *, named: dict[str, object]) -> list[DecidedAround]:
    if named["account_key"] is None:
        return []
    asked = {**named, "counted_max": COUNTED_MAX}
    cursor = await connection.execute(_sql.decided_around, asked)
    return [
        DecidedAround(outcome=outcome, count=count, last_at=last_at, undone=undone)
        for outcome, count, last_at, undone in await cursor.fetchall()
    ]


async def _networks(
    connection: Connection, *, named: dict[str, object], caller: Caller
) -> list[GroupAround] | None:
    if not has(caller.role, right=Right.SEE_NETWORKS):
        return None
    cursor = await connection.execute(_sql.networks_around, {**named, "limit": GROUPS_MAX})
    return [
        GroupAround(id=group_id, lead_id=lead_id, state=state, members=members)
        for group_id, lead_id, state, members in await cursor.fetchall()
    ]


async def _measures(connection: Connection, *, named: dict[str, object]) -> list[MeasureStanding]:
    cursor = await connection.execute(_sql.measures_around, {**named, "limit": MEASURES_MAX})
    return [
        MeasureStanding(kind=kind, state=state, until=until, decided_at=decided_at)
        for kind, state, until, decided_at in await cursor.fetchall()
    ]


async def _beside(connection: Connection, *, named: dict[str, object], family: str) -> list[Beside]:
    cursor = await connection.execute(_sql.open_beside, {**named, "limit": BESIDE_MAX})
    return [_read_beside(row, family=family) for row in await cursor.fetchall()]


def _read_beside(row: Sequence[Any], *, family: str) -> Beside:
    case_id, kind, its_family, lane, opened_at, is_taken, of_account, of_entry, items = row
    return Beside(
        id=case_id,
        subject_kind=kind,
        family=its_family,
        lane=Lane(lane),
        opened_at=opened_at,
        is_taken=bool(is_taken),
        is_of_account=of_account,
        is_of_entry=of_entry,
        open_items=items,
        is_alike=its_family == family and items > 0,
    )
