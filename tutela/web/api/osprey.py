"""`POST /osprey/events`: actions as Osprey reads them; those that are reports become notices."""

from collections.abc import Callable

import msgspec

from tutela.access.tokens import Caller
from tutela.intake.channels import foreign, osprey
from tutela.intake.channels.batch import Batch, Line, RecordLine, split, take_lines
from tutela.intake.door import Intake, Sending
from tutela.intake.preparation import PreparedNotice
from tutela.web.answer import LineAnswer, begun
from tutela.web.calls import Rooms
from tutela.web.endpoint import Asked, Handler

DOOR = "osprey"

_Read = Callable[[bytes], osprey.ReportRead | None]


def take_actions(rooms: Rooms, *, record_line: RecordLine) -> Handler:
    """200 with a result a line, in the order of the lines; a bad line refuses that line alone."""
    reports = reports_named(rooms.osprey_reports)

    def read(raw: bytes) -> osprey.ReportRead | None:
        return osprey.read_action(raw, reports=reports, now=rooms.clock())

    async def handle(asked: Asked) -> LineAnswer:
        batch = Batch(
            intake=rooms.intake,
            sending=Sending(caller=asked.caller, door=DOOR),
            record_line=record_line,
            prepare=_preparing(rooms.intake, read=read, caller=asked.caller),
        )
        return await begun(take_lines(_lines(asked.body), batch=batch))

    return handle


def reports_named(names: str | None) -> frozenset[str]:
    """The names of a setting, however they are written; the usual ones where it is None."""
    if names is None:
        return osprey.REPORTS
    return frozenset(foreign.snake_case(name.strip()) for name in names.split(","))


def _preparing(
    intake: Intake, *, read: _Read, caller: Caller
) -> Callable[[bytes], PreparedNotice | None]:
    def prepare(raw: bytes) -> PreparedNotice | None:
        found = read(raw)
        if found is None:
            return None
        return intake.prepare(found.read, sending=Sending(caller=caller, door=DOOR, key=found.key))

    return prepare


def _lines(body: bytes) -> list[Line]:
    """The actions of a body: JSON Lines, or one JSON object over however many lines."""
    try:
        is_one = isinstance(msgspec.json.decode(body), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        is_one = False
    return [Line(1, body)] if is_one else split(body)
