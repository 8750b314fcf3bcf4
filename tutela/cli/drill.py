"""`tutela drill`: faults on purpose, to see that they are found."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from tutela.app import House
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.options import Where, spread
from tutela.drills.routes import (
    Seen,
    break_door,
    mend_door,
    period_seconds,
    refuse_unknown,
    seen_since,
)

#: In a data folder that `tutela demo` made: nobody's notices are in it.
DEMO_MARK: Final = "made-by-tutela-demo"
#: A fault is to be found within so many periods of the probes.
PERIODS: Final = 2
#: What a probe may take beyond that: the call at the door, or the minute that a proof is promised.
DOOR_SECONDS: Final = 10.0
PROOF_SECONDS: Final = 75.0
LOOK_SECONDS: Final = 1.0

drill = typer.Typer(no_args_is_help=True, help="Faults on purpose, to see that they are found.")


@drill.callback()
def _drill() -> None:
    """Faults on purpose, to see that they are found."""


@drill.command("break-route")
@spread
def break_route(
    door: Annotated[str, typer.Argument(metavar="NAME", help="The door, such as form or api.")],
    *,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="How long it stays broken. [until it is found]")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Also where this is no demo: notices are refused.")
    ] = False,
    where: Where,
) -> int:
    """Break one route for a while, and say when it was found and when it was well again."""
    refuse_unknown(door)
    with attached(where) as attachment:
        _refuse_outside_a_demo(attachment, yes=yes)

        async def run() -> int:
            async with house_of(attachment) as house:
                return await _drilled(house, door=door, seconds=seconds)

        return asyncio.run(run())


def mark_as_demo(data_folder: Path) -> None:
    """Notes that all in the data folder is made up."""
    data_folder.mkdir(parents=True, exist_ok=True)
    (data_folder / DEMO_MARK).touch()


def _refuse_outside_a_demo(attachment: Attachment, *, yes: bool) -> None:
    folder = attachment.settings.data_folder
    is_demo = attachment.beside_service and (folder / DEMO_MARK).exists()
    if not (yes or is_demo):
        raise typer.BadParameter(
            "this is no demo: while the route is broken, notices over it are refused; say --yes"
        )


async def _drilled(house: House, *, door: str, seconds: float | None) -> int:
    """0 where the fault was found in time and the route is well again; else 1."""
    period = await period_seconds(house.pool, door=door)
    limit = PERIODS * period + DOOR_SECONDS
    begun = house.clock()
    await break_door(
        house.pool, door=door, until=begun + timedelta(seconds=max(limit, seconds or 0.0))
    )
    print(f"{door} is broken; probes travel it every {period:.0f} s", flush=True)
    try:
        found = await _wait(house, door=door, since=begun, limit=limit, holds=_is_red)
        await asyncio.sleep(max(0.0, (seconds or 0.0) - _since(house, instant=begun)))
    finally:
        await mend_door(house.pool, door=door)
    mended = house.clock()
    print(f"{door} is mended", flush=True)
    limit = PERIODS * period + PROOF_SECONDS
    healed = await _wait(house, door=door, since=mended, limit=limit, holds=_is_green)
    return 0 if found and healed else 1


async def _wait(
    house: House, *, door: str, since: datetime, limit: float, holds: Callable[[Seen], str | None]
) -> bool:
    """Whether it holds within the limit, after it was said how long that took."""
    while _since(house, instant=since) <= limit:
        if (words := holds(await seen_since(house.pool, door=door, since=since))) is not None:
            print(f"{words} after {_since(house, instant=since):.0f} s", flush=True)
            return True
        await asyncio.sleep(LOOK_SECONDS)
    print(f"not within {limit:.0f} s", flush=True)
    return False


def _is_red(seen: Seen) -> str | None:
    return f"red ({seen.fault})" if seen.all_red else None


def _is_green(seen: Seen) -> str | None:
    return "green" if seen.all_green else None


def _since(house: House, *, instant: datetime) -> float:
    return (house.clock() - instant).total_seconds()
