"""What a platform does to its subjects: measures in force, kept right by their revisions.

The rule that any platform can follow. Each measure remembers the highest revision it saw and takes
no lower one. A reconciliation names all that holds for a subject at a revision: what it doesn't
name is lifted, and what comes later with a lower revision is too late, known measure or not, be it
an older reconciliation.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Effect(StrEnum):
    """What became of a measure, in the words of `measure_confirmed`."""

    #: It is in force.
    APPLIED = "applied"
    #: It is lifted, or never was in force.
    UNDONE = "undone"
    #: It should be in force and is not.
    NOT_APPLIED = "not_applied"


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a measure does, without its id: two platforms agree where these are the same."""

    kind: str
    until: str | None = None
    territory: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What the platform is told of one measure."""

    measure_id: str
    revision: int
    restriction: Restriction


@dataclass(slots=True)
class _Known:
    revision: int
    #: None for one that is lifted.
    restriction: Restriction | None


@dataclass(slots=True)
class _Subject:
    #: The revision of the last reconciliation.
    settled: int = 0
    measures: dict[str, _Known] = field(default_factory=dict)


#: A subject as `kind:id`.
SubjectName = str

_RESTRICTIONS_KEPT: Final = 4_096
_KEPT_OF_AN_ORDER: Final = ("kind", "until", "territory")


class MeasuresHeld:
    """The measures of every subject, by the ids of the measures."""

    def __init__(self) -> None:
        self._subjects: dict[SubjectName, _Subject] = {}

    def apply(self, order: Order, *, subject: SubjectName) -> Effect:
        """How the measure stands now that it was ordered."""
        return self._set(order, subject=subject, restriction=order.restriction)

    def undo(self, order: Order, *, subject: SubjectName) -> Effect:
        """How the measure stands now that it was recalled."""
        return self._set(order, subject=subject, restriction=None)

    def reconcile(
        self,
        orders: Sequence[Order],
        *,
        asked: Collection[str] = (),
        subject: SubjectName,
        revision: int,
    ) -> dict[str, Effect]:
        """How each measure stands, known or asked about, now that all in force were named."""
        there = self._subjects.setdefault(subject, _Subject())
        named = {order.measure_id: order.restriction for order in orders}
        for measure_id in {*there.measures, *named, *asked}:
            known = there.measures.get(measure_id)
            if revision >= (there.settled if known is None else known.revision):
                there.measures[measure_id] = _Known(revision, named.get(measure_id))
            elif known is None:
                there.measures[measure_id] = _Known(there.settled, None)
        there.settled = max(there.settled, revision)
        return {measure_id: _effect(known) for measure_id, known in there.measures.items()}

    def forget(self, measure_id: str, *, subject: SubjectName) -> None:
        """The measure is lost, as in a crash: as if it had never been ordered."""
        there = self._subjects.get(subject, _Subject())
        there.measures.pop(measure_id, None)

    def in_force(self) -> dict[SubjectName, dict[str, Restriction]]:
        """Subject -> measure -> what it does; subjects without any are left out."""
        found = {name: dict(_holding(there)) for name, there in self._subjects.items()}
        return {name: measures for name, measures in found.items() if measures}

    def _set(
        self, order: Order, *, subject: SubjectName, restriction: Restriction | None
    ) -> Effect:
        there = self._subjects.setdefault(subject, _Subject())
        known = there.measures.get(order.measure_id)
        seen = there.settled if known is None else max(known.revision, there.settled)
        if known is None or order.revision >= seen:
            is_late = order.revision < seen
            known = _Known(max(order.revision, seen), None if is_late else restriction)
            there.measures[order.measure_id] = known
        return _effect(known)


def order_of(said: Mapping[str, object], *, revision: int) -> Order:
    """The order in the words of a message, or of a measure within a reconciliation."""
    kind, until, territory = (said.get(name) for name in _KEPT_OF_AN_ORDER)
    countries = territory if isinstance(territory, list) else []
    restriction = _shared(
        str(kind),
        until=None if until is None else str(until),
        territory=tuple(sorted(str(country) for country in countries)),
    )
    return Order(str(said["measure_id"]), revision, restriction)


@lru_cache(_RESTRICTIONS_KEPT)
def _shared(kind: str, *, until: str | None, territory: tuple[str, ...]) -> Restriction:
    """The restriction, one object for all measures that do the same."""
    return Restriction(kind, until, territory)


def subject_name(said: Mapping[str, object]) -> SubjectName:
    """The subject of a message."""
    subject = said["subject"]
    if not isinstance(subject, dict):
        raise TypeError("a subject is an object")
    return f"{subject['kind']}:{subject.get('id') or subject.get('url')}"


def _effect(known: _Known) -> Effect:
    return Effect.UNDONE if known.restriction is None else Effect.APPLIED


def _holding(there: _Subject) -> Iterator[tuple[str, Restriction]]:
    for measure_id, known in there.measures.items():
        if known.restriction is not None:
            yield measure_id, known.restriction
