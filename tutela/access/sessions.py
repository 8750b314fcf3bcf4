"""Sessions of the staff: a cookie that only its hash is known of, until it ends."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tutela.access.login.rules import LoginRules, Stage
from tutela.access.persons import acting
from tutela.access.tokens import Caller
from tutela.access.users import Person
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.domain.vocabulary import Role

COOKIE_BYTES = 32
#: How often it is written down that a session is used.
SEEN_SECONDS: Final = 30.0
ADDRESS_MAX: Final = 64
AGENT_MAX: Final = 200

_sql = queries.load("tutela.access", file="sessions.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """From where somebody comes, as far as it is known, and by which browser as it calls itself."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """How far a login has come, and whether more than one proof was given."""

    stage: Stage = Stage.WHOLE
    is_strong: bool = False


NOWHERE: Final = Origin()
WHOLE: Final = Proven()
USUAL: Final = LoginRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfWay:
    """Who is in the middle of a login, and how far."""

    person: Person
    proven: Proven


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is logged in, and what they may act on."""

    person: Person
    #: All services of their tenant, by name.
    services: tuple[str, ...]
    #: They, acting on the service that was named; None where none was, or there is no such.
    speaking: Caller | None
    #: When the session was last known to be used.
    seen_at: datetime
    #: Whether more than one proof was given.
    is_strong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session of a person, as it is shown to them."""

    id: UUID
    is_this: bool
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    is_strong: bool
    #: When the login before was, and how many guesses failed between.
    logged_in_before: datetime | None
    guesses_before: int


class Sessions:
    """Begins and ends sessions, and knows who is logged in."""

    def __init__(
        self,
        pool: Pool,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[int], bytes],
        rules: LoginRules = USUAL,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._chance = chance
        self.rules = rules

    async def begin(
        self, person: Person, *, proven: Proven = WHOLE, origin: Origin = NOWHERE
    ) -> str:
        """The cookie of a new session of somebody who was recognised."""
        async with every_tenant_transaction(self._pool) as connection:
            return await self.begin_in(connection, person=person, proven=proven, origin=origin)

    async def begin_in(
        self, connection: Connection, *, person: Person, proven: Proven, origin: Origin
    ) -> str:
        """As `begin`, within a transaction."""
        cookie, now = base64.urlsafe_b64encode(self._chance(COOKIE_BYTES)).decode(), self._clock()
        begun = {
            "session_hash": hash_of(cookie),
            "tenant": person.tenant,
            "name": person.name,
            "now": now,
            "expires_at": now + self.rules.lasts(proven.stage),
            "stage": str(proven.stage),
            "is_strong": proven.is_strong,
            "address": origin.address[:ADDRESS_MAX],
            "agent": origin.agent[:AGENT_MAX],
        }
        await connection.execute(_sql.add_session, begun)
        return cookie

    async def visitor(self, cookie: str, *, service: str | None) -> Visitor | None:
        """Who is logged in under a cookie; None where nobody is, not wholly, or no longer."""
        row = await self._found(cookie)
        if row is None:
            return None
        tenant, name, role, stage, is_strong, seen_at, services, log_id = row
        person = Person(tenant=tenant, name=name, role=Role(role))
        if stage != Stage.WHOLE or (person.role in self.rules.strong_roles and not is_strong):
            return None
        there = service is not None and service in services
        return Visitor(
            person=person,
            services=tuple(services),
            speaking=acting(person, service=service or "", log_id=log_id) if there else None,
            seen_at=seen_at,
            is_strong=is_strong,
        )

    async def half_way(self, cookie: str) -> HalfWay | None:
        """Whose login a cookie is in the middle of, and what it waits for; None where in none."""
        row = await self._found(cookie)
        if row is None or row[3] == Stage.WHOLE:
            return None
        tenant, name, role, stage, is_strong, *_ = row
        person = Person(tenant=tenant, name=name, role=Role(role))
        return HalfWay(person=person, proven=Proven(stage=Stage(stage), is_strong=is_strong))

    async def note_seen(self, cookie: str, *, visitor: Visitor) -> None:
        """The session is used; written down where that is not known of the last half minute."""
        now = self._clock()
        if (now - visitor.seen_at).total_seconds() < SEEN_SECONDS:
            return
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(_sql.note_seen, {"session_hash": hash_of(cookie), "now": now})

    async def log_out(self, cookie: str) -> None:
        """Ends the session of a cookie."""
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(_sql.end_session, {"session_hash": hash_of(cookie)})

    async def of(self, person: Person, *, cookie: str) -> Sequence[OpenSession]:
        """The person's sessions, the newest first; the one of the cookie is marked."""
        whose = {"tenant": person.tenant, "name": person.name, "session_hash": hash_of(cookie)}
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(_sql.sessions_of, {**whose, **self._limits()})
            return [_open_session(row) for row in await cursor.fetchall()]

    async def end(self, person: Person, *, session_id: UUID) -> bool:
        """Whether one of the person's sessions was ended by this."""
        whose = {"tenant": person.tenant, "name": person.name, "id": session_id}
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(_sql.end_one_of, whose)
            return await cursor.fetchone() is not None

    async def end_others(self, person: Person, *, cookie: str) -> None:
        """Ends all of the person's sessions but the one of the cookie."""
        whose = {"tenant": person.tenant, "name": person.name, "session_hash": hash_of(cookie)}
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(_sql.end_others_of, whose)

    async def forget_ended(self) -> None:
        """Drops the sessions that are over."""
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(_sql.forget_sessions, self._limits())

    async def _found(self, cookie: str) -> tuple[Any, ...] | None:
        if not cookie:
            return None
        async with every_tenant_transaction(self._pool) as connection:
            cursor = await connection.execute(
                _sql.find_session, {"session_hash": hash_of(cookie), **self._limits()}
            )
            return await cursor.fetchone()

    def _limits(self) -> dict[str, datetime]:
        now = self._clock()
        return {"now": now, "idle_since": now - timedelta(minutes=self.rules.idle_minutes)}


async def end_all_in(connection: Connection, *, tenant: str, name: str) -> int:
    """Within a transaction: how many sessions ended; nobody is logged in as the person any more."""
    cursor = await connection.execute(_sql.end_all_of, {"tenant": tenant, "name": name})
    return cursor.rowcount


def _open_session(row: tuple[Any, ...]) -> OpenSession:
    session_id, is_this, created_at, seen_at, expires_at, address, agent, *known = row
    is_strong, logged_in_before, guesses_before = known
    return OpenSession(
        id=session_id,
        is_this=is_this,
        created_at=created_at,
        seen_at=seen_at,
        expires_at=expires_at,
        address=address,
        agent=agent,
        is_strong=is_strong,
        logged_in_before=logged_in_before,
        guesses_before=guesses_before,
    )


def hash_of(cookie: str) -> bytes:
    """What is kept of a cookie."""
    return hashlib.sha256(cookie.encode()).digest()
