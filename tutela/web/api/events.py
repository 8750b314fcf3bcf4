"""`POST /v1/events`: what happened on the platform."""

from tutela.decisions import accounts
from tutela.decisions.confirming import Hearing, kinds
from tutela.intake.channels.batch import RecordLine, split
from tutela.intake.channels.events import EventDoor, take_events
from tutela.intake.door import Sending
from tutela.web.answer import LineAnswer, begun
from tutela.web.calls import Rooms
from tutela.web.endpoint import Asked, Handler

DOOR = "events"
#: Types of events that nothing here asks for yet.
LATER = frozenset({"content", "edge", "exposure"})


def take_platform_events(rooms: Rooms, *, record_line: RecordLine) -> Handler:
    """202 with a result a line, in the order of the lines; a bad line refuses that line alone."""
    hearing = Hearing(clock=rooms.clock, chance=rooms.chance, confirm_seconds=rooms.confirm_seconds)
    handled = {**kinds(hearing), **accounts.kinds(rooms.keys)}
    door = EventDoor(
        pool=rooms.pool,
        kinds=handled,
        later=LATER - handled.keys(),
        clock=rooms.clock,
        record_line=record_line,
    )

    async def handle(asked: Asked) -> LineAnswer:
        sending = Sending(caller=asked.caller, door=DOOR)
        lines = split(asked.body)
        return await begun(take_events(lines, sending=sending, door=door), status=202)

    return handle
