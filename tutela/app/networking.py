"""Searches for networks in the house: what they stand on, and the process that does them."""

import asyncio
import os
import sys
from typing import Final

import structlog

from tutela.app import House, Loop
from tutela.app.detecting import detection_room
from tutela.networks.stored.forgetting import forget
from tutela.networks.stored.queueing import is_due
from tutela.networks.stored.room import NetworkRoom
from tutela.review.investigations.forgetting import forget_rooms
from tutela.review.investigations.standing import Investigating
from tutela.settings import as_environment

#: Between two looks for searches that wait.
RUNS_SECONDS: Final = 1.0
#: Between two looks for what is kept too long.
FORGET_SECONDS: Final = 3_600.0
#: A process that searches for longer is ended; another one tries.
RUN_SECONDS_MAX: Final = 3_600.0
_PROCESS: Final = "tutela.app.network_process"

_log = structlog.get_logger(__name__)


def network_room(house: House) -> NetworkRoom:
    """What searches stand on."""
    return NetworkRoom(
        pool=house.pool,
        keys=house.keys,
        clock=house.clock,
        chance=house.chance,
        bases=detection_room(house).bases,
    )


def network_loops(house: House) -> tuple[Loop, ...]:
    """What every worker does for searches."""
    room = network_room(house)
    return (
        Loop(name="networks", every_seconds=RUNS_SECONDS, run=lambda: search_due(house, room=room)),
        Loop(
            name="networks forgotten",
            every_seconds=FORGET_SECONDS,
            run=lambda: _forget_all(room),
        ),
    )


async def _forget_all(room: NetworkRoom) -> None:
    await forget(room)
    investigating = Investigating(
        pool=room.pool, keys=room.keys, clock=room.clock, chance=room.chance, networks=room
    )
    await forget_rooms(investigating)


async def search_due(house: House, *, room: NetworkRoom) -> None:
    """Searches what is due in a process of its own, whose memory is given back at its end."""
    if not await is_due(room):
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        _PROCESS,
        str(os.getpid()),
        env={**os.environ, **as_environment(house.settings)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
    )
    try:
        async with asyncio.timeout(RUN_SECONDS_MAX):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        _log.error("network_process_ended", status=process.returncode)
