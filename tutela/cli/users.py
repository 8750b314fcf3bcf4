"""`tutela user`: people who log in."""

import asyncio
import os
import sys
from typing import Annotated

import typer

from tutela.access.founding import MAIN
from tutela.access.services import find
from tutela.access.users import Person, add, generated_password
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import Where, spread
from tutela.domain.vocabulary import Role

users = typer.Typer(no_args_is_help=True, help="People who log in.")


@users.command("create")
@spread
def create_user(
    name: Annotated[str, typer.Argument(help="1 to 64 letters, digits, . _ -")],
    *,
    role: Annotated[Role, typer.Option(metavar="ROLE", help="What the person may do.")],
    generate: Annotated[
        bool, typer.Option("--generate", help="Make a password; the last line printed is it.")
    ] = False,
    tenant: Annotated[str, typer.Option(help="The operator the person works for.")] = MAIN,
    where: Where,
) -> None:
    """Make a person who can log in; asks for the password, or reads it from a pipe."""
    password = generated_password(os.urandom) if generate else _asked()
    person = Person(tenant=tenant, name=name, role=role)
    with attached(where) as attachment:

        async def make() -> None:
            async with house_of(attachment) as house:
                await find(house.pool, tenant=tenant)
                await add(house.pool, person=person, password=password)

        asyncio.run(make())
    if generate:
        print(password)


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer
