"""`tutela measures`: what was decided and how far the platform has carried it out."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, OfService, Where, spread
from tutela.cli.output import print_json
from tutela.decisions.carrying import MeasureStanding, list_measures
from tutela.decisions.endpoints import Station

measures = typer.Typer(
    no_args_is_help=True, help="What was decided, and how far the platform has carried it out."
)


@measures.callback()
def _group() -> None:
    """Keeps `list` a word to type, although it is the only one so far."""


@measures.command("list")
@spread
def list_all(
    *,
    not_carried_out: Annotated[
        bool, typer.Option("--not-carried-out", help="Only what is neither confirmed nor lifted.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    of: OfService,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """List measures, the newest first: what they are, where they stand and since when."""
    with attached(where) as attachment:

        async def run() -> list[MeasureStanding]:
            async with house_of(attachment) as house:
                return await list_measures(
                    house.pool,
                    station=Station(tenant=of.tenant, service=of.service),
                    not_carried_out=not_carried_out,
                    limit=limit,
                )

        found = asyncio.run(run())
    if as_json:
        print_json({"measures": found})
        return
    table = Table("measure", "decision", "kind", "state", "since", "until", "asked")
    for each in found:
        until = each.until or ""
        row = (each.id, each.decision_id, each.kind, each.state, each.since, until, str(each.asked))
        table.add_row(*row)
    Console().print(table)
