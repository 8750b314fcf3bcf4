"""The first people, made at the terminal of the house: alone only until there are two admins."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from tutela.access import users
from tutela.access.services import Service
from tutela.access.users import Person
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.errors import TutelaError
from tutela.staff.room import Act, ChangeKind, StaffEvent, StaffRoom, write

#: From how many admins on a role is given by two of them.
ADMINS_ENOUGH: Final = 2
_WHY: Final = "made at the terminal of the house"

_sql = queries.load("tutela.staff")


class NeedsSecondAdmin(TutelaError):
    """The tenant has two admins: one of them asks, and the other one agrees."""

    code = "needs_second_admin"
    title = "Two admins make people here"
    status = HTTPStatus.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """Who is to log in, and by what; the ledger names the service."""

    person: Person
    password: str
    service: Service


async def found(room: StaffRoom, *, founding: Founding) -> None:
    """The person can log in from now on; an act without a name of its doer, and a leaf.

    Errors: `NeedsSecondAdmin`, and those of `users.add`.
    """
    person = founding.person
    users.refuse_unfit(person)
    kept = await users.password_hash(founding.password)
    async with tenant_transaction(room.pool, tenant=person.tenant) as connection:
        admins = await _refuse_where_two(connection, room=room, person=person)
        await users.add_in(connection, person=person, kept=kept)
        act = Act(
            event=StaffEvent.MADE,
            service=founding.service.service,
            kind=ChangeKind.JOIN,
            role=person.role,
            by="",
            name=person.name,
            reason=_WHY,
            other_admins=admins,
        )
        await write(connection, room=room, tenant=person.tenant, act=act)


async def refuse_where_two(room: StaffRoom, *, person: Person) -> None:
    """`NeedsSecondAdmin` where there are two admins, before anybody is asked for a password."""
    async with tenant_transaction(room.pool, tenant=person.tenant) as connection:
        await _refuse_where_two(connection, room=room, person=person)


async def _refuse_where_two(connection: Connection, *, room: StaffRoom, person: Person) -> int:
    """How many admins there are; whoever was one within the week counts."""
    await connection.execute(_sql.one_at_a_time, {"tenant": person.tenant})
    counted = {"tenant": person.tenant, "by": "", "now": room.clock()}
    ((admins,),) = await (await connection.execute(_sql.other_admins, counted)).fetchall()
    if admins >= ADMINS_ENOUGH:
        raise NeedsSecondAdmin(
            f"There are {admins} admins, so two of them make people: `tutela user propose join "
            f"{person.name} --role {person.role} --reason WHY --as ADMIN`, and the other one "
            "agrees by `tutela user agree`. Whoever was admin within the last week counts."
        )
    return int(admins)
