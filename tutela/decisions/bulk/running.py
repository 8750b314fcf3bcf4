"""Decides the subjects of what is running, so many in a transaction, wherever it was cut off."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection, every_tenant_transaction, tenant_transaction
from tutela.database.statistics import count_what_grew
from tutela.decisions import rows
from tutela.decisions.bulk.handing_over import hand_over
from tutela.decisions.bulk.moving import CHUNK_SECONDS, Moving, hold_moving
from tutela.decisions.bulk.reading import BulkLine, decision_of, line_in
from tutela.decisions.bulk.room import BulkRoom
from tutela.decisions.bulk.taking_back import take_back
from tutela.decisions.bulk.uploading import row_of
from tutela.decisions.instructions import instructions
from tutela.decisions.preparation import BulkDecided, Mint, PreparedDecision, Ruling, prepare
from tutela.decisions.readers import Readers
from tutela.decisions.revisions import advance
from tutela.decisions.rows import Complete
from tutela.domain.bulk import BulkEvent, BulkState, BulkSubjectEvent, BulkSubjectState
from tutela.domain.decision import Recipient
from tutela.domain.states import transition
from tutela.errors import TutelaError

_ENDS: Final = {
    BulkState.RUNNING: BulkEvent.FINISHED,
    BulkState.UNDOING: BulkEvent.ALL_UNDONE,
}

_sql = queries.load("tutela.decisions.bulk", file="bulk.sql")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    key: bytes
    sealed: Sealed
    why: str | None
    #: In which the platform says that the holder of the account is told.
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    key: bytes
    event: BulkSubjectEvent
    decision_id: UUID | None = None
    why: str | None = None

    @property
    def state(self) -> BulkSubjectState:
        return transition(BulkSubjectState.PENDING, event=self.event)


async def run_due(room: BulkRoom) -> int:
    """How many subjects were settled or taken back, once nothing more is due."""
    done = 0
    while moved := await run_round(room):
        done += moved
    return done


async def run_round(room: BulkRoom) -> int:
    """How many subjects were settled or taken back in one transaction of each that is due."""
    async with every_tenant_transaction(room.pool) as connection:
        cursor = await connection.execute(_sql.moving, {"now": room.clock()})
        due = await cursor.fetchall()
    moved = 0
    for tenant, service, bulk_id, state in due:
        where = {"tenant": tenant, "service": service, "bulk_id": bulk_id, "state": state}
        moved += await _run(room, where=where)
    return moved


async def _run(room: BulkRoom, *, where: dict[str, Any]) -> int:
    now = room.clock()
    act = _decide if where["state"] == BulkState.RUNNING else take_back
    async with tenant_transaction(
        room.pool, tenant=where["tenant"], limit_seconds=CHUNK_SECONDS
    ) as connection:
        moving = await hold_moving(connection, room=room, where={**where, "now": now})
        if moving is None:
            return 0
        count = await act(connection, room=room, moving=moving)
        if moving.rate_per_second is not None:
            pause = timedelta(seconds=count / moving.rate_per_second)
            await connection.execute(_sql.put_off, {**moving.where, "next_at": now + pause})
    if count:
        await count_what_grew(room.pool)
        return count
    return await _finish(room, moving=moving)


async def _decide(connection: Connection, *, room: BulkRoom, moving: Moving) -> int:
    subjects = await _pending(connection, moving=moving)
    if not subjects:
        return 0
    mint = Mint(at=room.clock(), chance=room.chance)
    prepared, settled = await asyncio.to_thread(
        _prepare_all, subjects, moving=moving, mint=mint, keys=room.keys
    )
    if prepared:
        await _write(connection, prepared=prepared, mint=mint, keys=room.keys)
    await connection.execute(
        _sql.settle_subjects,
        {
            **moving.where,
            "subject_key": [each.key for each in settled],
            "state": [str(each.state) for each in settled],
            "decision_id": [each.decision_id for each in settled],
            "why": [each.why for each in settled],
        },
    )
    return len(settled)


async def _pending(connection: Connection, *, moving: Moving) -> list[_Subject]:
    cursor = await connection.execute(
        _sql.pending_subjects, {**moving.where, "most": moving.most}, binary=True
    )
    return [
        _Subject(key=bytes(key), sealed=Sealed(sealed_key, body), why=why, language=language)
        for key, sealed_key, body, why, language in await cursor.fetchall()
    ]


def _prepare_all(
    subjects: Sequence[_Subject], *, moving: Moving, mint: Mint, keys: KeySet
) -> tuple[list[PreparedDecision], list[_Settled]]:
    prepared: list[PreparedDecision] = []
    settled: list[_Settled] = []
    decision_ids = mint.ids(len(subjects))
    for subject, decision_id in zip(subjects, decision_ids, strict=True):
        if subject.why is not None:
            event = BulkSubjectEvent.TAKEN_OUT
            settled.append(_Settled(key=subject.key, event=event, why=subject.why))
            continue
        try:
            ruling = _ruling(subject, moving=moving, decision_id=decision_id, keys=keys)
            prepared.append(prepare(ruling, mint=mint, keys=keys))
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are decided
            _log.exception("bulk_subject_failed", bulk=str(moving.id))
            settled.append(_failed(subject, error=error))
        else:
            event = BulkSubjectEvent.DECIDED
            settled.append(_Settled(key=subject.key, event=event, decision_id=decision_id))
    return prepared, settled


def _ruling(subject: _Subject, *, moving: Moving, decision_id: UUID, keys: KeySet) -> Ruling:
    line = line_in(keys.open(subject.sealed, row=row_of(moving.id, key=subject.key)))
    return Ruling(
        id=decision_id,
        caller=moving.caller,
        read=decision_of(line, template=moving.template),
        matter=BulkDecided(id=moving.id, subject_key=subject.key),
        readers=_readers(subject, line=line, moving=moving),
        terms=moving.terms,
    )


def _readers(subject: _Subject, *, line: BulkLine, moving: Moving) -> Readers:
    account = line.account
    if subject.language is None or account is None or account.id is None:
        return moving.readers
    return replace(moving.readers, known={account.id: Recipient(language=subject.language)})


def _failed(subject: _Subject, *, error: Exception) -> _Settled:
    why = error.code if isinstance(error, TutelaError) else "fault"
    return _Settled(key=subject.key, event=BulkSubjectEvent.FAILED, why=why)


async def _write(
    connection: Connection, *, prepared: Sequence[PreparedDecision], mint: Mint, keys: KeySet
) -> None:
    caller = prepared[0].ruling.caller
    revisions = await advance(
        connection,
        tenant=caller.tenant,
        service=caller.service,
        subject_keys=[each.subject_key for one in prepared for each in one.measures],
    )
    complete = await asyncio.to_thread(
        lambda: [
            Complete(prepared=each, messages=instructions(each, revisions=revisions))
            for each in prepared
        ]
    )
    await rows.write(connection, complete=complete, mint=mint, keys=keys)


async def _finish(room: BulkRoom, *, moving: Moving) -> int:
    """Hands over what was taken out; ended once nothing of that is left."""
    if handed := await hand_over(room, moving=moving):
        return handed
    state = transition(moving.state, event=_ENDS[moving.state])
    now = room.clock()
    async with tenant_transaction(room.pool, tenant=moving.caller.tenant) as connection:
        held = await connection.execute(_sql.hold_moving, {**moving.where, "now": now})
        if await held.fetchone() is not None:
            ended = {"state": str(state), "ended_at": now}
            await connection.execute(_sql.move, {**moving.where, **ended})
    return 0
