"""`POST /v1/events`: what happened on the platform."""

from tutela.decisions import accounts
from tutela.decisions.confirming import Hearing, kinds
from tutela.detection.pipeline import events as detection
from tutela.guard.drift import events as drift
from tutela.intake.channels.batch import RecordLine, split
from tutela.intake.channels.events import EventDoor, EventKind, take_events
from tutela.intake.door import Sending
from tutela.networks.stored import events as networks
from tutela.web.answer import LineAnswer, begun
from tutela.web.calls import Rooms
from tutela.web.endpoint import Asked, Handler

DOOR = "events"


def take_platform_events(rooms: Rooms, *, record_line: RecordLine) -> Handler:
    """202 with a result a line, in the order of the lines; a bad line refuses that line alone."""
    hearing = Hearing(clock=rooms.clock, chance=rooms.chance, confirm_seconds=rooms.confirm_seconds)
    detected = _detected(rooms)
    used = drift.kinds(rooms.drifting, content=detected["content"])
    named = networks.kinds(rooms.networking, told={**detected, **used})
    handled = {**kinds(hearing), **accounts.kinds(rooms.keys), **detected, **used, **named}
    door = EventDoor(
        pool=rooms.pool,
        kinds=handled,
        clock=rooms.clock,
        record_line=record_line,
    )

    async def handle(asked: Asked) -> LineAnswer:
        sending = Sending(caller=asked.caller, door=DOOR)
        lines = split(asked.body)
        return await begun(take_events(lines, sending=sending, door=door), status=202)

    return handle


def _detected(rooms: Rooms) -> dict[str, EventKind]:
    return {
        named: EventKind(struct=kind.struct, handle=kind.handle)
        for named, kind in detection.kinds(rooms.detection).items()
    }
