"""`POST /osprey/events`: actions as Osprey reads them; those that are reports become notices."""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from tutela.intake.channels import foreign, osprey
from tutela.intake.channels.batch import Batch, Line, RecordLine, split, take_lines
from tutela.intake.door import Intake, Sending
from tutela.intake.preparation import PreparedNotice
from tutela.web.answer import LineAnswer, begun
from tutela.web.api.notices import idempotency_key
from tutela.web.calls import Rooms
from tutela.web.endpoint import Asked, Handler

DOOR = "osprey"
#: A report, whatever the operator calls theirs.
PROBE = "tutela_probe"

_Read = Callable[[bytes], osprey.ReportRead | None]


def take_actions(rooms: Rooms, *, record_line: RecordLine) -> Handler:
    """200 with a result a line, in the order of the lines; a bad line refuses that line alone."""
    reports = reports_named(rooms.osprey_reports)

    def read(raw: bytes) -> osprey.ReportRead | None:
        return osprey.read_action(raw, reports=reports, now=rooms.clock())

    async def handle(asked: Asked) -> LineAnswer:
        lines = _lines(asked.body)
        sending = Sending(
            caller=asked.caller, door=DOOR, key=idempotency_key(asked) if len(lines) == 1 else None
        )
        batch = Batch(
            intake=rooms.intake,
            sending=sending,
            record_line=record_line,
            prepare=_preparing(rooms.intake, read=read, sending=sending),
        )
        return await begun(take_lines(lines, batch=batch))

    return handle


def reports_named(names: str | None) -> frozenset[str]:
    """The names of a setting, however they are written; the usual ones where it is None.

    The one that probes of the house use is always among them.
    """
    named = osprey.REPORTS if names is None else names.split(",")
    return frozenset({PROBE, *(foreign.snake_case(name.strip()) for name in named)})


def _preparing(
    intake: Intake, *, read: _Read, sending: Sending
) -> Callable[[bytes], PreparedNotice | None]:
    def prepare(raw: bytes) -> PreparedNotice | None:
        found = read(raw)
        if found is None:
            return None
        return intake.prepare(found.read, sending=replace(sending, key=sending.key or found.key))

    return prepare


def _lines(body: bytes) -> list[Line]:
    """The actions of a body: JSON Lines, or one JSON object over however many lines."""
    try:
        is_one = isinstance(msgspec.json.decode(body), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        is_one = False
    return [Line(1, body)] if is_one else split(body)
