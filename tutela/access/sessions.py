"""Logins of the staff: a cookie that only its hash is known of, until it expires."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tutela.access.persons import acting
from tutela.access.tokens import Caller
from tutela.access.users import Person, known
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.domain.vocabulary import Role

SESSION_HOURS = 12
COOKIE_BYTES = 32
#: Checks of a password at the same time: each takes a core and 64 MiB for a tenth of a second.
CHECKS_AT_ONCE = 2

_sql = queries.load("tutela.access")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is logged in, and what they may act on."""

    person: Person
    #: All services of their tenant, by name.
    services: tuple[str, ...]
    #: They, acting on the service that was named; None where none was, or there is no such.
    speaking: Caller | None


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
        return None if person is None else await self.begin(person)

    async def begin(self, person: Person) -> str:
        """The cookie of a new session of somebody who was recognised."""
        cookie = base64.urlsafe_b64encode(self._chance(COOKIE_BYTES)).decode()
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(
                _sql.add_session,
                {
                    "session_hash": _hash(cookie),
                    "tenant": person.tenant,
                    "name": person.name,
                    "expires_at": self._clock() + timedelta(hours=SESSION_HOURS),
                },
            )
        return cookie

    async def visitor(self, cookie: str, *, service: str | None) -> Visitor | None:
        """Who is logged in under a cookie; None where nobody is, or no longer."""
        if not cookie:
            return None
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(
                _sql.find_session, {"session_hash": _hash(cookie), "now": self._clock()}
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        tenant, name, role, services, log_id = row
        person = Person(tenant=tenant, name=name, role=Role(role))
        there = service is not None and service in services
        return Visitor(
            person=person,
            services=tuple(services),
            speaking=acting(person, service=service or "", log_id=log_id) if there else None,
        )

    async def log_out(self, cookie: str) -> None:
        """Ends the session of a cookie."""
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(_sql.end_session, {"session_hash": _hash(cookie)})


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
