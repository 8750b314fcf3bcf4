"""A reveal: the lease is looked at, the budget is spent, and the vault's link is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.access.persons import person_of
from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.care import AgainReason
from tutela.domain.lanes import Lane
from tutela.ledger import facts
from tutela.ledger.facts import Happened
from tutela.review.care.budget import Day, Left, day_of
from tutela.review.care.media import Medium, medium_of
from tutela.review.care.resting import work
from tutela.review.care.room import AlreadyRevealed, BudgetSpent, CareRoom, UnknownReveal
from tutela.review.care.vault import NONCE_BYTES, Vault
from tutela.review.queue import holder, lease_token, stale_lease, unknown_case
from tutela.review.views.noting import View, Way, note_view

#: What is told where the day is over.
_SPENT = (
    "You have seen as much as anybody may in a day. What you held of imminent danger is with"
    " others now; go on with what needs no look, or call it a day."
)

_sql = queries.load("tutela.review.care")
_queue_sql = queries.load("tutela.review")
_ledger_sql = queries.load("tutela.ledger")


class Revealed(msgspec.Struct, frozen=True, kw_only=True):
    """A reveal and the link of it, good once and until `link_until`."""

    id: str
    case_id: str
    link: str
    link_until: str
    #: When it is hidden again; until then it is charged.
    shown_until: str
    #: What the day leaves; None where it is not asked again.
    left: Left | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who wants to look at the medium of which case."""

    caller: Caller
    case_id: UUID
    #: Of the lease; None where the door knows the holder by name.
    lease_token: str | None
    again: AgainReason | None = None
    #: Under which the same call is answered the same.
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    family: str
    lane: Lane
    subject_key: bytes


async def reveal(room: CareRoom, *, asking: Asking) -> Revealed:
    """The link, once the reveal is spent and in the ledger.

    Errors: `NoVault`, `NeedsPerson`, `UnknownCase`, `StaleLease`, `NothingToReveal`,
    `AlreadyRevealed` unless `again` says why, and `BudgetSpent`, after which whatever of imminent
    danger the person holds waits for others before everything else.
    """
    caller, vault = asking.caller, room.opened_vault
    person = person_of(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        day = await day_of(connection, tenant=caller.tenant, person=person, room=room)
        done = await _done(connection, asking=asking, person=person, day=day)
        if done is not None:
            return _told(done, vault=vault, keys=room.keys)
        held = await _held(connection, asking=asking)
        await note_view(connection, view=_view(asking, day=day))
        medium = await medium_of(
            connection, named=_named(asking), subject_key=held.subject_key, keys=room.keys
        )
        await _refuse_again(connection, asking=asking, person=person, medium=medium)
        left = day.left(held.family, rules=room.rules)
        if not left.is_nothing:
            spending = _Spending(asking=asking, person=person, day=day, held=held, medium=medium)
            row = await _spend(connection, spending=spending, left=left, room=room)
            await work(connection, caller=caller, rules=room.rules)
            told = _told(row, vault=vault, keys=room.keys)
            return msgspec.structs.replace(told, left=_after(row, left=left))
        await connection.execute(_sql.hand_over, {**_named(asking), "holder": holder(caller)})
    raise BudgetSpent(_SPENT)


async def shown(room: CareRoom, *, caller: Caller, reveal_id: UUID) -> Revealed:
    """A person's own reveal while it is shown; raises UnknownReveal."""
    named = {**_whose(caller), "person": person_of(caller), "id": reveal_id}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.find_reveal, named)
        row = await cursor.fetchone()
    if row is None:
        raise _unknown()
    return _told(row, vault=room.opened_vault, keys=room.keys)


async def hide(room: CareRoom, *, caller: Caller, reveal_id: UUID) -> None:
    """Nothing, once no more of a reveal is charged; raises UnknownReveal."""
    named = {**_whose(caller), "person": person_of(caller), "id": reveal_id}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.own_reveal, named)
        if await cursor.fetchone() is None:
            raise _unknown()
        await connection.execute(_sql.hide_reveal, named)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spending:
    asking: Asking
    person: str
    day: Day
    held: _Held
    medium: Medium


async def _done(
    connection: Connection, *, asking: Asking, person: str, day: Day
) -> tuple[Any, ...] | None:
    """The reveal that the same call made before, while its link is good."""
    if asking.key is None:
        return None
    named = {**_named(asking), "person": person, "key": asking.key}
    cursor = await connection.execute(_sql.revealed_by_key, named)
    row = await cursor.fetchone()
    if row is None:
        return None
    _, case_id, _, _, link_until, _, hidden_at, *_ = row
    if case_id != asking.case_id or link_until <= day.now or hidden_at is not None:
        raise AlreadyRevealed("This was asked before, and the link of it is not good any more.")
    return tuple(row)


