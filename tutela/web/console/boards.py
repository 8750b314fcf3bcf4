"""What the first screen shows, read once for everybody who looks at a service at that moment."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tutela.database.pool import Pool
from tutela.reconciliation.backlog import Backlog, backlog
from tutela.reconciliation.recent import RecentWaits
from tutela.reconciliation.status import Status, arrivals_by_minute, status
from tutela.reconciliation.viewing import Viewer
from tutela.web.console.bars import bars
from tutela.web.console.charts import backlog_chart
from tutela.web.console.pages import part

#: A board younger than this is everybody's.
BOARD_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """How things stand on one service, and the part of the page that shows it."""

    status: Status
    text: str
    #: By a clock that only goes on.
    read_at: float


@dataclass(slots=True)
class _Kept:
    """What was read last for one viewer."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    board: Board | None = None


class Boards:
    """The boards of this process: many viewers cost one reading."""

    def __init__(
        self,
        pool: Pool,
        *,
        clock: Callable[[], datetime],
        canary_seconds_max: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._canary_seconds_max = canary_seconds_max
        self._monotonic = monotonic
        self._waits = RecentWaits(pool, clock=clock, monotonic=monotonic)
        self._kept: defaultdict[Viewer, _Kept] = defaultdict(_Kept)

    async def read(self, viewer: Viewer) -> Board:
        """The board of a service, at most `BOARD_SECONDS` old; raises DatabaseUnavailable."""
        kept = self._kept[viewer]
        async with kept.lock:
            board = kept.board
            if board is None or self._monotonic() - board.read_at >= BOARD_SECONDS:
                board = kept.board = await self._read(viewer)
            return board

    async def _read(self, viewer: Viewer) -> Board:
        now, read_at = self._clock(), self._monotonic()
        waited = await self._waits.read(viewer)
        waiting = await backlog(self._pool, viewer=viewer, now=now)
        arrivals = await arrivals_by_minute(self._pool, viewer=viewer, now=now)
        standing = await status(
            self._pool, viewer=viewer, now=now, canary_seconds_max=self._canary_seconds_max
        )
        text = part(
            "live.html",
            now=now,
            service=viewer.service,
            with_ids=viewer.with_ids,
            status=standing,
            waiting=waiting,
            chart=_chart(waiting),
            waits=waited.waits,
            with_views=viewer.with_views,
            bars=bars(arrivals),
            last_minute=arrivals[-1],
        )
        return Board(status=standing, text=text, read_at=read_at)


def _chart(waiting: Backlog) -> object:
    return None if waiting.forecast is None else backlog_chart(waiting.forecast)
