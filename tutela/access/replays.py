"""What was signed once counts once: digests of what was taken, kept until it would be too old."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction

_sql = queries.load("tutela.access", file="replays.sql")


class Once(StrEnum):
    """What is good for one use."""

    #: The signature of an HTTP call.
    HTTP_SIGNATURE = "http_signature"
    #: A token of inter-service auth of AT Protocol.
    SERVICE_AUTH = "service_auth"


@dataclass(frozen=True, slots=True)
class Use:
    """One use: the SHA-256 of what was used, and from when on it is refused by its own age."""

    kind: Once
    digest: bytes
    expires_at: datetime


class Replays:
    """The memory that all processes share."""

    def __init__(self, pool: Pool, *, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock

    async def is_remembered(self, use: Use) -> bool:
        """Whether it was used before; ask before the call is carried out."""
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(
                _sql.is_remembered,
                {"kind": use.kind, "digest": use.digest, "now": self._clock()},
            )
            return await cursor.fetchone() is not None

    async def is_first(self, use: Use) -> bool:
        """Notes the use; False where it was noted before, also by a call at the same instant."""
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(
                _sql.remember_first,
                {"kind": use.kind, "digest": use.digest, "expires_at": use.expires_at},
            )
            return await cursor.fetchone() is not None

    async def remember(self, use: Use) -> None:
        """Notes the use; after the call was carried out, so that a lost one can come again."""
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(
                _sql.remember,
                {"kind": use.kind, "digest": use.digest, "expires_at": use.expires_at},
            )


async def forget_expired(pool: Pool, *, now: datetime) -> None:
    """Forgets the uses that would be refused by their age."""
    async with every_tenant_transaction(pool, limit_seconds=None) as connection:
        await connection.execute(_sql.forget_expired, {"now": now})
