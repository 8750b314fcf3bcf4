"""Who looks where, in the house: what it stands on, and what a worker looks for."""

from datetime import timedelta
from typing import Final

from tutela.app import House, Loop
from tutela.review.oversight.browsing import find_unusual
from tutela.review.oversight.room import LookLimits, OversightRoom
from tutela.review.views.forgetting import forget_views
from tutela.settings import Settings

#: Between two looks for unusual browsing.
BROWSING_SECONDS: Final = 60.0
#: Between two looks for views that are kept for too long.
FORGET_SECONDS: Final = 3_600.0


def oversight_room(house: House) -> OversightRoom:
    """What need to know, break-glass and unusual browsing stand on."""
    return OversightRoom(
        pool=house.pool,
        keys=house.keys,
        clock=house.clock,
        chance=house.chance,
        limits=look_limits(house.settings),
    )


def look_limits(settings: Settings) -> LookLimits:
    """From when on somebody must look, as the operator set it."""
    return LookLimits(
        glass_seconds=settings.glass_seconds,
        browsed_cases_max=settings.browsed_cases_max,
        browsed_subject_max=settings.browsed_subject_max,
        browsed_night_max=settings.browsed_night_max,
        night_from_hour=settings.night_from_hour,
        night_to_hour=settings.night_to_hour,
        time_zone=settings.care_time_zone,
    )


def oversight_loops(house: House) -> tuple[Loop, ...]:
    """What every worker does about who looks where."""
    room, kept = oversight_room(house), timedelta(days=house.settings.views_days)
    return (
        Loop(name="browsing", every_seconds=BROWSING_SECONDS, run=lambda: find_unusual(room)),
        Loop(
            name="views forgotten",
            every_seconds=FORGET_SECONDS,
            run=lambda: forget_views(house.pool, before=house.clock() - kept),
        ),
    )
