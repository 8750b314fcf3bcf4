"""`tutela world`: synthetic platforms to try things on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.options import AsJson, spread
from tutela.cli.output import print_json, progress

world = typer.Typer(no_args_is_help=True, help="Synthetic platforms with planted rings.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the world shall hold."""

    accounts: Annotated[int, typer.Option(help="How many accounts, 10000 to 1000000.")]
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")]
    rings: Annotated[
        int | None, typer.Option(help="How many rings. [one for 2500 accounts, 30 at most]")
    ] = None
    hide: Annotated[float, typer.Option(help="The share of ties that no file shows.")] = 0.0


@world.command("make")
@spread
def make(
    *,
    wanted: Wanted,
    out: Annotated[Path, typer.Option(help="An empty folder, or one that is to be.")],
    as_json: AsJson = False,
) -> None:
    """Make a platform that never was: accounts, edges, tags, tokens, exposures, and the truth."""
    from tutela.drills.world import making
    from tutela.drills.world.plan import planned

    plan = planned(wanted.accounts, seed=wanted.seed, rings=wanted.rings, hide=wanted.hide)
    with progress("accounts") as tell:
        document = making.make(plan, folder=out, tell=tell)
    if as_json:
        print_json(document)
    else:
        print(
            f"{plan.accounts} accounts, {document['edges']} edges, {plan.rings} rings and as many "
            f"groups of honest people that look like them: {out}"
        )


@world.command("events")
def events(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A world.")],
    *,
    out: Annotated[Path, typer.Option(help="JSON Lines for POST /v1/events.")],
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day (UTC) on which all is told. [now]"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell of a world as its platform would: accounts, edges, uses of tags, exposures."""
    from tutela.drills.world.events import tell_events

    instant = datetime.now(UTC) if at is None else at.replace(tzinfo=UTC)
    with progress("events") as tell:
        told = tell_events(folder, out=out, at=instant, tell=tell)
    if as_json:
        print_json({"events": told})
    else:
        print(f"{told} events: {out}")
