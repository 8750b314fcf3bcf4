"""What a call of the guard is told: verdicts by the kept snapshot, with help where it blocks."""

from dataclasses import dataclass

from tutela.guard.asking import (
    GuardAnswer,
    GuardAsked,
    Surface,
)
from tutela.guard.deciding import unknown
from tutela.guard.help import helped
from tutela.guard.publishing.building import FAIL_CLOSED
from tutela.guard.publishing.keeping import Keeper
from tutela.guard.publishing.listing import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRoom:
    """What the guard's call stands on."""

    keeper: Keeper
    #: Where nothing was ever loaded.
    fail_closed: tuple[Surface, ...] = FAIL_CLOSED
    #: The service's own, where a call names none.
    country: str | None = None
    language: str | None = None


def answered(asked: GuardAsked, *, surface: Surface, place: Place, room: GuardRoom) -> GuardAnswer:
    """One result an item, in their order; without any snapshot each surface opens or shuts."""
    kept, standing = room.keeper.of(place), room.keeper.standing(place)
    if kept is None or standing is None:
        results = [unknown(surface, fail_closed=room.fail_closed)] * len(asked.items)
        version, age_seconds, degraded = 0, 0.0, True
    else:
        results = kept.decider.results(surface, asked.items, viewer=asked.viewer)
        version, age_seconds = standing.version, standing.age_seconds
        degraded = standing.degraded
    return GuardAnswer(
        list_version=version,
        snapshot_age_seconds=round(age_seconds, 3),
        degraded=degraded,
        results=helped(
            results,
            items=asked.items,
            surface=surface,
            country=asked.country or room.country,
            language=asked.language or room.language,
        ),
    )
