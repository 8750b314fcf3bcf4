"""What is seen in items: by detectors that may look there today, and by nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tutela.detection.detectors import Item
from tutela.detection.pipeline.looking import Watched, parts_of
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.reasons import FINAL, Why
from tutela.domain.signals import Result, Signal, together
from tutela.law.detection import DetectionBases, DetectionBasis, Place, basis_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """An item, and where it was said."""

    item: Item
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What detectors say of an item together, and each by itself."""

    result: Result
    signals: tuple[Signal, ...] = ()
    #: Why nothing is known, where that is so.
    why: str | None = None
    #: The code of the legal basis on which it was looked at.
    basis: str | None = None

    @property
    def may_change(self) -> bool:
        """Whether another look may tell more: some detector could not, for a passing reason."""
        if self.basis is None or self.why in FINAL:
            return False
        return self.why is not None or any(each.why is not None for each in self.signals)


async def see(
    sights: Sequence[Sight], *, panel: Panel, bases: DetectionBases, service: str, on: date
) -> list[Seen]:
    """What is seen in each, in order. An item without a legal basis reaches no detector."""
    may = [basis_for(bases, place=each.place, on=on) for each in sights]
    who = panel.of(service)
    there = [
        place
        for place, (sight, basis) in enumerate(zip(sights, may, strict=True))
        if basis is not None and parts_of(sight.item) & _looked_at(who)
    ]
    looked = await panel.look([sights[place].item for place in there], service=service)
    signals = dict(zip(there, looked, strict=True))
    return [
        _not_looked_at(sight.item, panel=panel, who=who, basis=basis)
        if place not in signals
        else _seen(signals[place], basis=basis)
        for place, (sight, basis) in enumerate(zip(sights, may, strict=True))
    ]


def _looked_at(who: Sequence[Watched]) -> frozenset[str]:
    return frozenset().union(*(each.parts for each in who))


def _not_looked_at(
    item: Item, *, panel: Panel, who: Sequence[Watched], basis: DetectionBasis | None
) -> Seen:
    why = Why.NO_DETECTOR
    if basis is None:
        why = Why.NO_LEGAL_BASIS
    elif not parts_of(item):
        why = Why.NOTHING_TO_LOOK_AT
    elif not panel.ready.is_set():
        why = Why.STARTING
    signals = tuple(
        Signal(detector=each.name, result=Result.UNAVAILABLE, why=str(why)) for each in who
    )
    return Seen(
        result=Result.UNAVAILABLE,
        signals=signals,
        why=str(why),
        basis=None if basis is None else basis.code,
    )


def _seen(signals: tuple[Signal, ...], *, basis: DetectionBasis | None) -> Seen:
    result = together(signals)
    why = next((each.why for each in signals if each.why is not None), None)
    return Seen(
        result=result,
        signals=signals,
        why=why if result is Result.UNAVAILABLE else None,
        basis=None if basis is None else basis.code,
    )
