"""`python -m tutela.drills.transparency_database`: the stand-in as a process of its own.

Prints `ready URL` when it serves; SIGTERM and SIGINT end it.
"""

import argparse
import asyncio
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tutela.drills.transparency_database import faults
from tutela.drills.transparency_database.database import Holder, Terms, TransparencyDatabase
from tutela.drills.transparency_database.limits import MINUTE_SECONDS, Limit
from tutela.drills.transparency_database.register import Register
from tutela.drills.wire import serving


def main(arguments: list[str] | None = None) -> int:
    """0 when it was told to end."""
    asyncio.run(_run(_parser().parse_args(arguments)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tutela.drills.transparency_database", description=__doc__
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="where to serve on 127.0.0.1; 0 takes a free port")
    add("--token", action="append", default=[], help="a platform's token; repeat for more")
    add("--idle-token", action="append", default=[], help="a token without the right to file")
    add("--fault", action="append", default=[], type=faults.read, metavar="KIND=RATE")
    add("--seed", type=int, default=0, help="the chance of the faults")
    add("--store", type=Path, help="a file for the rows, which a new start on it knows")
    add("--slow-seconds", type=float, default=60.0, help="how long a slow answer takes")
    add("--per-second", type=int, default=200, help="calls that a user may make in a second")
    add("--per-minute", type=int, default=12_000, help="calls that a user may make in a minute")
    return parser


async def _run(chosen: argparse.Namespace) -> None:
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    with Register(chosen.store) as register:
        database = TransparencyDatabase(
            _holders(chosen),
            terms=Terms(
                base_url="https://database.invalid",
                seed=chosen.seed,
                slow_seconds=chosen.slow_seconds,
                limits=(Limit(chosen.per_second, 1), Limit(chosen.per_minute, MINUTE_SECONDS)),
                rates=dict(chosen.fault),
            ),
            register=register,
            clock=lambda: datetime.now(UTC),
            monotonic=time.monotonic,
        )
        async with serving(database.take, port=chosen.port) as url:
            sys.stdout.write(f"ready {url}\n")
            sys.stdout.flush()
            await stopping.wait()


def _holders(chosen: argparse.Namespace) -> dict[str, Holder]:
    """Each token its own platform, in their order."""
    tokens = chosen.token or ["1|stand-in"]
    holders = {
        token: Holder(platform=f"platform-{number}") for number, token in enumerate(tokens, 1)
    }
    idle = {token: Holder(platform="platform-1", may_file=False) for token in chosen.idle_token}
    return holders | idle


if __name__ == "__main__":
    sys.exit(main())
