"""Tokens: who a machine speaks for, on which service, over which channels."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.domain.identifiers import uuid7
from tutela.domain.vocabulary import Channel, Mark, Role
from tutela.errors import FieldError, TutelaError

TOKEN_BYTES = 32
#: How long a process goes on trusting a token that was revoked meanwhile.
TRUST_SECONDS = 5.0
CACHE_MAX = 4_096
NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_sql = queries.load("tutela.access")


class NoToken(TutelaError):
    """The call carries no token, or one that is unknown or revoked."""

    code = "unauthorized"
    title = "No valid token"
    status = 401


class UnknownToken(NoToken):
    """The call carries a token that nobody holds (any more)."""


class BadName(TutelaError):
    """A name of a tenant, service, token or person that can't be used."""

    code = "bad_name"
    title = "The name can't be used"
    status = 422


class PersonUnfit(TutelaError):
    """A token is asked for a person who is no user of the tenant, or has another role."""

    code = "person_unfit"
    title = "The token can't be this person's"
    status = 422


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: everything that a body can't say about itself."""

    token_id: UUID
    tenant: str
    service: str
    name: str
    role: Role
    channels: tuple[Channel, ...]
    mark: Mark
    log_id: str
    #: Whose token it is; None of a program's, which can't act for a person.
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a new token is for."""

    tenant: str
    service: str
    name: str
    role: Role
    channels: tuple[Channel, ...]
    mark: Mark = Mark.REAL
    #: The user of the tenant who acts by it; None where a program does.
    person: str | None = None


def hash_token(token: str) -> bytes:
    """What is stored of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


async def create(pool: Pool, *, grant: Grant, now: datetime, chance: Callable[[int], bytes]) -> str:
    """A new token, told this once; tenant, service and log are made where they are new.

    Errors: `BadName`, and `PersonUnfit` where it is for a person who is no user with its role.
    """
    for what, name in (("tenant", grant.tenant), ("service", grant.service), ("name", grant.name)):
        refuse_bad_name(name, what=what)
    token = "tutela_" + base64.urlsafe_b64encode(chance(TOKEN_BYTES)).decode().rstrip("=")
    async with every_tenant_transaction(pool) as connection:
        await add_service(connection, tenant=grant.tenant, service=grant.service, chance=chance)
        await _refuse_stranger(connection, grant=grant)
        await connection.execute(
            _sql.add_token,
            {
                "tenant": grant.tenant,
                "service": grant.service,
                "id": uuid7(unix_ms=int(now.timestamp() * 1000), random=chance(10)),
                "name": grant.name,
                "role": str(grant.role),
                "channels": [str(channel) for channel in grant.channels],
                "mark": str(grant.mark),
                "person": grant.person,
                "token_hash": hash_token(token),
            },
        )
    return token


async def _refuse_stranger(connection: Connection, *, grant: Grant) -> None:
    if grant.person is None:
        return
    cursor = await connection.execute(
        _sql.find_user, {"tenant": grant.tenant, "name": grant.person}
    )
    row = await cursor.fetchone()
    if row is None or row[0] != str(grant.role):
        raise PersonUnfit(
            f"There is no user {grant.person} with the role {grant.role}; "
            "`tutela user create` makes one.",
            errors=[FieldError("/person", "no user with this role")],
        )


async def add_service(
    connection: Connection, *, tenant: str, service: str, chance: Callable[[int], bytes]
) -> None:
    """Tenant, service and the tenant's log are there afterwards, new or not."""
    await connection.execute(_sql.add_tenant, {"tenant": tenant})
    await connection.execute(_sql.add_service, {"tenant": tenant, "service": service})
    await connection.execute(_sql.add_log, {"tenant": tenant, "log_id": chance(16).hex()})


def refuse_bad_name(name: str, *, what: str) -> None:
    """`BadName` unless the name is 1 to 64 letters, digits, dots, dashes or underscores."""
    if not NAME_PATTERN.fullmatch(name):
        raise BadName(
            detail=f"The {what} must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with none of . _ -",
            errors=[FieldError(f"/{what}", "not a usable name")],
        )


class TokenDesk:
    """Knows callers by their token; remembers each for `TRUST_SECONDS`."""

    def __init__(self, pool: Pool, *, monotonic: Callable[[], float]) -> None:
        self._pool = pool
        self._monotonic = monotonic
        self._known: dict[bytes, tuple[float, Caller]] = {}

    async def caller(self, authorization: str | None) -> Caller:
        """Who sent `Authorization: Bearer ...`; `NoToken` where that is nobody."""
        if authorization is None or not authorization[:7].lower() == "bearer ":
            raise NoToken(detail="Send `Authorization: Bearer <token>`.")
        token_hash = hash_token(authorization[7:].strip())
        known = self._known.get(token_hash)
        if known is not None and self._monotonic() < known[0]:
            return known[1]
        return await self._ask(token_hash)

    async def _ask(self, token_hash: bytes) -> Caller:
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(_sql.find_token, {"token_hash": token_hash})
            row = await cursor.fetchone()
        if row is None:
            self._known.pop(token_hash, None)
            raise UnknownToken(detail="The token is unknown or was revoked.")
        caller = Caller(
            token_id=row[0],
            tenant=row[1],
            service=row[2],
            name=row[3],
            role=Role(row[4]),
            channels=tuple(Channel(channel) for channel in row[5]),
            mark=Mark(row[6]),
            log_id=row[7],
            person=row[8],
        )
        if len(self._known) >= CACHE_MAX:
            self._known.clear()
        self._known[token_hash] = (self._monotonic() + TRUST_SECONDS, caller)
        return caller
