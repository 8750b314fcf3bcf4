"""Parts of a decision about many: JSON Lines, of which a bad one refuses itself alone."""

from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.sight import conflict_of_interest, kept_from
from tutela.access.tokens import Caller
from tutela.cases.identity import subject_key
from tutela.database import queries
from tutela.database.errors import DatabaseUnavailable
from tutela.database.pool import Connection, tenant_transaction
from tutela.decisions.bulk.guideline import refuse_stale
from tutela.decisions.bulk.reading import (
    HeadRead,
    LineRead,
    head_in,
    read_first_line,
    read_line,
    template_of,
)
from tutela.decisions.bulk.room import BulkRoom, hold, named
from tutela.decisions.endpoints import Station
from tutela.decisions.terms import cited
from tutela.domain.bulk import BulkEvent, BulkState
from tutela.domain.decision import Decision
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.notice import Subject
from tutela.domain.states import IllegalTransition, transition
from tutela.errors import FieldError, TutelaError
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.channels.batch import Line, LineError, LineTooLong
from tutela.intake.reading import Unfit
from tutela.review.queue import holder

LINE_MAX_BYTES: Final = 128 * 1024
#: Lines that are read before anything else has its turn, and then stored together.
STRIDE_LINES: Final = 500
DIGEST_BYTES: Final = 16

_sql = queries.load("tutela.decisions.bulk", file="bulk.sql")


class DuplicateSubject(TutelaError):
    """The subject is there already, with something else said of it."""

    code = "duplicate_subject"
    title = "The subject is named twice"
    status = 409


class PartCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the lines of a part that name a subject."""

    lines: int
    taken: int
    repeated: int
    refused: int


class PartLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the answer: first the bulk, then each line that was not taken, then the counts.

    `status` is `begun` with `id`, `repeated` for a subject that is there with the same words,
    `refused` with `code`, `errors` and `try_again` where nothing is wrong with the line itself, and
    last `ended` with `counts`. `line` counts from 1.
    """

    status: str
    line: int | None = None
    id: str | None = None
    code: str | None = None
    errors: list[LineError] | None = None
    try_again: bool = False
    counts: PartCounts | None = None


