"""By what a process looks at items, its detectors and its guard: made once it does.

A command that makes a token, or the process that sequences the ledger, never imports them.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from os import urandom
from time import monotonic
from typing import TYPE_CHECKING, Final

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
from tutela.settings import Settings

if TYPE_CHECKING:
    from tutela.detection.hashes.commons import Commons
    from tutela.detection.pipeline.panel import Panel
    from tutela.guard.publishing.answering import GuardRoom

#: In the data folder: where processes hand each other the memory of large lists of hashes.
HASHES_IN_COMMON: Final = "hashes"


class Looking:
    """The detectors and the guard of one process; each is made when it is first asked for."""

    def __init__(
        self, pool: Pool, *, settings: Settings, keys: KeySet, clock: Callable[[], datetime]
    ) -> None:
        self._pool = pool
        self._settings = settings
        self._keys = keys
        self._clock = clock
        self._commons: Commons | None = None

    @cached_property
    def panel(self) -> "Panel":
        """The detectors; raises for rules or bases of detection that are not fit."""
        from tutela.detection.hashes.commons import Commons
        from tutela.detection.lists.room import ListRoom
        from tutela.detection.pipeline.judging import Kept, bench_at
        from tutela.detection.pipeline.panel import Panel
        from tutela.detection.pipeline.room import register
        from tutela.detection.pipeline.sources import FromLists
        from tutela.detection.pipeline.term_lists import TermListSource

        settings, clock = self._settings, self._clock
        bench = bench_at(
            settings.rules,
            bases=register(settings.detection_bases),
            budget_seconds=settings.detection_seconds,
            clock=clock,
            kept=Kept(pool=self._pool, keys=self._keys),
        )
        lists = ListRoom(pool=self._pool, keys=self._keys, clock=clock, chance=urandom)
        self._commons = Commons(settings.data_folder / HASHES_IN_COMMON)
        sources = (FromLists(lists, commons=self._commons), TermListSource(lists))
        return Panel(sources, budget_seconds=settings.detection_seconds, bench=bench)

    @cached_property
    def guard(self) -> "GuardRoom":
        """What the guard answers by."""
        from tutela.guard.publishing.answering import empty_guard

        return empty_guard(self._pool, keys=self._keys, clock=self._clock, monotonic=monotonic)

    def close(self) -> None:
        """Lets go of the memory that it shares with other processes."""
        if self._commons is not None:
            self._commons.close()
