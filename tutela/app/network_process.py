"""The process that searches: `python -m tutela.app.network_process PARENT`, until none is due."""

import asyncio
import os
import sys
from typing import Final

import structlog

from tutela import app, logs
from tutela.app.networking import network_room
from tutela.database.dying import end_with
from tutela.database.errors import DatabaseUnavailable
from tutela.networks.stored.running import work_off
from tutela.settings import read_settings

#: Other processes of the house go first.
NICENESS: Final = 10

_log = structlog.get_logger(__name__)


def main() -> None:
    """Does what is due; its settings are the environment's, and it ends with its parent (Linux)."""
    end_with(int(sys.argv[1]), signal_name="SIGKILL")
    os.nice(NICENESS)
    logs.configure("networks")
    asyncio.run(_work())


async def _work() -> None:
    try:
        async with app.open_house(read_settings(os.environ), name="tutela networks") as house:
            await work_off(network_room(house))
    except DatabaseUnavailable as error:
        _log.warning("networks_put_off", code=error.code)


if __name__ == "__main__":
    main()
