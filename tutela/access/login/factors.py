"""A second proof beside the password: an authenticator, and codes for the day it is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tutela.access.keys import KeySet, Sealed
from tutela.access.login import codes
from tutela.access.users import Person
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.errors import FieldError, TutelaError

_sql = queries.load("tutela.access.login", file="factors.sql")


class WrongCode(TutelaError):
    """The code is none of the authenticator's now, or was taken before."""

    code = "wrong_code"
    title = "The code is not right"
    status = 422


class FactorThere(TutelaError):
    """The person has an authenticator already; a new one takes its place once it is taken off."""

    code = "factor_there"
    title = "There is an authenticator already"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """How it stands with a person's second proof."""

    #: None where there is none.
    since: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    secret: str
    confirmed_at: datetime | None
    last_step: int


class SecondFactors:
    """Sets authenticators up, asks for their codes, and takes them off."""

    def __init__(
        self,
        pool: Pool,
        *,
        keys: KeySet,
        clock: Callable[[], datetime],
        chance: Callable[[int], bytes],
    ) -> None:
        self._pool = pool
        self._keys = keys
        self._clock = clock
        self._chance = chance

    async def standing(self, person: Person) -> Factor:
        """Since when the person has one, and how many recovery codes are left."""
        async with tenant_transaction(self._pool, tenant=person.tenant) as connection:
            cursor = await connection.execute(_sql.show_factor, _whose(person))
            ((since, left),) = await cursor.fetchall()
        return Factor(since=since, recovery_codes_left=left)

    async def offer(self, person: Person) -> str:
        """The secret to set up, in base 32, the same until it is confirmed; `FactorThere`."""
        async with tenant_transaction(self._pool, tenant=person.tenant) as connection:
            kept = await self._kept(connection, person=person)
            if kept is None:
                return await self._add(connection, person=person)
        if kept.confirmed_at is not None:
            raise FactorThere("Take the authenticator off first, then set up another one.")
        return kept.secret

    async def confirm(self, person: Person, *, code: str) -> tuple[str, ...]:
        """The recovery codes, told this once: from now on a code is asked beside the password.

        Errors: `WrongCode`, `FactorThere`.
        """
        async with tenant_transaction(self._pool, tenant=person.tenant) as connection:
            kept = await self._kept(connection, person=person)
            if kept is not None and kept.confirmed_at is not None:
                raise FactorThere("An authenticator was set up meanwhile.")
            if kept is None or not await self._take(
                connection, person=person, kept=kept, code=code
            ):
                raise wrong_code()
            return await self._renew_codes(connection, person=person)

    async def fits(self, person: Person, *, code: str) -> bool:
        """Whether it is a code of the authenticator, or a recovery code; neither is taken twice."""
        async with tenant_transaction(self._pool, tenant=person.tenant) as connection:
            kept = await self._kept(connection, person=person)
            if kept is None or kept.confirmed_at is None:
                return False
            if await self._take(connection, person=person, kept=kept, code=code):
                return True
            used = {"code_hash": codes.recovery_hash(code), "now": self._clock()}
            cursor = await connection.execute(_sql.use_recovery_code, {**_whose(person), **used})
            return await cursor.fetchone() is not None

    async def renew_codes(self, person: Person) -> tuple[str, ...]:
        """New recovery codes, told this once; those before open nothing any more."""
        async with tenant_transaction(self._pool, tenant=person.tenant) as connection:
            return await self._renew_codes(connection, person=person)

    async def take_off(self, person: Person) -> None:
        """The password is enough again, unless the role asks for more."""
        async with tenant_transaction(self._pool, tenant=person.tenant) as connection:
            await take_off_in(connection, tenant=person.tenant, name=person.name)

    async def _kept(self, connection: Connection, *, person: Person) -> _Kept | None:
        cursor = await connection.execute(_sql.find_totp, _whose(person))
        row = await cursor.fetchone()
        if row is None:
            return None
        totp_id, key, body, confirmed_at, last_step = row
        secret = self._keys.open(Sealed(bytes(key), bytes(body)), row=totp_id.bytes).decode()
        return _Kept(secret=secret, confirmed_at=confirmed_at, last_step=last_step)

    async def _add(self, connection: Connection, *, person: Person) -> str:
        now, secret = self._clock(), codes.new_secret(self._chance)
        unix_ms = int(now.timestamp() * 1000)
        totp_id: UUID = uuid7(unix_ms=unix_ms, random=self._chance(UUID7_RANDOM_BYTES))
        sealed = self._keys.seal(secret.encode(), row=totp_id.bytes)
        kept = {"id": totp_id, "sealed_key": sealed.key, "sealed_body": sealed.body, "now": now}
        await connection.execute(_sql.add_totp, {**_whose(person), **kept})
        return secret

    async def _take(
        self, connection: Connection, *, person: Person, kept: _Kept, code: str
    ) -> bool:
        now = self._clock()
        step = codes.fitting_step(kept.secret, code=code, now=now, after=kept.last_step)
        if step is None:
            return False
        await connection.execute(_sql.take_step, {**_whose(person), "step": step, "now": now})
        return True

    async def _renew_codes(self, connection: Connection, *, person: Person) -> tuple[str, ...]:
        given = codes.recovery_codes(self._chance)
        hashes = [codes.recovery_hash(each) for each in given]
        await connection.execute(_sql.end_recovery_codes, _whose(person))
        await connection.execute(_sql.add_recovery_codes, {**_whose(person), "hashes": hashes})
        return given


async def take_off_in(connection: Connection, *, tenant: str, name: str) -> None:
    """Within a transaction: the person has no authenticator and no recovery codes any more."""
    whose = {"tenant": tenant, "name": name}
    await connection.execute(_sql.end_totp, whose)
    await connection.execute(_sql.end_recovery_codes, whose)


def wrong_code() -> WrongCode:
    """The error, with what to do about it."""
    return WrongCode(
        "Wait for the next code of your authenticator and give that one; each is taken once.",
        errors=[FieldError("/code", "not the code of now")],
    )


def _whose(person: Person) -> dict[str, str]:
    return {"tenant": person.tenant, "name": person.name}
