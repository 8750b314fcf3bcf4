"""Which person acts, whatever they act by: what two people must agree to is agreed to by two."""

from uuid import UUID

from tutela.access.services import find
from tutela.access.tokens import Caller
from tutela.access.users import Person
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.domain.vocabulary import Mark, Role
from tutela.errors import TutelaError

_NO_TOKEN = UUID(int=0)

_sql = queries.load("tutela.access")


class NeedsPerson(TutelaError):
    """The act is a person's, and the token is a program's."""

    code = "needs_person"
    title = "A person must do this"
    status = 403


class SamePerson(TutelaError):
    """Whoever asked for it can't be the second person who agrees to it."""

    code = "same_person"
    title = "Someone else must agree"
    status = 403


class UnknownPerson(TutelaError):
    """No user of the tenant has this name."""

    code = "unknown_person"
    title = "There is no such user"
    status = 404


def person_of(caller: Caller) -> str:
    """Who acts; raises NeedsPerson where the caller's token is a program's."""
    if caller.person is None:
        raise NeedsPerson(
            "This token is a program's. `tutela token create --person NAME` makes a person's."
        )
    return caller.person


def refuse_same(one: str, *, other: str | None) -> None:
    """`SamePerson` where both names are one person's; users whose names differ in case are one."""
    if other is not None and one.casefold() == other.casefold():
        raise SamePerson("Whoever asked for it can't agree to it; another person must.")


async def at_terminal(pool: Pool, *, tenant: str, service: str, name: str) -> Caller:
    """A user at the terminal of the house, with the rights of their role.

    Errors: `NoSuchService`, `UnknownPerson`.
    """
    found = await find(pool, tenant=tenant, service=service)
    async with tenant_transaction(pool, tenant=tenant) as connection:
        cursor = await connection.execute(_sql.find_user, {"tenant": tenant, "name": name})
        row = await cursor.fetchone()
    if row is None:
        raise UnknownPerson(f"There is no user {name}; `tutela user create` makes one.")
    person = Person(tenant=tenant, name=name, role=Role(row[0]))
    return acting(person, service=service, log_id=found.log_id)


def acting(person: Person, *, service: str, log_id: str) -> Caller:
    """The person as a caller on a service of their tenant, with the rights of their role."""
    return Caller(
        token_id=_NO_TOKEN,
        tenant=person.tenant,
        service=service,
        name=person.name,
        role=person.role,
        channels=(),
        mark=Mark.REAL,
        log_id=log_id,
        person=person.name,
    )
