"""The guard of a real `tutela up`: two people list a world, two surfaces ask each way."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from benchmarks.guard_world_run import Tell
from tutela.cli.attachment import attached, house_of
from tutela.cli.demo_surfaces import engage
from tutela.cli.options import Where
from tutela.drills.surfaces.asking import Asking
from tutela.drills.surfaces.connecting import Connection, guards
from tutela.drills.surfaces.listing import entries_of
from tutela.drills.surfaces.world import World
from tutela.guard.asking import GuardAsked, Item, ItemKind, Surface, Verdict

READY = "ready "
STOP_SECONDS = 60.0
WAIT_SECONDS = 120.0
LOOK_SECONDS = 0.2
TUTELA = Path(sys.executable).with_name("tutela")
#: Far above what a run asks: what is measured here is what is shown.
ITEMS_PER_SECOND = "10000000"


@asynccontextmanager
async def house_guards(world: World, *, tell: Tell) -> AsyncIterator[Mapping[Surface, Asking]]:
    """Who is asked by each surface, once what is planted is in force on all of them."""
    with tempfile.TemporaryDirectory(prefix="tutela-guard-") as name:
        folder = Path(name)
        where = Where(data=folder / "data", keys=folder / "keys")
        with running(folder) as url:
            known = await _engaged(url, where=where, world=world)
            tell("listed by two people")
            async with guards(known, folder=folder / "last") as found:
                await in_force(found, world=world)
                tell("in force on every surface")
                yield found


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The URL of a `tutela up` on the folder, for as long as the context lasts."""
    folder.chmod(0o711)
    where = {"TUTELA_DATA": str(folder / "data"), "TUTELA_KEYS": str(folder / "keys")}
    given = {**os.environ, **where, "TUTELA_GUARD_ITEMS_PER_SECOND": ITEMS_PER_SECOND}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [TUTELA, "up", "--port", "0"], env=given, stdout=subprocess.PIPE, stderr=log, text=True
        ) as service,
    ):
        try:
            said = service.stdout.readline().strip() if service.stdout else ""
            if not said.startswith(READY):
                raise SystemExit(f"tutela up did not start: {(folder / 'log').read_text()[-4000:]}")
            yield said.removeprefix(READY)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(STOP_SECONDS)


async def _engaged(url: str, *, where: Where, world: World) -> Connection:
    with attached(where) as attachment:
        async with house_of(attachment) as house:
            return await engage(house, url=url, entries=entries_of(world))


async def in_force(found: Mapping[Surface, Asking], *, world: World) -> None:
    """Returns once every surface blocks the last text that was listed."""
    last = Item(kind=ItemKind.TEXT, value=world.vocabulary.planted_queries[-1])
    async with asyncio.timeout(WAIT_SECONDS):
        for surface, guard in found.items():
            await _blocked(guard, surface=surface, asked=GuardAsked(items=(last,)))


async def _blocked(guard: Asking, *, surface: Surface, asked: GuardAsked) -> None:
    while True:
        answer = await guard.ask(surface, asked=asked)
        if answer.list_version and answer.results[0].verdict is Verdict.BLOCK:
            return
        await asyncio.sleep(LOOK_SECONDS)
