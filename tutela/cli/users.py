"""`tutela user`: people who log in."""

import asyncio
import os
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from tutela.access.founding import MAIN
from tutela.access.services import find
from tutela.access.users import Person, add, generated_password
from tutela.cli import people
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.domain.vocabulary import Role

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
    """Make a person who can log in; asks for the password, or reads it from a pipe."""
    password = generated_password(os.urandom) if joining.generate else _asked()
    person = Person(tenant=joining.tenant, name=name, role=joining.role)
    with attached(where) as attachment:

        async def make() -> None:
            async with house_of(attachment) as house:
                await find(house.pool, tenant=person.tenant)
                await add(house.pool, person=person, password=password)

        asyncio.run(make())
    made = {"password": password} if joining.generate else {}
    if as_json:
        print_json({"name": name, "role": person.role, "tenant": person.tenant, **made})
    elif made:
        print(password)


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer
