"""The way in: a password, the pace of guesses, a second proof, and then a session."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tutela.access import users
from tutela.access.keys import KeySet
from tutela.access.login import guesses
from tutela.access.login.factors import SecondFactors, wrong_code
from tutela.access.login.guesses import Guessing, Kind, Outcome, TooManyGuesses
from tutela.access.login.rules import Stage
from tutela.access.sessions import WHOLE, Origin, Proven, Sessions
from tutela.access.users import Person
from tutela.database.pool import Pool, every_tenant_transaction

#: Checks of a password at the same time: each takes a core and 64 MiB for a tenth of a second.
CHECKS_AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody typed, and from where."""

    tenant: str
    name: str
    password: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The cookie of a new session, and what it waits for."""

    cookie: str
    stage: Stage


class Entrance:
    """Lets people in step by step; every step ends the session of the step before."""

    def __init__(
        self,
        pool: Pool,
        *,
        keys: KeySet,
        clock: Callable[[], datetime],
        sessions: Sessions,
        factors: SecondFactors,
    ) -> None:
        self._pool = pool
        self._keys = keys
        self._clock = clock
        self._checks = asyncio.Semaphore(CHECKS_AT_ONCE)
        self.sessions = sessions
        self.factors = factors

    async def log_in(self, attempt: Attempt) -> Entered | None:
        """A session, or the first half of one; None where name and password don't go together.

        Errors: `TooManyGuesses`, for a name of somebody as for one of nobody.
        """
        person = await self._recognised(attempt)
        return None if person is None else await self.let_in(person, origin=attempt.origin)

    async def is_their_password(self, person: Person, *, password: str, origin: Origin) -> bool:
        """Whether it is the person's password; asked again before grave acts, at the same pace."""
        attempt = Attempt(tenant=person.tenant, name=person.name, password=password, origin=origin)
        return await self._recognised(attempt) is not None

    async def let_in(self, person: Person, *, origin: Origin, proven: Proven = WHOLE) -> Entered:
        """The session of somebody whose proofs so far were right: whole, or waiting for more."""
        stage = await self._next_stage(person, is_strong=proven.is_strong)
        reached = Proven(stage=stage, is_strong=proven.is_strong)
        return await self._begin(person, proven=reached, origin=origin)

    async def give_code(self, person: Person, *, code: str, origin: Origin) -> Entered:
        """What follows a right code; raises WrongCode, TooManyGuesses."""
        await self.refuse_wrong_code(person, code=code)
        return await self.let_in(person, origin=origin, proven=Proven(is_strong=True))

    async def note(self, outcome: Outcome) -> None:
        """One more login ended so, by a way that asks for no password of ours."""
        async with every_tenant_transaction(self._pool) as connection:
            await guesses.count(connection, outcome=outcome, now=self._clock())

    async def _next_stage(self, person: Person, *, is_strong: bool) -> Stage:
        factor = await self.factors.standing(person)
        if factor.since is not None and not is_strong:
            return Stage.CODE
        if await users.is_password_given(self._pool, person=person):
            return Stage.RENEWAL
        if person.role in self.sessions.rules.strong_roles and not is_strong:
            return Stage.ENROLMENT
        return Stage.WHOLE

    async def refuse_wrong_code(self, person: Person, *, code: str) -> None:
        """`WrongCode` where it is no code of theirs, at the pace of a login; `TooManyGuesses`."""
        guessing = self._guessing(Kind.CODE, named=_name(person.tenant, name=person.name))
        await self._spend(guessing)
        if not await self.factors.fits(person, code=code):
            await self._failed(tenant=person.tenant, name=person.name, outcome=Outcome.WRONG_CODE)
            raise wrong_code()
        async with every_tenant_transaction(self._pool) as connection:
            await guesses.forget(connection, guessing=guessing)

    async def begin_anew(self, person: Person, *, origin: Origin) -> Entered:
        """A new session of somebody who is in and has just shown every proof that is asked."""
        factor = await self.factors.standing(person)
        proven = Proven(is_strong=factor.since is not None)
        return await self._begin(person, proven=proven, origin=origin)

    async def has_password(self, person: Person) -> bool:
        """Whether the person logs in by a password of ours, and not at a provider alone."""
        return await users.has_password(self._pool, person=person)

    async def change_password(self, person: Person, *, password: str) -> None:
        """The person logs in by this password from now on; raises PasswordUnfit."""
        await users.change_password(self._pool, person=person, password=password, now=self._clock())

    async def _recognised(self, attempt: Attempt) -> Person | None:
        by_name, by_address = self._paces(attempt)
        await self._spend(by_name, by_address)
        person = await self._known(attempt)
        if person is not None:
            async with every_tenant_transaction(self._pool) as connection:
                await guesses.forget(connection, guessing=by_name)
                await guesses.give_back(connection, guessing=by_address)
        return person

    async def _known(self, attempt: Attempt) -> Person | None:
        async with self._checks:
            person = await users.known(
                self._pool, tenant=attempt.tenant, name=attempt.name, password=attempt.password
            )
        if person is None:
            await self._failed(
                tenant=attempt.tenant, name=attempt.name, outcome=Outcome.WRONG_PASSWORD
            )
        return person

    async def _begin(self, person: Person, *, proven: Proven, origin: Origin) -> Entered:
        async with every_tenant_transaction(self._pool) as connection:
            cookie = await self.sessions.begin_in(
                connection, person=person, proven=proven, origin=origin
            )
            if proven.stage is Stage.WHOLE:
                now, tenant, name = self._clock(), person.tenant, person.name
                await guesses.note_login(connection, tenant=tenant, name=name, now=now)
                await guesses.count(connection, outcome=Outcome.LOGGED_IN, now=now)
        return Entered(cookie=cookie, stage=proven.stage)

    async def _spend(self, *guessing: Guessing) -> None:
        try:
            async with every_tenant_transaction(self._pool) as connection:
                for each in guessing:
                    await guesses.spend(connection, guessing=each)
        except TooManyGuesses:
            async with every_tenant_transaction(self._pool) as connection:
                await guesses.count(connection, outcome=Outcome.HELD_BACK, now=self._clock())
            raise

    async def _failed(self, *, tenant: str, name: str, outcome: Outcome) -> None:
        async with every_tenant_transaction(self._pool) as connection:
            await guesses.count(connection, outcome=outcome, now=self._clock())
            await guesses.note_failure(connection, tenant=tenant, name=name)

    def _paces(self, attempt: Attempt) -> tuple[Guessing, Guessing]:
        named = _name(attempt.tenant, name=attempt.name)
        return (
            self._guessing(Kind.NAME, named=named),
            self._guessing(Kind.ADDRESS, named=attempt.origin.address),
        )

    def _guessing(self, kind: Kind, *, named: str) -> Guessing:
        digest = self._keys.subject_digest(f"login {kind} {named}".encode())
        return Guessing(kind=kind, digest=digest, now=self._clock())


def _name(tenant: str, *, name: str) -> str:
    return f"{tenant}/{name.casefold()}"
