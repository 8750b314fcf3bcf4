"""`tutela witnesses`: the second parties that hold the heads of our logs."""

import asyncio
from typing import Annotated

import typer

from tutela.access.founding import MAIN
from tutela.access.services import find
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.ledger import heads
from tutela.ledger.notes import Verifier
from tutela.publishing import witnesses as room
from tutela.publishing.witnesses import BadWitness, Witnessed

witnesses = typer.Typer(no_args_is_help=True, help="Who outside holds the heads of our logs.")
Tenant = Annotated[str, typer.Option(help="Whose log.")]


@witnesses.command("add")
@spread
def add(
    key: Annotated[str, typer.Argument(help="Its verifier key, name+hash+base64.")],
    *,
    url: Annotated[
        str | None, typer.Option(help="Where it is asked; without, it comes by itself.")
    ] = None,
    tenant: Tenant = MAIN,
    where: Where,
) -> None:
    """Ask a witness to cosign every head; prints what it has to trust: origin and log key."""
    with attached(where) as attachment:
        log = asyncio.run(_add(attachment, tenant=tenant, url=url, key=key))
    print(f"tutela witness trust --state DIR --origin {log.name} --key {log}")


@witnesses.command("remove")
@spread
def remove(
    name: Annotated[str, typer.Argument(help="The name of the witness.")],
    *,
    tenant: Tenant = MAIN,
    where: Where,
) -> None:
    """Ask a witness no more; what it cosigned stays in the record."""
    with attached(where) as attachment:
        asyncio.run(_remove(attachment, tenant=tenant, name=name))


@witnesses.command("list")
@spread
def show(*, tenant: Tenant = MAIN, as_json: AsJson = False, where: Where) -> None:
    """How each witness stands."""
    with attached(where) as attachment:
        standing = asyncio.run(_standing(attachment, tenant=tenant))
    if as_json:
        print_json(standing)
        return
    for each in standing:
        print(told(each))


def told(witness: Witnessed) -> str:
    """How a witness stands, in a line."""
    until = f"{witness.last_size} leaves" + (f" at {witness.last_at}" if witness.last_at else "")
    behind = f", {witness.behind_by} behind" if witness.behind_by else ""
    error = f": {witness.last_error}" if witness.last_error else ""
    forked = " FORK" if witness.forked else ""
    return f"{witness.name}: {witness.state}{forked}, {until}{behind}{error}"


async def _add(attachment: Attachment, *, tenant: str, url: str | None, key: str) -> Verifier:
    async with house_of(attachment) as house:
        log_id = (await find(house.pool, tenant=tenant)).log_id
        await room.add(house.pool, tenant=tenant, url=url, key=key, now=house.clock())
        return Verifier(heads.origin(log_id), house.keys.public_key)


async def _remove(attachment: Attachment, *, tenant: str, name: str) -> None:
    async with house_of(attachment) as house:
        if not await room.remove(house.pool, tenant=tenant, name=name):
            raise BadWitness(f"{tenant} has no witness {name}.")


async def _standing(attachment: Attachment, *, tenant: str) -> list[Witnessed]:
    async with house_of(attachment) as house:
        return await room.standings(house.pool, tenant=tenant, now=house.clock())
