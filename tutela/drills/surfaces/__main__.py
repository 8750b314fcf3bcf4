"""`python -m tutela.drills.surfaces`: the platform's four surfaces as a process of its own.

Serves a seeded world of random tokens. Which server its surfaces ask, and by which tokens, stands
in a file `{url, guard_token, service_token}`, which may come later: until then every surface
answers 503. People come at a mean rate, and what they used is told as events. Prints `ready URL`
when it serves; SIGTERM and SIGINT end it.
"""

import argparse
import asyncio
import random
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from tutela.drills.surfaces.adapters import Surfaces
from tutela.drills.surfaces.connecting import NotYet, connection, guards
from tutela.drills.surfaces.home import first_page
from tutela.drills.surfaces.serving import SurfacesSite
from tutela.drills.surfaces.visitors import Visitors
from tutela.drills.surfaces.world import SEED, Size, World, make_world
from tutela.drills.wire import serving
from tutela.guard.asking import Surface

TELL_SECONDS: Final = 1.0
TIMEOUT_SECONDS: Final = 20.0


def main(arguments: list[str] | None = None) -> int:
    """0 when it was told to end."""
    asyncio.run(_run(_parser().parse_args(arguments)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tutela.drills.surfaces", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=0, help="where to serve on 127.0.0.1; 0 takes a free port")
    add("--connection", type=Path, required=True, help="the file of the server and the tokens")
    add("--folder", type=Path, help="where the last good snapshot lies")
    add("--seed", type=int, default=SEED, help="of the world")
    add("--visits-per-second", type=float, default=0.0, help="how often somebody comes")
    return parser


async def _run(chosen: argparse.Namespace) -> None:
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    world = make_world(Size(), seed=chosen.seed)
    surfaces = Surfaces(world.platform, guards=dict.fromkeys(Surface, NotYet()))
    site = SurfacesSite(surfaces, home=first_page(world))
    async with serving(site.take, port=chosen.port) as url:
        sys.stdout.write(f"ready {url}\n")
        sys.stdout.flush()
        asking = asyncio.create_task(_ask(surfaces, world=world, url=url, chosen=chosen))
        ended = asyncio.create_task(stopping.wait())
        await asyncio.wait({asking, ended}, return_when=asyncio.FIRST_COMPLETED)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


async def _ask(surfaces: Surfaces, *, world: World, url: str, chosen: argparse.Namespace) -> None:
    """Asks the server as soon as it is known, for as long as it is let."""
    known = await connection(chosen.connection)
    async with (
        guards(known, folder=chosen.folder) as found,
        httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False) as own,
        httpx.AsyncClient(base_url=known.url, timeout=TIMEOUT_SECONDS, trust_env=False) as server,
    ):
        surfaces.guards.update(found)
        visitors = Visitors(
            world,
            surfaces=own,
            chance=random.Random(),
            clock=lambda: datetime.now(UTC),
        )
        telling = visitors.keep_telling(
            server, token=known.service_token, every_seconds=TELL_SECONDS
        )
        rate = chosen.visits_per_second
        coming = visitors.keep_coming(visits_per_second=rate) if rate else asyncio.Event().wait()
        await asyncio.gather(telling, coming)


if __name__ == "__main__":
    sys.exit(main())
