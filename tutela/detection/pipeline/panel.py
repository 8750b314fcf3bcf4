"""The detectors of this process, by the service that they look for, and where they come from."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from tutela.detection.detectors import Detector, Item
from tutela.detection.pipeline.judging import Bench
from tutela.detection.pipeline.looking import BUDGET_SECONDS, Watched, look, watched
from tutela.detection.pipeline.standings import EVERYBODY, Standing
from tutela.domain.signals import Result, Signal

_log = structlog.get_logger(__name__)


class Source(Protocol):
    """Where detectors come from: lists, files of rules."""

    @property
    def name(self) -> str: ...

    async def detectors(self) -> Mapping[str, Sequence[Detector]]:
        """The detectors of each `tenant/service` now; the same objects where nothing changed."""
        ...

    async def standings(self) -> Sequence[Standing]:
        """What is wrong or right besides what canaries show: age, exchanges, rules in error."""
        ...


class Panel:
    """Who looks. What is swapped in takes over with the next look."""

    def __init__(
        self,
        sources: Sequence[Source] = (),
        *,
        budget_seconds: float = BUDGET_SECONDS,
        bench: Bench | None = None,
    ) -> None:
        self._sources = tuple(sources)
        self._budget_seconds = budget_seconds
        #: Who judges events beside detectors; None where no policies are set.
        self.bench = bench
        self._found: dict[str, Mapping[str, Sequence[Detector]]] = {}
        self._failed: set[str] = set()
        self._watched: dict[int, Watched] = {}
        #: Set once the sources were read for the first time.
        self.ready = asyncio.Event()
        if not self._sources:
            self.ready.set()
        self._seats: dict[str, tuple[Watched, ...]] = {}

    def of(self, service: str) -> tuple[Watched, ...]:
        """Who looks for a service."""
        return (*self._seats.get(EVERYBODY, ()), *self._seats.get(service, ()))

    async def refresh(self) -> None:
        """Takes over what the sources have; one that fails keeps its detectors, and is red."""
        for source in self._sources:
            try:
                self._found[source.name] = await source.detectors()
            except Exception as error:  # noqa: BLE001 - one source that fails stops no other
                self._failed.add(source.name)
                _log.warning("detectors_unread", source=source.name, error=type(error).__name__)
            else:
                self._failed.discard(source.name)
        self._swap()
        if self.bench is not None:
            await self.bench.refresh()
        self.ready.set()

    async def look(self, items: Sequence[Item], *, service: str) -> list[tuple[Signal, ...]]:
        """For each item, in order, a signal of every detector of the service."""
        who = self.of(service)
        by_detector = await asyncio.gather(
            *(look(each, items=items, budget_seconds=self._budget_seconds) for each in who)
        )
        return [tuple(signals[place] for signals in by_detector) for place in range(len(items))]

    async def standings(self) -> list[Standing]:
        """How every detector and every source is doing; each detector is asked for its canary."""
        found = [
            Standing(name=source.name, ok=False, why="unread")
            for source in self._sources
            if source.name in self._failed
        ]
        for service, seats in sorted(self._seats.items()):
            found.extend([await self._proof(each, service=service) for each in seats])
        for source in self._sources:
            found.extend(await _said(source))
        if self.bench is not None:
            found.extend(await self.bench.standings())
        return found

    async def _proof(self, who: Watched, *, service: str) -> Standing:
        items = [*who.clean, _NOTHING]
        signals = await look(who, items=items, budget_seconds=self._budget_seconds)
        wrong = next((each for each in signals if each.result is not Result.NO_MATCH), None)
        why = None if wrong is None else wrong.why or "finds_what_is_clean"
        return Standing(name=who.name, ok=wrong is None, why=why, service=service)

    def _swap(self) -> None:
        now: dict[str, list[Watched]] = {}
        kept: dict[int, Watched] = {}
        for found in self._found.values():
            for service, detectors in found.items():
                for each in detectors:
                    seat = kept[id(each)] = self._watched.get(id(each)) or watched(each)
                    now.setdefault(service, []).append(seat)
        self._watched = kept
        self._seats = {service: tuple(seats) for service, seats in now.items()}


_NOTHING = Item(surface="canary")


async def _said(source: Source) -> Sequence[Standing]:
    try:
        return await source.standings()
    except Exception as error:  # noqa: BLE001 - what can't be asked is red, and stops no other
        _log.warning("standing_unknown", source=source.name, error=type(error).__name__)
        return [Standing(name=source.name, ok=False, why="unknown")]
