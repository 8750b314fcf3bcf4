"""`tutela user`: people who log in."""

import asyncio
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from tutela.access.founding import MAIN
from tutela.access.services import find
from tutela.access.users import Person, generated_password, refuse_unfit
from tutela.app import House
from tutela.cli import people
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.domain.vocabulary import Role
from tutela.staff.founding import Founding, found, refuse_where_two
from tutela.staff.room import StaffRoom

users = typer.Typer(no_args_is_help=True, help="People who log in.")
people.join(users)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """As what a person joins."""

    role: Annotated[Role, typer.Option(metavar="ROLE", help="What the person may do.")]
    generate: Annotated[
        bool, typer.Option("--generate", help="Make a password; the last line printed is it.")
    ] = False
    tenant: Annotated[str, typer.Option(help="The operator the person works for.")] = MAIN


@users.command("create")
@spread
def create_user(
    name: Annotated[str, typer.Argument(help="1 to 64 letters, digits, . _ -")],
    *,
    joining: Joining,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Make a person who can log in, while the tenant has fewer than two admins.

    Asks for the password, or reads it from a pipe. Where there are two admins, one asks by
    `tutela user propose join` and the other one agrees.
    """
    person = Person(tenant=joining.tenant, name=name, role=joining.role)
    with attached(where) as attachment:

        async def make() -> str:
            async with house_of(attachment) as house:
                return await _made(house, person=person, joining=joining)

        password = asyncio.run(make())
    made = {"password": password} if joining.generate else {}
    if as_json:
        print_json({"name": name, "role": person.role, "tenant": person.tenant, **made})
    elif made:
        print(password)


async def _made(house: House, *, person: Person, joining: Joining) -> str:
    """The password of a person who was made now; nobody is asked for it in vain."""
    service = await find(house.pool, tenant=person.tenant)
    room = StaffRoom(pool=house.pool, keys=house.keys, clock=house.clock, chance=house.chance)
    refuse_unfit(person)
    await refuse_where_two(room, person=person)
    password = generated_password(house.chance) if joining.generate else _asked()
    founding = Founding(person=person, password=password, service=service)
    await found(room, founding=founding)
    return password


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer
