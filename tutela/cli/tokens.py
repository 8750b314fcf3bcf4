"""`tutela token`: what programs speak with."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

import typer

from tutela.access.founding import MAIN
from tutela.access.tokens import Grant, create
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import Where, spread
from tutela.domain.vocabulary import Channel, Role

tokens = typer.Typer(no_args_is_help=True, help="Tokens for programs.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Granting:
    """What a new token is for."""

    role: Annotated[
        Role, typer.Option(metavar="ROLE", help=f"What the token may do: {', '.join(Role)}.")
    ]
    name: Annotated[str, typer.Option(help="Whose token it is: 1 to 64 letters, digits, . _ -")]
    tenant: Annotated[str, typer.Option(help="The operator it belongs to.")] = MAIN
    service: Annotated[str, typer.Option(help="The service it speaks for.")] = MAIN
    channel: Annotated[
        list[Channel] | None,
        typer.Option(
            metavar="CHANNEL",
            help=f"A channel it may speak for, again for another: {', '.join(Channel)}. [user]",
        ),
    ] = None

    def grant(self) -> Grant:
        """The same as the desk takes it."""
        return Grant(
            tenant=self.tenant,
            service=self.service,
            name=self.name,
            role=self.role,
            channels=tuple(dict.fromkeys(self.channel or [Channel.USER])),
        )


@tokens.command("create")
@spread
def create_token(granting: Granting, *, where: Where) -> None:
    """Make a token; the last line printed is the token, shown this once."""
    with attached(where) as attachment:

        async def make() -> str:
            async with house_of(attachment) as house:
                return await create(
                    house.pool, grant=granting.grant(), now=house.clock(), chance=house.chance
                )

        print(asyncio.run(make()))
