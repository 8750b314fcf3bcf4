"""`tutela token`: what programs speak with."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

import typer

from tutela.access.founding import MAIN
from tutela.access.granted import Granted, granted, revoke
from tutela.access.services import find
from tutela.access.tokens import Grant, create
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.domain.canonical import timestamp
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

    person: Annotated[
        str | None,
        typer.Option(help="The user who acts by it, for what two people must agree to."),
    ] = None

    def grant(self) -> Grant:
        """The same as the desk takes it."""
        return Grant(
            tenant=self.tenant,
            service=self.service,
            name=self.name,
            role=self.role,
            channels=tuple(dict.fromkeys(self.channel or [Channel.USER])),
            person=self.person,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfService:
    """Whose tokens."""

    tenant: Annotated[str, typer.Option(help="The operator they belong to.")] = MAIN
    service: Annotated[str, typer.Option(help="The service they speak for.")] = MAIN


@tokens.command("create")
@spread
def create_token(granting: Granting, *, as_json: AsJson = False, where: Where) -> None:
    """Make a token; the last line printed is the token, shown this once."""
    with attached(where) as attachment:

        async def make() -> str:
            async with house_of(attachment) as house:
                return await create(
                    house.pool, grant=granting.grant(), now=house.clock(), chance=house.chance
                )

        token = asyncio.run(make())
    if not as_json:
        print(token)
        return
    grant = granting.grant()
    print_json(
        {
            "token": token,
            "name": grant.name,
            "role": grant.role,
            "channels": grant.channels,
            "tenant": grant.tenant,
            "service": grant.service,
            "person": grant.person,
        }
    )


@tokens.command("list")
@spread
def list_tokens(*, of_service: OfService, as_json: AsJson = False, where: Where) -> None:
    """Say which tokens a service has, and which of them are revoked; never the tokens."""
    with attached(where) as attachment:

        async def ask() -> list[Granted]:
            async with house_of(attachment) as house:
                await find(house.pool, tenant=of_service.tenant, service=of_service.service)
                return await granted(
                    house.pool, tenant=of_service.tenant, service=of_service.service
                )

        found = asyncio.run(ask())
    if as_json:
        print_json({"tokens": [_shown(token) for token in found]})
        return
    for token in found:
        print(_line(token))


@tokens.command("revoke")
@spread
def revoke_token(
    named: Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its id.")],
    *,
    of_service: OfService,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """End a token; a process that knows it trusts it for at most 5 seconds more."""
    with attached(where) as attachment:

        async def end() -> Granted:
            async with house_of(attachment) as house:
                await find(house.pool, tenant=of_service.tenant, service=of_service.service)
                return await revoke(
                    house.pool, tenant=of_service.tenant, service=of_service.service, named=named
                )

        token = asyncio.run(end())
    if as_json:
        print_json(_shown(token))
    else:
        print(_line(token))


def _shown(token: Granted) -> dict[str, object]:
    return {
        "id": str(token.id),
        "name": token.name,
        "role": token.role,
        "channels": token.channels,
        "created_at": timestamp(token.created_at),
        "person": token.person,
        "revoked_at": None if token.revoked_at is None else timestamp(token.revoked_at),
    }


def _line(token: Granted) -> str:
    state = "" if token.revoked_at is None else f", revoked {timestamp(token.revoked_at)}"
    whose = "" if token.person is None else f", of {token.person}"
    return f"{token.id} {token.name}: {token.role} for {', '.join(token.channels)}{whose}{state}"
