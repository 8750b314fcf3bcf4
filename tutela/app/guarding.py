"""The guard in the house: what it stands on, and what processes do for it again and again."""

from tutela.app import House, Loop
from tutela.app.detecting import detection_room
from tutela.guard.drift.forgetting import forget_uses
from tutela.guard.drift.room import DriftRoom

#: Between two looks for uses whose time is over.
FORGET_USES_SECONDS = 3_600.0


def drift_room(house: House) -> DriftRoom:
    """What the drift watch stands on."""
    return DriftRoom(
        pool=house.pool,
        keys=house.keys,
        clock=house.clock,
        chance=house.chance,
        bases=detection_room(house).bases,
    )


def guard_loops(house: House) -> tuple[Loop, ...]:
    """What every worker does for the guard."""
    room = drift_room(house)
    return (
        Loop(
            name="uses forgotten",
            every_seconds=FORGET_USES_SECONDS,
            run=lambda: forget_uses(room),
        ),
    )
