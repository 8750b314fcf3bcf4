"""Whom of the staff a provider means: by the subject it never gives twice, not by a name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tutela.access.sessions import end_all_in
from tutela.access.tokens import NAME_PATTERN
from tutela.access.users import Person
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.vocabulary import Role
from tutela.staff.provider.chosen import Chosen, NotKnownHere, ProviderRefused
from tutela.staff.room import Act, StaffEvent, StaffRoom, write

SUBJECT_MAX: Final = 255
NAME_MAX: Final = 64
#: Ways of logging in that are more than a password (RFC 8176).
STRONG_WAYS: Final = frozenset({"mfa", "otp", "hwk", "sc"})
#: Who acts where a provider says what somebody is.
PROVIDER: Final = "provider"

_sql = queries.load("tutela.staff.provider")
_staff_sql = queries.load("tutela.staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person whom the provider let in, and whether by more than a password."""

    person: Person
    is_strong: bool


async def match(room: StaffRoom, *, chosen: Chosen, claims: Mapping[str, Any]) -> Known:
    """The person, made where the provider never named them before, with the role it says.

    Errors: `ProviderRefused` for claims that can't be read, `NotKnownHere` where no role is theirs,
    they were shut out, or their name is somebody else's here.
    """
    subject, role = _subject(claims), _role(chosen, claims=claims)
    asked = {"tenant": chosen.tenant, "issuer": chosen.issuer, "subject": subject}
    async with tenant_transaction(room.pool, tenant=chosen.tenant) as connection:
        await connection.execute(_staff_sql.one_at_a_time, asked)
        row = await (await connection.execute(_sql.find_identity, asked)).fetchone()
        if row is None:
            name = _name(claims.get(chosen.name_claim))
            await _add(connection, room=room, asked={**asked, "name": name, "role": str(role)})
        else:
            name, before, shut_out_at = row
            if shut_out_at is not None:
                raise NotKnownHere("You were shut out here; ask an admin.")
            if before != role:
                await _give(connection, room=room, asked={**asked, "name": name, "role": str(role)})
    person = Person(tenant=chosen.tenant, name=name, role=role)
    return Known(person=person, is_strong=bool(STRONG_WAYS & set(_words(claims.get("amr")))))


async def _add(connection: Connection, *, room: StaffRoom, asked: dict[str, str]) -> None:
    if await (await connection.execute(_sql.is_name_taken, asked)).fetchone() is not None:
        raise NotKnownHere(
            f"Somebody has the name {asked['name']} here, and it is not known to be you; "
            "ask an admin."
        )
    await connection.execute(_sql.add_person, asked)
    await connection.execute(_sql.add_identity, {**asked, "now": room.clock()})
    await _write(connection, room=room, asked=asked, kind="join")


async def _give(connection: Connection, *, room: StaffRoom, asked: dict[str, str]) -> None:
    await connection.execute(_sql.give_role, asked)
    await end_all_in(connection, tenant=asked["tenant"], name=asked["name"])
    await _write(connection, room=room, asked=asked, kind="role")


async def _write(
    connection: Connection, *, room: StaffRoom, asked: dict[str, str], kind: str
) -> None:
    act = Act(
        event=StaffEvent.MADE,
        service=PROVIDER,
        kind=kind,
        role=Role(asked["role"]),
        by=PROVIDER,
        name=asked["name"],
        reason="The provider of identities says so.",
    )
    await write(connection, room=room, tenant=asked["tenant"], act=act)


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MAX or "\0" in subject:
        raise ProviderRefused("The provider does not say who you are.")
    return subject


def _role(chosen: Chosen, *, claims: Mapping[str, Any]) -> Role:
    said = set(_words(claims.get(chosen.role_claim)))
    for value, role in chosen.roles.items():
        if value in said:
            return role
    raise NotKnownHere("The provider knows you and gives you no role here; ask an admin.")


def _name(said: object) -> str:
    """A name of ours: what stands before an @, other letters than ours as dashes."""
    text = said.partition("@")[0] if isinstance(said, str) else ""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", text).lstrip("._-")[:NAME_MAX]
    if not NAME_PATTERN.fullmatch(name):
        raise NotKnownHere("The provider says no name of yours that can be used here.")
    return name


def _words(said: object) -> Sequence[str]:
    if isinstance(said, str):
        return said.split()
    return [each for each in said if isinstance(each, str)] if isinstance(said, list) else []
