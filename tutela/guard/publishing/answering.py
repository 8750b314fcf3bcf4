"""What a call of the guard is told: verdicts by the kept snapshot, with help where it blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from tutela.guard.asking import (
    GuardAnswer,
    GuardAsked,
    Item,
    ItemKind,
    Reason,
    Result,
    Surface,
    Verdict,
)
from tutela.guard.deciding import unknown
from tutela.guard.help import help_for
from tutela.guard.publishing.building import FAIL_CLOSED
from tutela.guard.publishing.keeping import Keeper
from tutela.guard.publishing.listing import Place

#: Where a person reads the answer themselves.
_HELPING: Final = frozenset({Surface.SEARCH, Surface.TYPEAHEAD, Surface.HASHTAG})
_WORDS: Final = frozenset({ItemKind.TEXT, ItemKind.TAG})


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
        results=_helped(results, surface=surface, asked=asked, room=room),
    )


def _helped(
    results: Sequence[Result], *, surface: Surface, asked: GuardAsked, room: GuardRoom
) -> list[Result]:
    if surface not in _HELPING:
        return list(results)
    return [
        _with_help(result, asked=asked, room=room) if _wants_help(result, item=item) else result
        for result, item in zip(results, asked.items, strict=True)
    ]


def _wants_help(result: Result, *, item: Item) -> bool:
    shows_nothing = result.verdict is Verdict.BLOCK and result.reason is not Reason.UNAVAILABLE
    return shows_nothing and item.kind in _WORDS


def _with_help(result: Result, *, asked: GuardAsked, room: GuardRoom) -> Result:
    language = asked.language or room.language
    found = help_for(asked.country or room.country, language=language)
    return msgspec.structs.replace(result, help=found)
