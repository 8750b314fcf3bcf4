"""`tutela outbox`: messages to the platform that were given up, and sending them again."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from tutela.app import House
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, OfService, Where, spread
from tutela.cli.output import print_json
from tutela.decisions.dead_letters import DeadLetter, dead_letters, revive, revive_all
from tutela.decisions.endpoints import Station

SHOWN_MAX = 100_000

outbox = typer.Typer(no_args_is_help=True, help="Messages to the platform that were given up.")


@outbox.command("list")
@spread
def list_dead(
    *,
    limit: Annotated[int, typer.Option(min=1, max=SHOWN_MAX, help="At most so many.")] = 100,
    of: OfService,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """List the messages that were given up, in their order; each holds back its subject's."""
    station = Station(tenant=of.tenant, service=of.service)
    with attached(where) as attachment:

        async def run() -> list[DeadLetter]:
            async with house_of(attachment) as house:
                return await dead_letters(house.pool, station=station, limit=limit)

        found = asyncio.run(run())
    if as_json:
        print_json({"dead_letters": found})
        return
    table = Table("message", "kind", "dead since", "attempts", "last error", "owner")
    for each in found:
        error = each.last_error or ""
        table.add_row(each.id, each.kind, each.dead_at, str(each.attempts), error, each.owner)
    Console().print(table)


@outbox.command("revive")
@spread
def revive_dead(
    message_id: Annotated[
        UUID | None, typer.Argument(metavar="[ID]", help="Which message; or --all.")
    ] = None,
    *,
    all_of_them: Annotated[bool, typer.Option("--all", help="Every one of the service.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
    of: OfService,
    where: Where,
) -> None:
    """Send what was given up again, under the same ids and with all attempts."""
    if (message_id is None) != all_of_them:
        raise typer.BadParameter("name one message, or --all")
    station = Station(tenant=of.tenant, service=of.service)
    with attached(where) as attachment:

        async def run() -> int:
            async with house_of(attachment) as house:
                if dry_run:
                    return await _count(house, station=station, message_id=message_id)
                return await _revive(house, station=station, message_id=message_id)

        count = asyncio.run(run())
    print(f"{count} {'would be ' if dry_run else ''}sent again")


async def _count(house: House, *, station: Station, message_id: UUID | None) -> int:
    found = await dead_letters(house.pool, station=station, limit=SHOWN_MAX)
    return sum(message_id is None or each.id == str(message_id) for each in found)


async def _revive(house: House, *, station: Station, message_id: UUID | None) -> int:
    if message_id is None:
        return await revive_all(house.pool, station=station, now=house.clock())
    await revive(house.pool, station=station, message_id=message_id, now=house.clock())
    return 1
