"""Detection in the house: what it stands on, and what processes do for it again and again."""

from contextlib import suppress

from tutela.access.processes import Process
from tutela.access.tokens import Caller
from tutela.app import HOUSEKEEPING_SECONDS, House, Loop, intake, list_room
from tutela.detection.detectors import DOOR
from tutela.detection.lists.exchange.following import Following
from tutela.detection.lists.governing import due as lists_due
from tutela.detection.pipeline.health import write_standings
from tutela.detection.pipeline.policy import read_policies
from tutela.detection.pipeline.room import DetectionRoom, register, surfaces
from tutela.detection.pipeline.working import OpenCase, forget_expired, work_off
from tutela.detection.rules.governing import due as rules_due
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.door import Intake, Sending

#: Between two looks whether lists or rules have changed.
REFRESH_SECONDS = 1.0
#: Between two looks for cases to open and items to look at again.
LOOKS_SECONDS = 1.0
#: Between two looks for rules, switches and proposals that came to their time.
DUE_SECONDS = 2.0
#: Between two looks for exchanges that are due.
EXCHANGES_SECONDS = 5.0


def detection_room(house: House) -> DetectionRoom:
    """What detection stands on."""
    return DetectionRoom(
        pool=house.pool,
        keys=house.keys,
        clock=house.clock,
        chance=house.chance,
        panel=house.panel,
        bases=register(house.settings.detection_bases),
        public_surfaces=surfaces(house.settings.public_surfaces),
        policies=read_policies(house.settings.detection_policy),
    )


def detector_loops(house: House, *, process: Process) -> tuple[Loop, ...]:
    """What every process does that looks at items: it keeps its detectors fresh and watched."""
    room, period_seconds = detection_room(house), house.settings.detector_seconds
    return (
        Loop(name="detectors", every_seconds=REFRESH_SECONDS, run=house.panel.refresh),
        Loop(
            name="detector canaries",
            every_seconds=period_seconds,
            run=lambda: write_standings(room, process=process.name, period_seconds=period_seconds),
        ),
    )


def follow_loops(house: House) -> tuple[Loop, ...]:
    """What every worker does: it opens the cases that matches ask for, and follows exchanges."""
    room, opening = detection_room(house), case_opener(intake(house))
    return (
        Loop(
            name="looks",
            every_seconds=LOOKS_SECONDS,
            run=lambda: work_off(room, open_case=opening),
        ),
        Loop(
            name="rules due",
            every_seconds=DUE_SECONDS,
            run=lambda: rules_due.settle_all(room.ruling),
        ),
        Loop(
            name="lists due",
            every_seconds=DUE_SECONDS,
            run=lambda: lists_due.settle_all(list_room(house)),
        ),
        Loop(name="exchanges", every_seconds=EXCHANGES_SECONDS, run=following(house).turn),
        Loop(
            name="looks forgotten",
            every_seconds=HOUSEKEEPING_SECONDS,
            run=lambda: forget_expired(room),
        ),
    )


def following(house: House) -> Following:
    """What reads the exchanges of hotlines, and reaches no host that it was not told."""
    hosts = (house.settings.exchange_hosts or "").split(",")
    return Following(list_room(house), hosts=frozenset(each.strip() for each in hosts if each))


def case_opener(door: Intake) -> OpenCase:
    """What hands a match in as a notice; the same finding again changes nothing."""

    async def open_case(body: bytes, *, caller: Caller) -> None:
        with suppress(KeyReused):
            await door.take(door.read(body), sending=Sending(caller=caller, door=DOOR))

    return open_case
