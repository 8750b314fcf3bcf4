"""What a call of the guard is told: verdicts by the kept snapshot, with help where it blocks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.database.pool import Pool
from tutela.guard.asking import GuardAnswer, GuardAsked, Result, Surface
from tutela.guard.deciding import unknown
from tutela.guard.help import helped
from tutela.guard.probing import refuse_all, words_asked, words_looked_at
from tutela.guard.publishing.alarms import Sentry, ViewerKey
from tutela.guard.publishing.building import FAIL_CLOSED
from tutela.guard.publishing.keeping import Keeper, Kept
from tutela.guard.publishing.listing import Place

#: What is looked at between two other calls: items, and code points of all together.
ITEMS_AT_ONCE: Final = 100
SIGNS_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRoom:
    """What the guard's call stands on."""

    keeper: Keeper
    sentry: Sentry
    #: Where nothing was ever loaded.
    fail_closed: tuple[Surface, ...] = FAIL_CLOSED
    #: The service's own, where a call names none.
    country: str | None = None
    language: str | None = None


def empty_guard(
    pool: Pool,
    *,
    keys: KeySet,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
) -> GuardRoom:
    """A room where nothing is kept yet."""
    return GuardRoom(
        keeper=Keeper(pool, keys=keys, clock=clock, monotonic=monotonic),
        sentry=Sentry(keys=keys, clock=clock, monotonic=monotonic),
    )


async def answered(
    asked: GuardAsked, *, surface: Surface, caller: Caller, room: GuardRoom
) -> GuardAnswer:
    """One result an item, in their order; without any snapshot each surface opens or shuts."""
    place = Place(caller.tenant, caller.service)
    kept, standing = room.keeper.of(place), room.keeper.standing(place)
    if kept is None or standing is None:
        results = [unknown(surface, fail_closed=room.fail_closed)] * len(asked.items)
        version, age_seconds, degraded = 0, 0.0, True
    else:
        results = await _watched(
            kept, asked=asked, surface=surface, caller=caller, sentry=room.sentry
        )
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


async def _watched(
    kept: Kept, *, asked: GuardAsked, surface: Surface, caller: Caller, sentry: Sentry
) -> list[Result]:
    """As the snapshot says; to a viewer who tries out what is listed, one answer to everything."""
    viewer = _viewer(asked, caller=caller, sentry=sentry)
    if sentry.is_shut(caller.token_id) or (viewer is not None and sentry.is_shut(viewer)):
        return refuse_all(len(asked.items))
    results = await _results(kept, asked=asked, surface=surface)
    looked_at = words_looked_at(asked.items, results=results)
    chosen = [
        each for each in looked_at if not (each.is_refused and kept.decider.is_canary(each.text))
    ]
    words = words_asked(surface, items=asked.items, results=results)
    is_refused = (chosen and sentry.looked_at(chosen, caller=caller)) or (
        words and viewer is not None and sentry.asked(words, viewer=viewer, caller=caller)
    )
    return refuse_all(len(asked.items)) if is_refused else results


async def _results(kept: Kept, *, asked: GuardAsked, surface: Surface) -> list[Result]:
    """In a thread where it takes long, so that no other call waits for it."""
    decide = partial(kept.decider.results, surface, asked.items, viewer=asked.viewer)
    signs = sum(len(item.value) + sum(map(len, item.tags)) for item in asked.items)
    is_long = len(asked.items) > ITEMS_AT_ONCE or signs > SIGNS_AT_ONCE
    return await asyncio.to_thread(decide) if is_long else decide()


def _viewer(asked: GuardAsked, *, caller: Caller, sentry: Sentry) -> ViewerKey | None:
    if asked.viewer is None:
        return None
    place = Place(caller.tenant, caller.service)
    return sentry.viewer(asked.viewer.account_id, place=place, mark=caller.mark)
