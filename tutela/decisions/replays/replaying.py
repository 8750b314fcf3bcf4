"""A replay: every item that a fault touched is brought before a reviewer, once, however often."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog
from psycopg.types.json import Jsonb

from tutela.access import services
from tutela.access.keys import KeySet
from tutela.access.services import public_caller
from tutela.database import queries
from tutela.database.errors import Deadlocked
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.decisions.replays.answers import Incident, Made, Replayed
from tutela.decisions.replays.reopening import DOOR, Reopener, Verdict, columns, verdict
from tutela.decisions.replays.requeueing import Left, Turn, requeue, said_of
from tutela.decisions.replays.showing import Seen, show_incident
from tutela.domain.states import IncidentEvent, IncidentState, transition
from tutela.domain.vocabulary import Channel
from tutela.intake.door import Intake
from tutela.ledger import facts
from tutela.ledger.facts import Happened

ITEMS_AT_ONCE = 500

Progress = Callable[[int, int], None]

_sql = queries.load("tutela.decisions.replays", file="replaying.sql")
_common_sql = queries.load("tutela.decisions.replays")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRoom:
    """What a replay stands on."""

    pool: Pool
    keys: KeySet
    intake: Intake
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    items_at_once: int = ITEMS_AT_ONCE


async def replay(
    room: ReplayRoom, *, tenant: str, incident_id: UUID, progress: Progress
) -> Incident:
    """The incident, once every item of it waits again or was found answered.

    Begun again after a crash it goes on where it was; two at once share the work. Nothing that was
    answered is changed. Raises UnknownIncident.
    """
    incident = await _shown(room, tenant=tenant, incident_id=incident_id)
    if incident.replayed_at is not None:
        return incident
    service = await services.find(room.pool, tenant=tenant, service=incident.service)
    caller = public_caller(service, name=DOOR, channel=Channel.INTERNAL)
    reopener = Reopener(intake=room.intake, keys=room.keys, caller=caller)
    named = {"tenant": tenant, "service": incident.service, "incident_id": incident_id}
    done = 0
    while True:
        turn = Turn(named=named, now=room.clock(), chance=room.chance)
        items = await _brought_back(room, turn=turn)
        if not items:
            break
        answered = [
            verdict(item, incident=incident, reopener=reopener)
            for item in items
            if item.decision_id is not None
        ]
        await _reopen(room, turn=turn, verdicts=answered, reopener=reopener)
        done += len(items)
        progress(done, incident.touched.items)
    await _finish(room, named=named)
    return await _shown(room, tenant=tenant, incident_id=incident_id)


async def _brought_back(room: ReplayRoom, *, turn: Turn) -> list[Left]:
    """Some of what is left; those of them that are open wait in their right place now."""
    while True:
        try:
            async with tenant_transaction(
                room.pool, tenant=str(turn.named["tenant"])
            ) as connection:
                items = await _left(connection, named={**turn.named, "limit": room.items_at_once})
                open_ones = [item for item in items if item.decision_id is None]
                await requeue(connection, items=open_ones, turn=turn)
                return items
        except Deadlocked:
            _log.warning("replay_step_again", incident=str(turn.named["incident_id"]))


async def _left(connection: Connection, *, named: dict[str, object]) -> list[Left]:
    rows = await (await connection.execute(_sql.claim_left, named)).fetchall()
    places = {
        **named,
        "notice_ids": [notice_id for notice_id, _ in rows],
        "ordinals": [ordinal for _, ordinal in rows],
    }
    await connection.execute(_sql.lock_cases, places)
    return [
        _item(row) for row in await (await connection.execute(_sql.items_left, places)).fetchall()
    ]


def _item(row: Sequence[Any]) -> Left:
    notice_id, ordinal, decision_id, answered_at, *rest = row
    *said, received_at, case_id, sealed_key, sealed_body = rest
    return Left(
        notice_id=notice_id,
        ordinal=ordinal,
        decision_id=decision_id,
        answered_at=answered_at,
        said=said_of(said),
        received_at=received_at,
        case_id=case_id,
        sealed=None if sealed_key is None else (sealed_key, sealed_body),
    )


async def _reopen(
    room: ReplayRoom, *, turn: Turn, verdicts: Sequence[Verdict], reopener: Reopener
) -> None:
    if not verdicts:
        return
    taken = await asyncio.gather(*(_taken(each, intake=reopener.intake) for each in verdicts))
    made = {**turn.named, **columns(verdicts, reopened_as=taken), "now": turn.now}
    tenant = str(turn.named["tenant"])
    async with tenant_transaction(room.pool, tenant=tenant) as connection:
        await connection.execute(_sql.mark_answered, made)


async def _taken(verdict: Verdict, *, intake: Intake) -> UUID | None:
    if verdict.notice is None:
        return None
    return UUID((await intake.commit(verdict.notice)).accepted.id)


async def _finish(room: ReplayRoom, *, named: dict[str, object]) -> None:
    """The leaf and the figures, where nothing is left and nobody else has written them."""
    async with tenant_transaction(
        room.pool, tenant=str(named["tenant"]), limit_seconds=None
    ) as connection:
        row = await (await connection.execute(_sql.lock_incident, named)).fetchone()
        if row is None or row[0]:
            return
        transition(IncidentState.OPENED, event=IncidentEvent.REPLAYED)
        replayed = _counted(await (await connection.execute(_sql.count_made, named)).fetchall())
        figures = msgspec.to_builtins(replayed)
        happened = Happened(
            type="incident.replayed",
            service=str(named["service"]),
            projection={"incident": str(named["incident_id"]), **figures},
            said=figures,
        )
        written = facts.write(happened, at=room.clock(), keys=room.keys, chance=room.chance)
        leaf = {**named, **written.columns, "fact_type": happened.type}
        await connection.execute(_common_sql.add_leaf, leaf)
        await connection.execute(_sql.finish_replay, {**leaf, "replayed": Jsonb(figures)})


def _counted(rows: Sequence[Sequence[Any]]) -> Replayed:
    counts = {Made(made): count for made, count, _ in rows}
    return Replayed(
        requeued=counts.get(Made.REQUEUED, 0),
        reopened=counts.get(Made.REOPENED, 0),
        stands=counts.get(Made.STANDS, 0),
        erased=counts.get(Made.ERASED, 0),
        moved=sum(moved for _, _, moved in rows),
    )


async def _shown(room: ReplayRoom, *, tenant: str, incident_id: UUID) -> Incident:
    seen = Seen(tenant=tenant)
    return await show_incident(room.pool, seen=seen, incident_id=incident_id, keys=room.keys)