async def _held(connection: Connection, *, asking: Asking) -> _Held:
    caller = asking.caller
    lease = {
        "holder": holder(caller),
        "any_lease": asking.lease_token is None,
        "lease_token": None if asking.lease_token is None else lease_token(asking.lease_token),
    }
    cursor = await connection.execute(_sql.held_case, {**_named(asking), **lease})
    row = await cursor.fetchone()
    if row is not None:
        family, lane, _, subject_key = row
        return _Held(family=family, lane=Lane(lane), subject_key=bytes(subject_key))
    cursor = await connection.execute(_queue_sql.case_is_visible, _named(asking))
    raise stale_lease() if await cursor.fetchone() is not None else unknown_case()


async def _refuse_again(
    connection: Connection, *, asking: Asking, person: str, medium: Medium
) -> None:
    if asking.again is not None:
        return
    named = {**_named(asking), "person": person, "media_keys": list(medium.keys)}
    cursor = await connection.execute(_sql.seen_before, named)
    row = await cursor.fetchone()
    if row is None:
        return
    at, case_id, is_own = row
    who = "You" if is_own else "Somebody"
    where = "in this case" if case_id == asking.case_id else f"in the case {case_id}"
    raise AlreadyRevealed(
        f"{who} looked at the same media {where} at {timestamp(at)}: decide by what was found"
        " there. Who must look again says why.",
        evidence={"case_id": str(case_id), "at": timestamp(at)},
    )


async def _spend(
    connection: Connection, *, spending: _Spending, left: Left, room: CareRoom
) -> tuple[Any, ...]:
    asking, now = spending.asking, spending.day.now
    seconds = min(room.rules.reveal_seconds, left.seconds)
    projection = {"family": spending.held.family, "again": asking.again}
    said = {
        **projection,
        "person": spending.person,
        "case_id": str(asking.case_id),
        "medium": spending.medium.id,
    }
    happened = Happened(
        type="media.revealed", service=asking.caller.service, projection=projection, said=said
    )
    fact = facts.write(happened, at=now, keys=room.keys, chance=room.chance)
    columns: dict[str, object] = {
        **_named(asking),
        **fact.columns,
        "person": spending.person,
        "case_id": asking.case_id,
        "family": spending.held.family,
        "lane": str(spending.held.lane),
        "nonce": room.chance(NONCE_BYTES),
        "key": asking.key,
        "link_until": _whole(now + timedelta(seconds=min(room.rules.link_seconds, seconds))),
        "shown_until": now + timedelta(seconds=seconds),
        "again": asking.again,
        "media_keys": list(spending.medium.keys),
    }
    leaf = {**fact.leaf.columns, "tenant": asking.caller.tenant, "at": now}
    await connection.execute(_ledger_sql.add_leaf, leaf)
    await connection.execute(_sql.add_reveal, columns)
    await connection.execute(_sql.add_media, columns)
    of = ("id", "case_id", "at", "nonce", "link_until", "shown_until", "hidden_at")
    rest = ("sealed_key", "sealed_body", "family")
    return tuple(columns.get(name) for name in (*of, *rest))


def _after(row: tuple[Any, ...], *, left: Left) -> Left:
    seconds = (row[5] - row[2]).total_seconds()
    return Left(reveals=left.reveals - 1, seconds=max(0, int(left.seconds - seconds)))


def _told(row: tuple[Any, ...], *, vault: Vault, keys: KeySet) -> Revealed:
    reveal_id, case_id, _, nonce, link_until, shown_until, _, sealed_key, sealed_body, _ = row
    said = facts.open_fact(Sealed(sealed_key, sealed_body), fact_id=reveal_id, keys=keys)
    medium: str = msgspec.json.decode(said)["medium"]
    link = vault.link(medium, expires=link_until, nonce=bytes(nonce))
    return Revealed(
        id=str(reveal_id),
        case_id=str(case_id),
        link=link,
        link_until=timestamp(link_until),
        shown_until=timestamp(shown_until),
    )


def _view(asking: Asking, *, day: Day) -> View:
    return View(caller=asking.caller, case_id=asking.case_id, way=Way.REVEALED, at=day.now)


def _named(asking: Asking) -> Mapping[str, object]:
    return {**sight(asking.caller), "id": asking.case_id}


def _whose(caller: Caller) -> dict[str, object]:
    return {"tenant": caller.tenant, "service": caller.service}


def _whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=0) + timedelta(seconds=1)


def _unknown() -> UnknownReveal:
    return UnknownReveal("It was another person's, it was hidden, or its time is over.")
