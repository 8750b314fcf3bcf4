"""Logins of the staff: a cookie that only its hash is known of, until it expires."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from tutela.access.users import Person, known
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.domain.vocabulary import Role

SESSION_HOURS = 12
COOKIE_BYTES = 32
#: Checks of a password at the same time: each takes a core and 64 MiB for a tenth of a second.
CHECKS_AT_ONCE = 2

_sql = queries.load("tutela.access")


class Sessions:
    """Logs people in and out, and knows who is logged in."""

    def __init__(
        self, pool: Pool, *, clock: Callable[[], datetime], chance: Callable[[int], bytes]
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._chance = chance
        self._checks = asyncio.Semaphore(CHECKS_AT_ONCE)

    async def log_in(self, name: str, *, password: str, tenant: str) -> str | None:
        """The cookie of a new session; None where name and password don't go together."""
        async with self._checks:
            person = await known(self._pool, tenant=tenant, name=name, password=password)
        if person is None:
            return None
        cookie = base64.urlsafe_b64encode(self._chance(COOKIE_BYTES)).decode()
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(
                _sql.add_session,
                {
                    "session_hash": _hash(cookie),
                    "tenant": tenant,
                    "name": name,
                    "expires_at": self._clock() + timedelta(hours=SESSION_HOURS),
                },
            )
        return cookie

    async def who(self, cookie: str | None) -> Person | None:
        """Who is logged in under a cookie; None where nobody is, or no longer."""
        if not cookie:
            return None
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(
                _sql.find_session, {"session_hash": _hash(cookie), "now": self._clock()}
            )
            row = await cursor.fetchone()
        return None if row is None else Person(tenant=row[0], name=row[1], role=Role(row[2]))

    async def log_out(self, cookie: str) -> None:
        """Ends the session of a cookie."""
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(_sql.end_session, {"session_hash": _hash(cookie)})

    async def services(self, tenant: str) -> list[str]:
        """The services of a tenant, by name."""
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(_sql.services, {"tenant": tenant})
            return [row[0] for row in await cursor.fetchall()]


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
