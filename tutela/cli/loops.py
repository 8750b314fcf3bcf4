"""Loops that go on whatever happens in one of their turns."""

import asyncio

import structlog

from tutela.app import Loop
from tutela.errors import TutelaError

_log = structlog.get_logger(__name__)


async def go_on(loop: Loop) -> None:
    """Runs the loop until its task is cancelled; a turn that fails is logged."""
    while True:
        try:
            await loop.run()
        except TutelaError as error:
            _log.warning("loop_failed", loop=loop.name, code=error.code)
        except Exception:  # noqa: BLE001 - a loop outlives whatever happens in a turn
            _log.exception("loop_broke", loop=loop.name)
        await asyncio.sleep(loop.every_seconds)
