"""JSON Lines of events: what happened on the platform, each once, to whoever handles its type."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec
import structlog

from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.errors import DatabaseUnavailable, Deadlocked
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain.events import Event
from tutela.errors import FieldError, TutelaError
from tutela.intake.channels.batch import (
    LINE_MAX_BYTES,
    Line,
    LineBroken,
    LineError,
    LineRefused,
    LineResult,
    LineTooLong,
    RecordLine,
)
from tutela.intake.door import Sending
from tutela.intake.reading import Unfit, fit, read_json, time_error

#: Lines that are taken in one transaction.
STRIDE_LINES = 500
DIGEST_BYTES = 16
#: How often others may go first before the sender is asked to come back.
TURNS_GIVEN = 3

_sql = queries.load("tutela.intake", file="events.sql")
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger(__name__)


class EventIdReused(TutelaError):
    """The id was used for an event that said something else."""

    code = "event_id_reused"
    title = "The event's id was used before"
    status = 409


#: What is wrong with each event, in their order; None for one that was taken.
Verdicts = Sequence[TutelaError | None]


class Handle(Protocol):
    """Takes events of one type, of one caller, in the caller's transaction."""

    async def __call__(
        self, connection: Connection, *, caller: Caller, events: Sequence[Any]
    ) -> Verdicts: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """A type of events: how one is read, and what takes many of one caller in a transaction.

    `handle` changes nothing for an event that it finds wrong.
    """

    struct: type[Event]
    handle: Handle


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDoor:
    """Where events go by their type, and who writes down lines that are refused."""

    pool: Pool
    kinds: Mapping[str, EventKind]
    clock: Callable[[], datetime]
    record_line: RecordLine


@dataclass(frozen=True, slots=True)
class _Read:
    line: Line
    type: str
    event: Event
    digest: bytes


_Outcome = TutelaError | Literal["accepted", "duplicate"]


async def take_events(
    lines: Sequence[Line], *, sending: Sending, door: EventDoor
) -> AsyncIterator[bytes]:
    """The results as JSON Lines, in the order of the lines; a bad line refuses that line alone.

    An event's id is taken for ever, once: the same event again is a duplicate, another under its id
    is refused, and an event that was refused may come again under its id. Raises
    DatabaseUnavailable where not one line could be stored; later ones are refused with `try_again`.
    """
    for start in range(0, len(lines), STRIDE_LINES):
        stride = lines[start : start + STRIDE_LINES]
        try:
            outcomes = await _take(stride, caller=sending.caller, door=door)
        except DatabaseUnavailable as away:
            if start == 0:
                raise
            outcomes = [away] * len(stride)
        for line, outcome in zip(stride, outcomes, strict=True):
            if isinstance(outcome, TutelaError):
                await door.record_line(LineRefused(sending, line.number, line.raw, outcome))
        results = [
            _result(line, outcome=outcome) for line, outcome in zip(stride, outcomes, strict=True)
        ]
        yield b"".join(_encode(result) + b"\n" for result in results)


async def _take(lines: Sequence[Line], *, caller: Caller, door: EventDoor) -> list[_Outcome]:
    said: dict[int, _Outcome] = {}
    read: list[_Read] = []
    for line in lines:
        try:
            read.append(_read(line, door=door))
        except TutelaError as error:
            said[line.number] = error
    if read:
        try:
            said |= await _store_in_turn(read, caller=caller, door=door)
        except DatabaseUnavailable:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the sender hears it line by line
            _log.exception("events_failed", lines=len(read))
            broken = LineBroken(detail="The fault was logged. Nothing was taken.")
            said |= {each.line.number: broken for each in read}
    return [said[line.number] for line in lines]


def _read(line: Line, *, door: EventDoor) -> _Read:
    if len(line.raw) > LINE_MAX_BYTES:
        raise LineTooLong(detail=f"At most {LINE_MAX_BYTES} bytes are taken in a line.")
    value = read_json(line.raw)
    named = value.get("type") if isinstance(value, dict) else None
    if not isinstance(named, str) or named not in door.kinds:
        raise Unfit(detail="The event can't be taken.", errors=[_type_error(door)])
    event = fit(value, kind=door.kinds[named].struct)
    wrong = time_error(event.at, now=door.clock())
    if wrong is not None:
        raise Unfit(detail="The event can't be taken.", errors=[FieldError("/at", wrong)])
    digest = hashlib.sha256(msgspec.json.encode(event, order="sorted")).digest()
    return _Read(line, named, event, digest[:DIGEST_BYTES])


def _type_error(door: EventDoor) -> FieldError:
    return FieldError("/type", f"must be one of {', '.join(sorted(door.kinds))}")


async def _store_in_turn(
    read: Sequence[_Read], *, caller: Caller, door: EventDoor
) -> dict[int, _Outcome]:
    """As `_store`, after others who wrote to the same rows and went first."""
    for _ in range(TURNS_GIVEN):
        try:
            return await _store(read, caller=caller, door=door)
        except Deadlocked:
            _log.info("events_again", lines=len(read))
    return await _store(read, caller=caller, door=door)


async def _store(read: Sequence[_Read], *, caller: Caller, door: EventDoor) -> dict[int, _Outcome]:
    async with tenant_transaction(door.pool, tenant=caller.tenant) as connection:
        fresh, said = await _fresh(connection, read=read, caller=caller)
        refused: list[str] = []
        for named, kind in door.kinds.items():
            of_kind = [each for each in fresh if each.type == named]
            if not of_kind:
                continue
            events = [each.event for each in of_kind]
            verdicts = await kind.handle(connection, caller=caller, events=events)
            for each, verdict in zip(of_kind, verdicts, strict=True):
                said[each.line.number] = verdict or "accepted"
                if verdict is not None:
                    refused.append(each.event.id)
        if refused:
            await connection.execute(_sql.forget_events, {**_whose(caller), "ids": refused})
    return said


async def _fresh(
    connection: Connection, *, read: Sequence[_Read], caller: Caller
) -> tuple[list[_Read], dict[int, _Outcome]]:
    """Events under ids that are new with these lines, and what the others are."""
    first: dict[str, _Read] = {}
    for each in read:
        first.setdefault(each.event.id, each)
    ids = sorted(first)
    named = {**_whose(caller), "ids": ids, "digests": [first[name].digest for name in ids]}
    cursor = await connection.execute(_sql.take_events, named)
    taken = {row[0] for row in await cursor.fetchall()}
    cursor = await connection.execute(_sql.events_taken, named)
    digests = {name: bytes(digest) for name, digest in await cursor.fetchall()}
    fresh: list[_Read] = []
    said: dict[int, _Outcome] = {}
    for each in read:
        name = each.event.id
        if name in taken and first[name] is each:
            fresh.append(each)
        else:
            same = digests[name] == each.digest
            said[each.line.number] = "duplicate" if same else _reused()
    return fresh, said


def _result(line: Line, *, outcome: _Outcome) -> LineResult:
    if not isinstance(outcome, TutelaError):
        return LineResult(line=line.number, status=outcome)
    named = [LineError(each.pointer, each.message) for each in outcome.errors]
    return LineResult(
        line=line.number,
        status="refused",
        code=outcome.code,
        errors=named or [LineError("", outcome.detail or outcome.title)],
        try_again=isinstance(outcome, DatabaseUnavailable),
    )


def _whose(caller: Caller) -> dict[str, object]:
    return {"tenant": caller.tenant, "service": caller.service}


def _reused() -> EventIdReused:
    return EventIdReused(
        "The id was used for another event.", errors=[FieldError("/id", "used before")]
    )
