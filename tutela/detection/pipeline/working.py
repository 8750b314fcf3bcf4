"""What follows from looks is done: cases are opened, and what nobody could look at gets a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
import structlog

from tutela.access.keys import SealBroken, Sealed
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.errors import DatabaseUnavailable
from tutela.database.pool import Connection, every_tenant_transaction
from tutela.detection.pipeline.keeping import TaskKind, Told, keep, looks
from tutela.detection.pipeline.room import DetectionRoom
from tutela.detection.pipeline.seeing import see
from tutela.detection.sample.keeping import forget_events
from tutela.domain.backoff import doubled_seconds
from tutela.domain.vocabulary import Channel, Mark, Role
from tutela.errors import TutelaError

#: Tasks that one turn holds.
STRIDE = 100
FIRST_PAUSE_SECONDS = 5.0
PAUSE_SECONDS_MAX = 600.0
#: Under which name cases are opened, and by which door.
NAME: Final = "detection"

_sql = queries.load("tutela.detection.pipeline", file="detection.sql")
_decode = msgspec.json.Decoder(Told).decode
_log = structlog.get_logger(__name__)
_NO_TOKEN: Final = UUID(int=0)


class OpenCase(Protocol):
    """Takes the body of a notice; once, however often it is handed in."""

    async def __call__(self, body: bytes, *, caller: Caller) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    id: UUID
    kind: TaskKind
    caller: Caller
    tries: int
    sealed: Sealed
    expires_at: datetime


async def work_off(room: DetectionRoom, *, open_case: OpenCase) -> int:
    """How many tasks were done; what could not be done waits longer each time.

    Another look is given up at its end, a case that is to be opened never. A case that was opened
    is opened once, however often the process dies in between.
    """
    kinds = list(TaskKind) if room.panel.ready.is_set() else [TaskKind.OPEN_CASE]
    claimed = {"now": room.clock(), "limit": STRIDE, "kinds": [str(kind) for kind in kinds]}
    async with every_tenant_transaction(room.pool) as connection:
        cursor = await connection.execute(_sql.claim_tasks, claimed)
        tasks = [_task(row) for row in await cursor.fetchall()]
        ended = {
            task.id
            for task in tasks
            if task.kind is TaskKind.OPEN_CASE and await _open(task, room=room, open_case=open_case)
        }
        again = [task for task in tasks if task.kind is TaskKind.LOOK_AGAIN]
        for caller in dict.fromkeys(task.caller for task in again):
            of_caller = [task for task in again if task.caller == caller]
            ended |= await _look_again(connection, tasks=of_caller, room=room)
        for task in tasks:
            await _note(connection, task=task, now=room.clock(), is_done=task.id in ended)
    return len(ended)


async def forget_expired(room: DetectionRoom) -> None:
    """What was seen and told is forgotten once its time is over."""
    async with every_tenant_transaction(room.pool, limit_seconds=None) as connection:
        for query in (
            _sql.forget_looks,
            _sql.forget_matches,
            _sql.forget_exposures,
            _sql.forget_tasks,
        ):
            await connection.execute(query, {"now": room.clock()})
        await forget_events(connection, now=room.clock())


async def _open(task: _Task, *, room: DetectionRoom, open_case: OpenCase) -> bool:
    try:
        await open_case(room.keys.open(task.sealed, row=task.id.bytes), caller=task.caller)
    except DatabaseUnavailable:
        raise
    except TutelaError as error:
        _log.warning("case_not_opened", code=error.code, tries=task.tries)
        return False
    except Exception:  # noqa: BLE001 - one case that can't be opened holds up no other
        _log.exception("case_not_opened", tries=task.tries)
        return False
    return True


async def _look_again(
    connection: Connection, *, tasks: Sequence[_Task], room: DetectionRoom
) -> set[UUID]:
    caller, words = tasks[0].caller, {task.id: _words(task, room=room) for task in tasks}
    told = {task_id: each for task_id, each in words.items() if each is not None}
    seen = await see(
        [each.sight(caller) for each in told.values()],
        panel=room.panel,
        bases=room.bases,
        service=f"{caller.tenant}/{caller.service}",
        on=room.clock().date(),
    )
    ended = {
        task_id: found for task_id, found in zip(told, seen, strict=True) if not found.may_change
    }
    found = looks([told[each] for each in ended], seen=list(ended.values()), room=room)
    await keep(connection, caller=caller, found=found, room=room)
    return set(ended)


def _words(task: _Task, *, room: DetectionRoom) -> Told | None:
    """What is looked at again; None where the seal is broken, which holds up no other."""
    try:
        return _decode(room.keys.open(task.sealed, row=task.id.bytes))
    except SealBroken as error:
        _log.warning("look_not_repeated", code=error.code, tries=task.tries)
        return None


async def _note(connection: Connection, *, task: _Task, now: datetime, is_done: bool) -> None:
    whose = {"tenant": task.caller.tenant, "service": task.caller.service, "id": task.id}
    if is_done:
        await connection.execute(_sql.end_task, {**whose, "now": now})
        return
    pause = doubled_seconds(FIRST_PAUSE_SECONDS, times=task.tries, most_seconds=PAUSE_SECONDS_MAX)
    due_at = now + timedelta(seconds=pause)
    is_over = task.kind is TaskKind.LOOK_AGAIN and due_at >= task.expires_at
    named = {**whose, "now": now, "due_at": due_at, "given_up": is_over}
    await connection.execute(_sql.put_off_task, named)


def _task(row: Sequence[Any]) -> _Task:
    tenant, service, task_id, kind, mark, tries, key, body, expires_at, log_id = row
    caller = Caller(
        token_id=_NO_TOKEN,
        tenant=tenant,
        service=service,
        name=NAME,
        role=Role.SERVICE,
        channels=(Channel.AUTOMATED,),
        mark=Mark(mark),
        log_id=log_id,
    )
    return _Task(
        id=task_id,
        kind=TaskKind(kind),
        caller=caller,
        tries=tries,
        sealed=Sealed(key, body),
        expires_at=expires_at,
    )
