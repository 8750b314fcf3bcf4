"""Where detectors come from in a running service: its lists, and the exchanges that they follow."""

from collections.abc import Mapping, Sequence
from typing import Final

from tutela.detection.detectors import Detector, Examples, Item
from tutela.detection.hashes.commons import Commons
from tutela.detection.lists.exchange.following import ExchangeStanding, exchanges
from tutela.detection.lists.register import ListState
from tutela.detection.lists.room import ListRoom
from tutela.detection.lists.source import DOUBTS, NAME, ListSource
from tutela.detection.pipeline.standings import Standing
from tutela.domain.signals import Result, Signal

#: What lists and exchanges are called beside detectors, so that no two have one name.
_LIST: Final = "list "
_EXCHANGE: Final = "exchange of "


class Doubted:
    """A detector while an exchange of its lists fails: what is on none may be known by now."""

    def __init__(self, detector: Detector, *, why: str) -> None:
        self.detector = detector
        self.why = why

    @property
    def name(self) -> str:
        """As the detector's."""
        return self.detector.name

    def examples(self) -> Examples:
        """As the detector's."""
        return self.detector.examples()

    def look(self, items: Sequence[Item]) -> list[Signal]:
        """Matches as the detector finds them; of other hashes it can't tell."""
        return [
            Signal(detector=self.name, result=Result.UNAVAILABLE, why=self.why)
            if signal.result is Result.NO_MATCH and item.hashes is not None
            else signal
            for item, signal in zip(items, self.detector.look(items), strict=True)
        ]


class FromLists:
    """The detectors of every service from its lists; one that is too old or cut off is red."""

    def __init__(self, room: ListRoom, *, commons: Commons | None = None) -> None:
        self._room = room
        self._lists = ListSource(room, commons=commons)
        self._doubted: dict[str, tuple[Doubted, ...]] = {}

    @property
    def name(self) -> str:
        """`lists`."""
        return NAME

    async def detectors(self) -> Mapping[str, Sequence[Detector]]:
        """As the lists are now; the same objects where nothing changed."""
        found = await self._lists.detectors()
        failing = {_service(each): each.failure for each in await self._exchanges() if each.failure}
        return {
            service: self._doubt(service, detectors=detectors, why=failing[service])
            if service in failing
            else detectors
            for service, detectors in found.items()
        }

    async def standings(self) -> Sequence[Standing]:
        """Each list that is looked for: whether it is young enough; each exchange: if it works."""
        return [
            Standing(
                name=f"{_LIST}{each.list}",
                ok=each.standing is ListState.LIVE,
                why=DOUBTS.get(each.standing),
                service=f"{each.tenant}/{each.service}",
            )
            for each in await self._lists.ages()
            if each.standing is ListState.LIVE or each.standing in DOUBTS
        ] + [
            Standing(
                name=f"{_EXCHANGE}{each.list}",
                ok=each.failure is None,
                why=each.failure,
                service=_service(each),
            )
            for each in await self._exchanges()
        ]

    async def _exchanges(self) -> list[ExchangeStanding]:
        return await exchanges(self._room.pool)

    def _doubt(
        self, service: str, *, detectors: Sequence[Detector], why: str | None
    ) -> tuple[Doubted, ...]:
        kept = self._doubted.get(service, ())
        if [(each.detector, each.why) for each in kept] != [(each, why) for each in detectors]:
            kept = tuple(Doubted(each, why=str(why)) for each in detectors)
            self._doubted[service] = kept
        return kept


def _service(standing: ExchangeStanding) -> str:
    return f"{standing.tenant}/{standing.service}"
