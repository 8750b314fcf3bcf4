"""How long people waited, read once for everybody who asks: it is as dear as a week of cases."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tutela.database.pool import Pool
from tutela.reconciliation.backlog import Waits, waits
from tutela.reconciliation.viewing import Viewer

#: How old what is told may be, where reading it is cheap.
WAITS_SECONDS: Final = 20.0
#: At most this share of the time is spent on reading it.
WAITS_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitsRead:
    """How long cases took, and when that was read; None before the first time."""

    waits: Sequence[Waits] = ()
    at: datetime | None = None


@dataclass(slots=True)
class _Kept:
    """What was read last of a service, and when it is read again."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    read: WaitsRead = field(default_factory=WaitsRead)
    due: float = 0.0


class RecentWaits:
    """The waits of this process: changing slowly, read rarely."""

    def __init__(
        self,
        pool: Pool,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._monotonic = monotonic
        self._kept: defaultdict[str, _Kept] = defaultdict(_Kept)

    async def read(self, viewer: Viewer) -> WaitsRead:
        """As it was read last; whoever finds it due reads it, and nobody else waits for that."""
        kept = self._kept[viewer.name]
        if kept.lock.locked() or self._monotonic() < kept.due:
            return kept.read
        async with kept.lock:
            begun, now = self._monotonic(), self._clock()
            found = await waits(self._pool, viewer=viewer, now=now)
            kept.read = WaitsRead(waits=tuple(found), at=now)
            ended = self._monotonic()
            kept.due = ended + max(WAITS_SECONDS, (ended - begun) / WAITS_SHARE)
        return kept.read