class RecordLine(Protocol):
    """Writes a refused line down."""

    def __call__(self, line: Line, *, error: TutelaError) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Lines of a decision about many as a door hands them in: whose, under which name."""

    caller: Caller
    key: str
    lines: Iterator[Line]
    record_line: RecordLine


@dataclass(frozen=True, slots=True)
class _Opened:
    id: UUID
    template: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: Line
    subject_key: bytes
    account_key: bytes | None
    digest: bytes
    country: str | None
    account_created_on: date | None
    possible_minor: bool
    sealed: Sealed


@dataclass(slots=True)
class _Tally:
    lines: int = 0
    taken: int = 0
    repeated: int = 0
    refused: int = 0


async def take_part(room: BulkRoom, *, part: Part) -> AsyncIterator[PartLine]:
    """Which bulk it is, each line that was not taken, and the counts.

    Raises, before anything is answered: NotJson and Unfit for a first line that can't be taken,
    KeyReused for a head that is another, DatabaseUnavailable.
    """
    opened, lines = await _open(room, part=part)
    yield PartLine(status="begun", id=str(opened.id))
    tally = _Tally()
    while stride := list(islice(lines, STRIDE_LINES)):
        for outcome in await _take(room, part=part, opened=opened, stride=stride, tally=tally):
            yield outcome
    counts = PartCounts(
        lines=tally.lines, taken=tally.taken, repeated=tally.repeated, refused=tally.refused
    )
    yield PartLine(status="ended", counts=counts)


async def _open(room: BulkRoom, *, part: Part) -> tuple[_Opened, Iterator[Line]]:
    first = next(part.lines, None)
    if first is None:
        raise Unfit("The part holds no line.", errors=[FieldError("", "no lines")])
    try:
        head = read_first_line(_bounded(first))
    except TutelaError:
        opened = await _known(room, part=part, head=None)
        if opened is None:
            raise
        return opened, chain([first], part.lines)
    opened = await _known(room, part=part, head=head)
    if head is not None:
        return opened or await _new(room, part=part, head=head), part.lines
    if opened is None:
        raise Unfit(
            "The first part begins with what all subjects share.",
            errors=[FieldError("/bulk", "missing in the first line")],
        )
    return opened, chain([first], part.lines)


async def _known(room: BulkRoom, *, part: Part, head: HeadRead | None) -> _Opened | None:
    tenant, service = part.caller.tenant, part.caller.service
    async with tenant_transaction(room.pool, tenant=tenant) as connection:
        cursor = await connection.execute(
            _sql.bulk_of_key, {"tenant": tenant, "service": service, "key": part.key}
        )
        row = await cursor.fetchone()
    if row is None:
        return None
    bulk_id, mark, _, digest, sealed_key, sealed_body = row
    other_head = head is not None and _digest(room, body=head.body) != digest
    if other_head or mark != part.caller.mark:
        raise KeyReused(
            "The parts sent under this name before have another first line.",
            errors=[FieldError("/bulk", "differs from the first part's")],
        )
    body = room.keys.open(Sealed(sealed_key, sealed_body), row=bulk_id.bytes)
    return _Opened(bulk_id, template_of(head_in(body)))


async def _new(room: BulkRoom, *, part: Part, head: HeadRead) -> _Opened:
    refuse_stale(room, caller=part.caller, head=head.head)
    now = room.clock()
    bulk_id = uuid7(unix_ms=int(now.timestamp() * 1000), random=room.chance(UUID7_RANDOM_BYTES))
    sealed = room.keys.seal(head.body, row=bulk_id.bytes)
    async with tenant_transaction(room.pool, tenant=part.caller.tenant) as connection:
        station = Station(tenant=part.caller.tenant, service=part.caller.service)
        template = template_of(head.head)
        await cited(connection, station=station, decision=template, at="/bulk/terms_version")
        cursor = await connection.execute(
            _sql.add_bulk,
            {
                **named(part.caller, bulk_id=bulk_id),
                "key": part.key,
                "state": str(BulkState.UPLOADING),
                "head_digest": _digest(room, body=head.body),
                "sealed_key": sealed.key,
                "sealed_body": sealed.body,
                "by": holder(part.caller),
                "now": now,
            },
        )
        row = await cursor.fetchone()
    if row is not None:
        return _Opened(bulk_id, template)
    raced = await _known(room, part=part, head=head)
    if raced is None:
        raise DatabaseUnavailable("The part met another of the same name. Send it again.")
    return raced


async def _take(
    room: BulkRoom, *, part: Part, opened: _Opened, stride: Sequence[Line], tally: _Tally
) -> list[PartLine]:
    rows: list[_Row] = []
    outcomes: list[PartLine] = []
    for line in stride:
        try:
            rows.append(_row(room, part=part, opened=opened, line=line))
        except TutelaError as error:
            await part.record_line(line, error=error)
            outcomes.append(_refused(line, error=error))
    try:
        outcomes += await _store(room, part=part, opened=opened, rows=rows)
    except DatabaseUnavailable as error:
        outcomes += [_refused(row.line, error=error) for row in rows]
    repeated = sum(outcome.status == "repeated" for outcome in outcomes)
    tally.lines += len(stride)
    tally.repeated += repeated
    tally.refused += len(outcomes) - repeated
    tally.taken += len(stride) - len(outcomes)
    return sorted(outcomes, key=lambda outcome: outcome.line or 0)


def _row(room: BulkRoom, *, part: Part, opened: _Opened, line: Line) -> _Row:
    read = read_line(_bounded(line), template=opened.template)
    key = _key(room, caller=part.caller, subject=read.line.subject)
    account = read.line.account
    born = read.line.account_created_at
    return _Row(
        line=line,
        subject_key=key,
        account_key=None if account is None else _key(room, caller=part.caller, subject=account),
        digest=_digest(room, body=read.body),
        country=read.line.country,
        account_created_on=born and born.date(),
        possible_minor=read.line.possible_minor,
        sealed=_sealed(room, read=read, opened=opened, key=key),
    )


def row_of(bulk_id: UUID, *, key: bytes) -> bytes:
    """By what a line is sealed: its bulk and its subject."""
    return bulk_id.bytes + key


def _sealed(room: BulkRoom, *, read: LineRead, opened: _Opened, key: bytes) -> Sealed:
    return room.keys.seal(read.body, row=row_of(opened.id, key=key))


async def _store(
    room: BulkRoom, *, part: Part, opened: _Opened, rows: Sequence[_Row]
) -> list[PartLine]:
    if not rows:
        return []
    async with tenant_transaction(room.pool, tenant=part.caller.tenant) as connection:
        held = await hold(connection, caller=part.caller, bulk_id=opened.id)
        where = named(part.caller, bulk_id=opened.id)
        known = await _digests(connection, where=where, rows=rows)
        kept = await kept_from(connection, caller=part.caller)
        fresh: dict[bytes, _Row] = {}
        outcomes = []
        for row in rows:
            before = known.get(row.subject_key)
            if kept & {row.subject_key, row.account_key}:
                outcomes.append(_refused(row.line, error=conflict_of_interest()))
            elif before is None:
                known[row.subject_key] = row.digest
                fresh[row.subject_key] = row
            else:
                outcomes.append(_again(row, before=before))
        try:
            await _add(connection, where=where, fresh=list(fresh.values()), state=held.state)
        except IllegalTransition as error:
            outcomes += [_refused(row.line, error=error) for row in fresh.values()]
    return outcomes


async def _add(
    connection: Connection, *, where: dict[str, object], fresh: Sequence[_Row], state: BulkState
) -> None:
    if not fresh:
        return
    after = transition(state, event=BulkEvent.PART_TAKEN)
    await connection.execute(_sql.take_part, {**where, "state": str(after)})
    await connection.execute(_sql.add_subjects, {**where, **_columns(fresh)})


async def _digests(
    connection: Connection, *, where: dict[str, object], rows: Sequence[_Row]
) -> dict[bytes, bytes]:
    keys = [row.subject_key for row in rows]
    cursor = await connection.execute(_sql.known_subjects, {**where, "subject_keys": keys})
    return {bytes(key): bytes(digest) for key, digest in await cursor.fetchall()}


def _columns(rows: Sequence[_Row]) -> dict[str, list[Any]]:
    return {
        "subject_key": [row.subject_key for row in rows],
        "account_key": [row.account_key for row in rows],
        "digest": [row.digest for row in rows],
        "country": [row.country for row in rows],
        "account_created_on": [row.account_created_on for row in rows],
        "possible_minor": [row.possible_minor for row in rows],
        "sealed_key": [row.sealed.key for row in rows],
        "sealed_body": [row.sealed.body for row in rows],
    }


def _again(row: _Row, *, before: bytes) -> PartLine:
    if before == row.digest:
        return PartLine(line=row.line.number, status="repeated")
    error = DuplicateSubject(
        "The first line about a subject holds.",
        errors=[FieldError("/subject", "named before with other words")],
    )
    return _refused(row.line, error=error)


def _refused(line: Line, *, error: TutelaError) -> PartLine:
    errors = [LineError(each.pointer, each.message) for each in error.errors]
    return PartLine(
        line=line.number,
        status="refused",
        code=error.code,
        errors=errors or [LineError("", error.detail or error.title)],
        try_again=isinstance(error, DatabaseUnavailable),
    )


def _bounded(line: Line) -> bytes:
    if len(line.raw) > LINE_MAX_BYTES:
        raise LineTooLong(f"At most {LINE_MAX_BYTES} bytes are taken in a line.")
    return line.raw


def _key(room: BulkRoom, *, caller: Caller, subject: Subject) -> bytes:
    return subject_key(
        subject, tenant=caller.tenant, service=caller.service, digest=room.keys.subject_digest
    )


def _digest(room: BulkRoom, *, body: bytes) -> bytes:
    return room.keys.subject_digest(body)[:DIGEST_BYTES]
