"""What the first screen shows, read once for everybody who looks at a service at that moment."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tutela.database.pool import Pool
from tutela.reconciliation.backlog import Backlog, Waits, backlog, waits
from tutela.reconciliation.status import Status, Viewer, arrivals_by_minute, status
from tutela.web.console.bars import bars
from tutela.web.console.charts import backlog_chart
from tutela.web.console.pages import part

#: A board younger than this is everybody's.
BOARD_SECONDS: Final = 1.0
#: How long people waited changes slowly, and is read as rarely as it is dear.
WAITS_SECONDS: Final = 20.0
WAITS_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """How things stand on one service, and the part of the page that shows it."""

    status: Status
    text: str
    #: By a clock that only goes on.
    read_at: float


@dataclass(slots=True)
class _Kept:
    """What was read last for one viewer, and what was read more rarely."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    board: Board | None = None
    waits: list[Waits] = field(default_factory=list)
    waits_due: float = 0.0


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
        self._kept: defaultdict[Viewer, _Kept] = defaultdict(_Kept)

    async def read(self, viewer: Viewer) -> Board:
        """The board of a service, at most `BOARD_SECONDS` old; raises DatabaseUnavailable."""
        kept = self._kept[viewer]
        async with kept.lock:
            board = kept.board
            if board is None or self._monotonic() - board.read_at >= BOARD_SECONDS:
                board = kept.board = await self._read(viewer, kept=kept)
            return board

    async def _read(self, viewer: Viewer, *, kept: _Kept) -> Board:
        now, read_at = self._clock(), self._monotonic()
        await self._read_waits(viewer, kept=kept)
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
            waits=kept.waits,
            bars=bars(arrivals),
            last_minute=arrivals[-1],
        )
        return Board(status=standing, text=text, read_at=read_at)

    async def _read_waits(self, viewer: Viewer, *, kept: _Kept) -> None:
        begun = self._monotonic()
        if begun < kept.waits_due:
            return
        kept.waits = await waits(self._pool, viewer=viewer, now=self._clock())
        ended = self._monotonic()
        kept.waits_due = ended + max(WAITS_SECONDS, (ended - begun) / WAITS_SHARE)


def _chart(waiting: Backlog) -> object:
    return None if waiting.forecast is None else backlog_chart(waiting.forecast)
