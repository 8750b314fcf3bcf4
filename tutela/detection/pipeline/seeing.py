"""What is seen in items: by detectors that may look there today, and by nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tutela.detection.detectors import Item
from tutela.detection.pipeline.judging import Bench, Case
from tutela.detection.pipeline.looking import Watched, parts_of
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.reasons import FINAL, Why
from tutela.detection.rules.judging import Judged
from tutela.detection.rules.policy import Action
from tutela.domain.signals import Result, Signal, together
from tutela.law.detection import DetectionBases, DetectionBasis, Place, basis_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """An item, and where it was said."""

    item: Item
    place: Place
    #: The event that told of it, as JSON says it, for rules; None where it was no event.
    event: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What detectors say of an item together, and each by itself."""

    result: Result
    signals: tuple[Signal, ...] = ()
    #: Why nothing is known, where that is so.
    why: str | None = None
    #: The code of the legal basis on which it was looked at.
    basis: str | None = None
    #: What follows from the policies that matched, by their ids.
    actions: Mapping[str, Action] = field(default_factory=dict)

    @property
    def may_change(self) -> bool:
        """Whether another look may tell more: some detector could not, for a passing reason."""
        if self.basis is None:
            return False
        whys = {self.why, *(each.why for each in self.signals)} - {None}
        return not whys <= FINAL


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
    seen = [
        _not_looked_at(sight.item, panel=panel, who=who, basis=basis)
        if place not in signals
        else _seen(signals[place], basis=basis)
        for place, (sight, basis) in enumerate(zip(sights, may, strict=True))
    ]
    return await _judged(sights, seen=seen, bench=panel.bench, service=service)


async def _judged(
    sights: Sequence[Sight], *, seen: Sequence[Seen], bench: Bench | None, service: str
) -> list[Seen]:
    """The same, with what policies say of those that came in events and may be looked at."""
    judged = list(seen)
    if bench is None:
        return judged
    places, cases = list[int](), list[Case]()
    for place, (sight, found) in enumerate(zip(sights, seen, strict=True)):
        if sight.event is not None and found.basis is not None:
            case = Case(event=sight.event, signals=found.signals, basis=found.basis)
            places.append(place)
            cases.append(case)
    said = await bench.judge(cases, service=service) if cases else []
    for place, each in zip(places, said, strict=True):
        judged[place] = _with_rules(seen[place], judged=each)
    return judged


def _with_rules(seen: Seen, *, judged: Judged) -> Seen:
    if not judged.outcomes and judged.signal.result is Result.NO_MATCH:
        return seen
    signals = (*seen.signals, judged.signal)
    result = together(signals)
    why = seen.why or judged.signal.why
    actions = {each.policy: each.action for each in judged.outcomes if each.action is not None}
    return replace(
        seen,
        signals=signals,
        result=result,
        why=why if result is Result.UNAVAILABLE else None,
        actions=actions,
    )


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
