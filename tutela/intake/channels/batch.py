"""JSON Lines of notices: a result a line, in the same order; a bad line refuses that line alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import islice

import msgspec

from tutela.errors import FieldError, TutelaError
from tutela.intake.acknowledgement import Accepted
from tutela.intake.door import Intake, Sending
from tutela.intake.preparation import PreparedNotice
from tutela.intake.reading import Unfit
from tutela.ledger.receipts import Receipt

LINES_MAX = 10_000
#: Lines that are prepared before the loop may do something else, and then committed together.
STRIDE_LINES = 128

_encode = msgspec.json.Encoder().encode


class LineResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one line; `line` counts from 1."""

    line: int
    status: str
    id: str | None = None
    receipt: Receipt | None = None
    errors: list[dict[str, str]] | None = None


class LineRefused(msgspec.Struct, frozen=True):
    """A refused line with its error, as it is kept."""

    line: int
    raw: bytes
    error: TutelaError


RecordLine = Callable[[Sending, LineRefused], Awaitable[None]]


async def take_lines(
    intake: Intake, lines: Sequence[bytes], sending: Sending, *, record_line: RecordLine
) -> AsyncIterator[bytes]:
    """The results as JSON Lines, in the order of the lines."""
    numbered = enumerate(lines, start=1)
    while stride := list(islice(numbered, STRIDE_LINES)):
        results = await asyncio.gather(
            *(_take(intake, number, raw, sending, record_line) for number, raw in stride)
        )
        yield b"".join(_encode(result) + b"\n" for result in results)


def split(body: bytes) -> list[bytes]:
    """The lines, without a last empty one; `Unfit` where there are none or more than may be."""
    lines = body.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    if not lines:
        raise Unfit(detail="The body holds no line.", errors=[FieldError("", "no lines")])
    if len(lines) > LINES_MAX:
        raise Unfit(
            detail=f"At most {LINES_MAX} lines are taken at once.",
            errors=[FieldError(f"/{LINES_MAX}", "one line too many")],
        )
    return lines


async def _take(
    intake: Intake, number: int, raw: bytes, sending: Sending, record_line: RecordLine
) -> LineResult:
    try:
        acknowledged = await intake.commit(_prepared(intake, raw, sending))
    except TutelaError as error:
        await record_line(sending, LineRefused(number, raw, error))
        return LineResult(number, "refused", errors=_errors(error))
    return _result(number, acknowledged.accepted, fresh=acknowledged.fresh)


def _prepared(intake: Intake, raw: bytes, sending: Sending) -> PreparedNotice:
    read = intake.read(raw)
    if read.notice.external_id is None:
        raise Unfit(
            detail="A line of a batch needs an external_id.",
            errors=[FieldError("/external_id", "required in a batch")],
        )
    return intake.prepare(read, sending)


def _result(number: int, accepted: Accepted, *, fresh: bool) -> LineResult:
    status = "accepted" if fresh else "duplicate"
    return LineResult(number, status, id=accepted.id, receipt=accepted.receipt)


def _errors(error: TutelaError) -> list[dict[str, str]]:
    named = [{"pointer": each.pointer, "message": each.message} for each in error.errors]
    return named or [{"pointer": "", "message": error.detail}]
