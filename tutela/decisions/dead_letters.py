"""Messages that are not delivered: how many, why, and sending a dead one again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.decisions.endpoints import Station
from tutela.domain import canonical
from tutela.domain.states import OutboxEvent, OutboxState, transition
from tutela.errors import TutelaError

_sql = queries.load("tutela.decisions", file="outbox.sql")


class Standing(StrEnum):
    """Why a message is not delivered yet."""

    #: Its turn comes with the next round, or after one about the same subject.
    DUE = "due"
    #: It failed before and is tried again after a pause.
    FAILING = "failing"
    #: Nobody has said where the service takes its messages.
    NOT_CONFIGURED = "not_configured"
    #: People are told of the decision later, on a legal basis.
    WITHHELD = "withheld"
    #: The endpoint said that nobody takes messages there any more (410): it is to be set again.
    GONE = "gone"
    #: It failed too often; its owner sends it again or settles it by hand.
    DEAD = "dead"


class UnknownMessage(TutelaError):
    """The service has no such message."""

    code = "unknown_message"
    title = "No such message"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Undelivered messages of one service, kind and standing; since when the oldest waits."""

    service: str
    kind: str
    standing: Standing
    count: int
    oldest_at: datetime


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was given up: what it was, since when, why, and whose it is now."""

    id: str
    kind: str
    #: What it follows from: a decision or an incident.
    decision_id: str | None
    incident_id: str | None
    created_at: str
    dead_at: str
    attempts: int
    last_error: str | None
    owner: str


async def backlog(pool: Pool, *, tenant: str, now: datetime) -> list[Backlog]:
    """What is not delivered, of all services of a tenant, marked messages included."""
    async with tenant_transaction(pool, tenant=tenant) as connection:
        cursor = await connection.execute(_sql.backlog, {"tenant": tenant, "now": now})
        rows = await cursor.fetchall()
    return [
        Backlog(
            service=service,
            kind=kind,
            standing=Standing(standing),
            count=count,
            oldest_at=oldest_at,
        )
        for service, kind, standing, count, oldest_at in rows
    ]


async def revive(pool: Pool, *, station: Station, message_id: UUID, now: datetime) -> None:
    """Nothing, once the dead message is due again under its id.

    Raises UnknownMessage, and IllegalTransition for one that is not dead.
    """
    named = {
        "tenant": station.tenant,
        "service": station.service,
        "id": message_id,
        "now": now,
    }
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        cursor = await connection.execute(_sql.lock_message, named)
        row = await cursor.fetchone()
        if row is None:
            raise UnknownMessage("There is no such message on this service.")
        transition(_state(done_at=row[0], dead_at=row[1]), event=OutboxEvent.REVIVED)
        await connection.execute(_sql.revive, named)


async def revive_all(pool: Pool, *, station: Station, now: datetime) -> int:
    """How many dead messages of a service are due again now, each under its id."""
    named = {"tenant": station.tenant, "service": station.service, "now": now}
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        cursor = await connection.execute(_sql.revive_all, named)
        return len(await cursor.fetchall())


async def dead_letters(
    pool: Pool, *, station: Station, limit: int, after: UUID | None = None
) -> list[DeadLetter]:
    """The messages of a service that were given up, in their order, behind one of them."""
    named = {
        "tenant": station.tenant,
        "service": station.service,
        "limit": limit,
        "after": after,
    }
    async with tenant_transaction(pool, tenant=station.tenant) as connection:
        cursor = await connection.execute(_sql.dead_letters, named)
        rows = await cursor.fetchall()
    return [_dead_letter(row) for row in rows]


def _dead_letter(row: Sequence[Any]) -> DeadLetter:
    message_id, kind, decision_id, incident_id, created_at, dead_at, *rest = row
    attempts, last_error, owner = rest
    return DeadLetter(
        id=str(message_id),
        kind=kind,
        decision_id=None if decision_id is None else str(decision_id),
        incident_id=None if incident_id is None else str(incident_id),
        created_at=canonical.timestamp(created_at),
        dead_at=canonical.timestamp(dead_at),
        attempts=attempts,
        last_error=last_error,
        owner=owner,
    )


def _state(*, done_at: datetime | None, dead_at: datetime | None) -> OutboxState:
    if done_at is not None:
        return OutboxState.DELIVERED
    return OutboxState.DUE if dead_at is None else OutboxState.DEAD
