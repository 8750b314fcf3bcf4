"""JSON Lines of notices: a result a line, in the same order; a bad line refuses that line alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import msgspec
import structlog

from tutela.database.errors import DatabaseUnavailable
from tutela.errors import FieldError, TutelaError
from tutela.intake.acknowledgement import Accepted
from tutela.intake.door import Intake, Sending
from tutela.intake.preparation import PreparedNotice
from tutela.intake.reading import Unfit
from tutela.ledger.receipts import Receipt

LINES_MAX = 10_000
#: As much as a notice may have where it comes alone.
LINE_MAX_BYTES = 1024 * 1024
#: Lines that are prepared before the loop may do something else, and then committed together.
STRIDE_LINES = 128

_PASSING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger(__name__)


class LineTooLong(TutelaError):
    """One line is longer than a notice may be."""

    code = "too_large"
    title = "The line is too long"
    status = 413


class LineBroken(TutelaError):
    """A fault in the code met this line; the log has the trace."""


class LineError(msgspec.Struct, frozen=True):
    """What is wrong with one place of a line."""

    pointer: str
    message: str


class LineResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one line.

    `line` counts from 1. `status` is accepted, duplicate or refused, or not_a_report for an action
    of another kind; a refused line has `code` and `errors`, and `try_again` where nothing is wrong
    with the line itself.
    """

    line: int
    status: str
    id: str | None = None
    receipt: Receipt | None = None
    code: str | None = None
    errors: list[LineError] | None = None
    try_again: bool = False


@dataclass(frozen=True, slots=True)
class LineRefused:
    """A refused line of a sender with its error, as it is kept."""

    sending: Sending
    line: int
    raw: bytes
    error: TutelaError


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a batch with its number, from 1."""

    number: int
    raw: bytes


RecordLine = Callable[[LineRefused], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Where the lines go, from whom they are, and who writes down those that are refused.

    `prepare` makes a notice of a line; None where a line is well and no report.
    """

    intake: Intake
    sending: Sending
    record_line: RecordLine
    prepare: Callable[[bytes], PreparedNotice | None]


def notices_of(intake: Intake, *, sending: Sending) -> Callable[[bytes], PreparedNotice]:
    """How a line that is a notice is prepared; `Unfit` where it has no `external_id`."""

    def prepare(raw: bytes) -> PreparedNotice:
        read = intake.read(raw)
        if read.notice.external_id is None:
            raise Unfit(
                detail="A line of a batch needs an external_id.",
                errors=[FieldError("/external_id", "required in a batch")],
            )
        return intake.prepare(read, sending=sending)

    return prepare


async def take_lines(lines: Sequence[Line], *, batch: Batch) -> AsyncIterator[bytes]:
    """The results as JSON Lines, in the order of the lines.

    Raises DatabaseUnavailable where not one line could be stored; where that befalls later lines,
    each of those is refused with `try_again`.
    """
    away: DatabaseUnavailable | None = None
    for start in range(0, len(lines), STRIDE_LINES):
        stride = lines[start : start + STRIDE_LINES]
        if away is not None:
            results = [_refused(line.number, error=away) for line in stride]
        else:
            outcomes = await asyncio.gather(*(_take(line, batch=batch) for line in stride))
            results = [result for result, _ in outcomes]
            away = next((lost for _, lost in outcomes if lost is not None), None)
            if away is not None and start == 0 and all(each.try_again for each in results):
                raise away
        yield b"".join(_encode(result) + b"\n" for result in results)


def split(body: bytes) -> list[Line]:
    """The lines that are not empty; `Unfit` where there are none or more than LINES_MAX."""
    if body.count(b"\n") > 2 * LINES_MAX:
        raise _too_many()
    lines = [
        Line(number, raw)
        for number, raw in enumerate(body.split(b"\n"), start=1)
        if raw and not raw.isspace()
    ]
    if not lines:
        raise Unfit(detail="The body holds no line.", errors=[FieldError("", "no lines")])
    if len(lines) > LINES_MAX:
        raise _too_many()
    return lines


async def _take(line: Line, *, batch: Batch) -> tuple[LineResult, DatabaseUnavailable | None]:
    error: TutelaError
    try:
        prepared = _prepared(line.raw, batch=batch)
        if prepared is None:
            return LineResult(line=line.number, status="not_a_report"), None
        done = await batch.intake.commit(prepared)
    except TutelaError as cause:
        error = cause
    except Exception:  # noqa: BLE001 - whatever it is, the other lines go in
        _log.exception("line_failed", line=line.number)
        error = LineBroken(detail="The fault was logged. Nothing was acknowledged.")
    else:
        return _accepted(line.number, accepted=done.accepted, fresh=done.fresh), None
    await batch.record_line(LineRefused(batch.sending, line.number, line.raw, error))
    away = error if isinstance(error, DatabaseUnavailable) else None
    return _refused(line.number, error=error), away


def _prepared(raw: bytes, *, batch: Batch) -> PreparedNotice | None:
    if len(raw) > LINE_MAX_BYTES:
        raise LineTooLong(detail=f"At most {LINE_MAX_BYTES} bytes are taken in a line.")
    return batch.prepare(raw)


def _accepted(number: int, *, accepted: Accepted, fresh: bool) -> LineResult:
    return LineResult(
        line=number,
        status="accepted" if fresh else "duplicate",
        id=accepted.id,
        receipt=accepted.receipt,
    )


def _refused(number: int, *, error: TutelaError) -> LineResult:
    named = [LineError(each.pointer, each.message) for each in error.errors]
    return LineResult(
        line=number,
        status="refused",
        code=error.code,
        errors=named or [LineError("", error.detail or error.title)],
        try_again=error.status in _PASSING,
    )


def _too_many() -> Unfit:
    return Unfit(
        detail=f"At most {LINES_MAX} lines are taken at once.",
        errors=[FieldError(f"/{LINES_MAX}", "one line too many")],
    )
