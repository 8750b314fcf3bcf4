"""A person at the terminal of the house: who it is, and what they do with their own rights."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from tutela.access.persons import at_terminal
from tutela.access.tokens import Caller
from tutela.app import House
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import Where

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal(Where):
    """Who does it, for which service, and in which database."""

    person: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Your user name; it is written down.")
    ]
    tenant: Annotated[str, typer.Option(help="The operator.")] = "main"
    service: Annotated[str, typer.Option(help="The service.")] = "main"


def enter(act: Callable[[House, Caller], Awaitable[_Found]], *, by: Terminal) -> _Found:
    """What came of it, done by a user at the terminal.

    Errors: `NoSuchService`, `UnknownPerson`, and those of the act.
    """

    async def inside() -> _Found:
        async with house_of(attachment) as house:
            caller = await at_terminal(
                house.pool, tenant=by.tenant, service=by.service, name=by.person
            )
            return await act(house, caller)

    with attached(by) as attachment:
        return asyncio.run(inside())
