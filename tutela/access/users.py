"""People on the staff: a name, a role, and a password of which only an Argon2id hash is kept."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import LiteralString

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tutela.access.tokens import NAME_PATTERN, refuse_bad_name
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain.vocabulary import Role
from tutela.errors import FieldError, TutelaError

PASSWORD_MIN_CODE_POINTS = 12
PASSWORD_MAX_CODE_POINTS = 1_024
GENERATED_BYTES = 18
#: Roles that programs have, by `tutela token create`.
PROGRAM_ROLES = frozenset({Role.SERVICE, Role.GUARD})

_sql = queries.load("tutela.access")
_hasher = PasswordHasher()


class NameTaken(TutelaError):
    """There is a person of that name already."""

    code = "name_taken"
    title = "The name is taken"
    status = 409


class RoleNotForPeople(TutelaError):
    """The role belongs to programs."""

    code = "role_not_for_people"
    title = "The role is for programs"
    status = 422


class PasswordUnfit(TutelaError):
    """The password is too short or too long."""

    code = "password_unfit"
    title = "The password can't be used"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who may log in, and as what."""

    tenant: str
    name: str
    role: Role


async def add(pool: Pool, *, person: Person, password: str) -> None:
    """The person can log in from now on; the tenant must be there.

    Errors: `BadName`, `RoleNotForPeople`, `PasswordUnfit`, `NameTaken`, `NoSuchTenant`.
    """
    refuse_unfit(person)
    kept = await password_hash(password)
    async with tenant_transaction(pool, tenant=person.tenant) as connection:
        await add_in(connection, person=person, kept=kept)


def refuse_unfit(person: Person) -> None:
    """`BadName` or `RoleNotForPeople` where nobody can be this person."""
    refuse_bad_name(person.name, what="name")
    if person.role in PROGRAM_ROLES:
        raise RoleNotForPeople(
            "Programs have the roles service and guard, by `tutela token create`."
        )


async def add_in(connection: Connection, *, person: Person, kept: str) -> None:
    """Within a transaction: a person with what is kept of their password; raises NameTaken."""
    added = {"tenant": person.tenant, "name": person.name, "role": str(person.role)}
    cursor = await connection.execute(_sql.add_user, {**added, "password_hash": kept})
    if await cursor.fetchone() is None:
        raise NameTaken(f"There is a user {person.name} already.")


async def known(pool: Pool, *, tenant: str, name: str, password: str) -> Person | None:
    """The person of that name and password; None where either is wrong, after the same time."""
    row = await _found(pool, tenant=tenant, name=name)
    nobody = await asyncio.to_thread(_nobody)
    kept = None if row is None else row[1]
    fits = await asyncio.to_thread(_fits, kept or nobody, password=password)
    if row is None or kept is None or not fits:
        return None
    return Person(tenant=tenant, name=name, role=Role(row[0]))


async def password_hash(password: str) -> str:
    """What is kept of a password; raises PasswordUnfit."""
    if not PASSWORD_MIN_CODE_POINTS <= len(password) <= PASSWORD_MAX_CODE_POINTS:
        raise PasswordUnfit(
            f"A password has {PASSWORD_MIN_CODE_POINTS} to {PASSWORD_MAX_CODE_POINTS} characters.",
            errors=[FieldError("/password", "too short or too long")],
        )
    return await asyncio.to_thread(_hasher.hash, password)


async def change_password(pool: Pool, *, person: Person, password: str, now: datetime) -> None:
    """The person logs in by this password from now on; raises PasswordUnfit."""
    changed = {"password_hash": await password_hash(password), "now": now}
    async with tenant_transaction(pool, tenant=person.tenant) as connection:
        whose = {"tenant": person.tenant, "name": person.name}
        await connection.execute(_sql.change_password, {**whose, **changed})


async def is_password_given(pool: Pool, *, person: Person) -> bool:
    """Whether another person has seen the password, so that it is to be changed at once."""
    return await _is(pool, person=person, sql=_sql.is_password_given)


async def has_password(pool: Pool, *, person: Person) -> bool:
    """Whether the person logs in by a password of ours."""
    return await _is(pool, person=person, sql=_sql.has_password)


async def _is(pool: Pool, *, person: Person, sql: LiteralString) -> bool:
    async with tenant_transaction(pool, tenant=person.tenant) as connection:
        whose = {"tenant": person.tenant, "name": person.name}
        row = await (await connection.execute(sql, whose)).fetchone()
    return row is not None and bool(row[0])


async def _found(pool: Pool, *, tenant: str, name: str) -> tuple[str, str | None] | None:
    if not (NAME_PATTERN.fullmatch(tenant) and NAME_PATTERN.fullmatch(name)):
        return None
    async with tenant_transaction(pool, tenant=tenant) as connection:
        cursor = await connection.execute(_sql.find_user, {"tenant": tenant, "name": name})
        return await cursor.fetchone()


def generated_password(chance: Callable[[int], bytes]) -> str:
    """24 letters, digits, `-` and `_`: 144 bits that nobody has to remember."""
    return base64.urlsafe_b64encode(chance(GENERATED_BYTES)).decode()


@cache
def _nobody() -> str:
    """What is checked where there is no such person, so that both take the same time."""
    return _hasher.hash("nobody")


def _fits(password_hash: str, *, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
