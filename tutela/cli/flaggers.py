"""`tutela flaggers`: how precise those are who flag by calling."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from tutela.access import services
from tutela.access.founding import MAIN
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.rights import flaggers as figures
from tutela.rights.flaggers import FlaggerFigures, FlaggerReport, FlaggersAsked

DAY = ["%Y-%m-%d"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Which notices are counted."""

    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=DAY, help="The first day of receipt, in UTC."),
    ] = None
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=DAY, help="The last day of receipt, in UTC."),
    ] = None
    tenant: Annotated[str, typer.Option(help="The operator.")] = MAIN
    service: Annotated[str, typer.Option(help="The service that was reported on.")] = MAIN


@spread
def flaggers(*, whose: Whose, as_json: AsJson = False, where: Where) -> None:
    """Items of each flagger that were acted on, and how fast."""
    asked = FlaggersAsked(
        tenant=whose.tenant,
        service=whose.service,
        first=None if whose.first is None else whose.first.date(),
        last=None if whose.last is None else whose.last.date(),
    )
    with attached(where) as attachment:

        async def run() -> FlaggerReport:
            async with house_of(attachment) as house:
                await services.find(house.pool, tenant=asked.tenant, service=asked.service)
                return await figures.flaggers(house.pool, asked=asked, now=house.clock())

        report = asyncio.run(run())
    if as_json:
        print_json(report)
        return
    if not report.flaggers:
        print("No trusted flagger, hotline, authority or researcher has sent a notice.")
    for each in report.flaggers:
        _tell(each)


def _tell(figures: FlaggerFigures) -> None:
    print(f"{figures.sender or '(no name was kept)'} over {figures.channel}")
    hours = "" if figures.median_hours is None else f", half within {figures.median_hours:g} hours"
    print(
        f"  {figures.notices} notices, {figures.incomplete_notices} of them incomplete; "
        f"{figures.items} items: {figures.open} open, {figures.overdue} overdue, "
        f"{figures.answered} answered{hours}"
    )
    print(f"  {figures.acted} acted on, {figures.dismissed} dismissed. {figures.says}")
    for attention in figures.attention:
        print(f"  look: {attention}")
