"""The guard in the house: what it stands on, and what processes do for it again and again."""

import time
from dataclasses import replace

from tutela.access.processes import Process
from tutela.app import HOUSEKEEPING_SECONDS, House, Loop
from tutela.app.detecting import detection_room
from tutela.guard.asking import Surface
from tutela.guard.drift.forgetting import forget_uses
from tutela.guard.drift.room import DriftRoom
from tutela.guard.drift.watching import watch
from tutela.guard.governance import objecting
from tutela.guard.governance.due import settle_all
from tutela.guard.governance.listing import Governed
from tutela.guard.governance.room import GovernanceRoom
from tutela.guard.publishing import standings
from tutela.guard.publishing.alarms import forget_probing
from tutela.guard.publishing.answering import GuardRoom
from tutela.guard.publishing.building import Publisher, PublishingRoom

#: Between two looks whether what is listed or decided has changed.
PUBLISH_SECONDS = 1.0
#: Between two looks whether a newer version is published.
KEEP_SECONDS = 1.0
#: Between two exchanges of who tries out what is listed.
PROBING_SECONDS = 2.0
#: Between two looks for entries and switches that came to their time.
DUE_SECONDS = 1.0
#: Between two looks whether a service's uses are due to be looked through.
DRIFT_SECONDS = 30.0
#: Between two looks for uses whose time is over.
FORGET_USES_SECONDS = 3_600.0


def fail_closed(named: str) -> tuple[Surface, ...]:
    """The surfaces of the setting."""
    return tuple(Surface(each) for each in named.split(",") if each != "none")


def publishing_room(house: House) -> PublishingRoom:
    """What publishing stands on."""
    return PublishingRoom(
        pool=house.pool,
        keys=house.keys,
        clock=house.clock,
        chance=house.chance,
        source=Governed(house.keys),
        fail_closed=fail_closed(house.settings.guard_fail_closed),
        age_seconds_max=house.settings.guard_age_seconds,
    )


def guard_room(house: House) -> GuardRoom:
    """What the guard's call stands on."""
    countries = [each for each in (house.settings.served_countries or "").split(",") if each]
    return replace(
        house.guard,
        sentry=replace(
            house.guard.sentry, shuts_tokens=house.settings.guard_probing_tokens == "shut"
        ),
        fail_closed=fail_closed(house.settings.guard_fail_closed),
        country=countries[0] if len(countries) == 1 else None,
        language=house.settings.language,
    )


def publish_loops(house: House) -> tuple[Loop, ...]:
    """What one worker does for all: it publishes what changed."""
    publisher = Publisher(publishing_room(house))
    return (Loop(name="guard publishing", every_seconds=PUBLISH_SECONDS, run=publisher.turn),)


def keep_loops(house: House, *, process: Process) -> tuple[Loop, ...]:
    """What every web process does: it keeps the newest version of every service."""
    keeper, sentry = house.guard.keeper, house.guard.sentry
    return (
        Loop(name="guard", every_seconds=KEEP_SECONDS, run=keeper.refresh),
        Loop(
            name="guard standings",
            every_seconds=standings.PERIOD_SECONDS,
            run=lambda: standings.write_standings(
                keeper, pool=house.pool, process=process.name, now=house.clock()
            ),
        ),
        Loop(
            name="guard probing",
            every_seconds=PROBING_SECONDS,
            run=lambda: sentry.exchange(house.pool),
        ),
    )


def drift_room(house: House) -> DriftRoom:
    """What the drift watch stands on."""
    return DriftRoom(
        pool=house.pool,
        keys=house.keys,
        clock=house.clock,
        chance=house.chance,
        bases=detection_room(house).bases,
    )


def governance_room(house: House) -> GovernanceRoom:
    """Where people list things, and take them back."""
    return GovernanceRoom(pool=house.pool, keys=house.keys, clock=house.clock, chance=house.chance)


def guard_loops(house: House) -> tuple[Loop, ...]:
    """What every worker does for the guard."""
    room, governance = drift_room(house), governance_room(house)
    return (
        Loop(name="guard due", every_seconds=DUE_SECONDS, run=lambda: settle_all(governance)),
        Loop(
            name="guard forgotten",
            every_seconds=HOUSEKEEPING_SECONDS,
            run=lambda: _forget(house),
        ),
        Loop(
            name="drift",
            every_seconds=DRIFT_SECONDS,
            run=lambda: watch(room, monotonic=time.monotonic),
        ),
        Loop(
            name="uses forgotten",
            every_seconds=FORGET_USES_SECONDS,
            run=lambda: forget_uses(room),
        ),
    )


async def _forget(house: House) -> None:
    await objecting.forget(governance_room(house))
    await forget_probing(house.pool, now=house.clock())
    await standings.forget_silent(house.pool, now=house.clock())
