"""Tokens that were given out: which there are, and an end to one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.errors import TutelaError

_sql = queries.load("tutela.access", file="granted.sql")


class NoSuchToken(TutelaError):
    """No token of the service has this name or id."""

    code = "no_such_token"
    title = "There is no such token"
    status = 404


class SeveralTokens(TutelaError):
    """Several tokens that are not revoked have this name."""

    code = "several_tokens"
    title = "Several tokens have this name"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A token as far as it is kept: all but itself."""

    id: UUID
    name: str
    role: str
    channels: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None
    #: The user who acts by it, if any.
    person: str | None


async def granted(pool: Pool, *, tenant: str, service: str) -> list[Granted]:
    """The tokens of a service, the oldest first; those of its probes are not among them."""
    async with every_tenant_transaction(pool) as connection:
        return await _of_service(connection, tenant=tenant, service=service)


async def revoke(pool: Pool, *, tenant: str, service: str, named: str) -> Granted:
    """The token of that name or id, revoked now or before.

    Who holds it is trusted for a few seconds more. Raises NoSuchToken, and SeveralTokens where a
    name is not enough.
    """
    async with every_tenant_transaction(pool) as connection:
        there = await _of_service(connection, tenant=tenant, service=service)
        found = _chosen(there, named=named)
        cursor = await connection.execute(_sql.revoke_token, {"id": found.id})
        return _granted(await cursor.fetchone() or ())


def _chosen(there: list[Granted], *, named: str) -> Granted:
    by_id = [token for token in there if str(token.id) == named.lower()]
    by_name = [token for token in there if token.name == named]
    live = [token for token in by_name if token.revoked_at is None]
    chosen = by_id or live or by_name[-1:]
    if not chosen:
        raise NoSuchToken(f"No token of this service has the name or the id {named}.")
    if len(chosen) > 1:
        ids = ", ".join(str(token.id) for token in chosen)
        raise SeveralTokens(f"{len(chosen)} tokens have the name {named}; give an id: {ids}.")
    return chosen[0]


async def _of_service(connection: Connection, *, tenant: str, service: str) -> list[Granted]:
    cursor = await connection.execute(_sql.list_tokens, {"tenant": tenant, "service": service})
    return [_granted(row) for row in await cursor.fetchall()]


def _granted(row: tuple[Any, ...]) -> Granted:
    token_id, name, role, channels, created_at, revoked_at, person = row
    return Granted(
        id=token_id,
        name=name,
        role=role,
        channels=tuple(channels),
        created_at=created_at,
        revoked_at=revoked_at,
        person=person,
    )
