"""Searches that wait for a worker: each is one worker's at a time, and is lost by none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.errors import DatabaseUnavailable
from tutela.database.pool import Connection, every_tenant_transaction, tenant_transaction
from tutela.domain.networks import NetworkRunEvent, NetworkRunState
from tutela.domain.states import transition
from tutela.domain.vocabulary import Mark
from tutela.errors import TutelaError
from tutela.networks.stored.asking import SeedsFrom
from tutela.networks.stored.room import Act, NetworkRoom, write

#: A worker that is silent for so long has lost its search.
LEASE: Final = timedelta(seconds=30)
RENEW_SECONDS: Final = 5.0
#: Workers that a search may lose before it is given up.
TRIES_MAX: Final = 3
#: After a fault, the next worker waits for so long, times how often it was tried.
PAUSE: Final = timedelta(seconds=10)
#: Why a search failed that nobody can name.
FAULT: Final = "fault"
LOST: Final = "lost"
_STATES: Final = {
    "asked": str(NetworkRunState.ASKED),
    "running": str(NetworkRunState.RUNNING),
}
_NO_LIMIT: Final = None

_sql = queries.load("tutela.networks.stored", file="runs.sql")
_log = structlog.get_logger(__name__)


class RunTaken(TutelaError):
    """Another worker has the search by now."""

    code = "run_taken"
    title = "Another worker has the search"
    status = 409


@dataclass(slots=True, kw_only=True)
class Claim:
    """A search that this worker has, for as long as it renews its lease."""

    whose: Whose
    id: UUID
    lease: UUID
    seeds_from: SeedsFrom
    category: str | None
    leads_max: int
    random_seed: int
    tries: int
    #: What it does now, told with the next renewal.
    stage: str = "reading"

    def reach(self, stage: str) -> None:
        """It does that now."""
        self.stage = stage

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries take."""
        return {**self.whose.columns, "run_id": self.id, "lease": self.lease}


async def is_due(room: NetworkRoom) -> bool:
    """Whether a search waits for a worker, or has lost its own."""
    async with every_tenant_transaction(room.pool) as connection:
        cursor = await connection.execute(_sql.runs_due, {**_STATES, "now": room.clock()})
        ((due,),) = await cursor.fetchall()
    return bool(due)


async def settle_lost(room: NetworkRoom) -> None:
    """Searches whose worker is gone wait for another one, or are given up."""
    async with every_tenant_transaction(room.pool) as connection:
        cursor = await connection.execute(_sql.lost_runs, {**_STATES, "now": room.clock()})
        for tenant, service, mark, run_id, tries in await cursor.fetchall():
            whose = Whose(tenant=tenant, service=service, mark=Mark(mark))
            await _let_go(connection, room=room, whose=whose, run_id=run_id, tried=(tries, LOST))


async def claim_run(room: NetworkRoom, *, run_id: UUID | None = None) -> Claim | None:
    """The search that waits longest, or the named one; None where none is due."""
    now = room.clock()
    (lease,) = room.new_ids(1, at=now)
    named = {**_STATES, "id": run_id, "now": now, "lease": lease, "leased_until": now + LEASE}
    async with every_tenant_transaction(room.pool) as connection:
        row = await (await connection.execute(_sql.claim_run, named)).fetchone()
    if row is None:
        return None
    tenant, service, mark, found_id, seeds_from, category, leads_max, random_seed, tries = row
    return Claim(
        whose=Whose(tenant=tenant, service=service, mark=Mark(mark)),
        id=found_id,
        lease=lease,
        seeds_from=SeedsFrom(seeds_from),
        category=category,
        leads_max=leads_max,
        random_seed=random_seed,
        tries=tries,
    )


async def give_up(room: NetworkRoom, *, claim: Claim, why: str) -> None:
    """The search can't be done, for a reason that has a code."""
    async with held(room, claim=claim) as connection:
        await _fail(connection, room=room, whose=claim.whose, run_id=claim.id, why=why)


async def put_back(room: NetworkRoom, *, claim: Claim) -> None:
    """Another worker tries after a pause; a search that was tried too often fails."""
    async with held(room, claim=claim) as connection:
        tried = (claim.tries, FAULT)
        await _let_go(connection, room=room, whose=claim.whose, run_id=claim.id, tried=tried)


async def _let_go(
    connection: Connection,
    *,
    room: NetworkRoom,
    whose: Whose,
    run_id: UUID,
    tried: tuple[int, str],
) -> None:
    """The search waits for another worker; one that was tried too often fails."""
    tries, why = tried
    if tries >= TRIES_MAX:
        await _fail(connection, room=room, whose=whose, run_id=run_id, why=why)
        return
    state = transition(NetworkRunState.RUNNING, event=NetworkRunEvent.LOST)
    due_at = room.clock() + (PAUSE * tries if why == FAULT else timedelta())
    named = {**whose.columns, "run_id": run_id, "state": str(state), "due_at": due_at}
    await connection.execute(_sql.put_back_run, named)


async def _fail(
    connection: Connection, *, room: NetworkRoom, whose: Whose, run_id: UUID, why: str
) -> None:
    state = transition(NetworkRunState.RUNNING, event=NetworkRunEvent.GIVEN_UP)
    now = room.clock()
    named = {**whose.columns, "run_id": run_id, "state": str(state), "now": now}
    await connection.execute(_sql.end_run, {**named, "found": None, "why": why})
    projection = {"run": str(run_id), "state": str(state), "why": why}
    act = Act(event="failed", at=now, person=None, subject=run_id, projection=projection)
    await write(connection, room=room, whose=whose, act=act)


@asynccontextmanager
async def held(room: NetworkRoom, *, claim: Claim) -> AsyncIterator[Connection]:
    """A transaction in which nobody else has the search; RunTaken where somebody has it by now."""
    async with tenant_transaction(
        room.pool, tenant=claim.whose.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        row = await (await connection.execute(_sql.hold_run, claim.columns)).fetchone()
        if row is None:
            raise RunTaken("Its lease was over.")
        yield connection


@asynccontextmanager
async def leased(room: NetworkRoom, *, claim: Claim) -> AsyncIterator[None]:
    """Renews the lease for as long as the block lasts."""
    renewing = asyncio.create_task(_renew(room, claim=claim))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def _renew(room: NetworkRoom, *, claim: Claim) -> None:
    while True:
        now = room.clock()
        named = {**claim.columns, "leased_until": now + LEASE, "stage": claim.stage}
        try:
            async with tenant_transaction(room.pool, tenant=claim.whose.tenant) as connection:
                await connection.execute(_sql.renew_run, named)
        except DatabaseUnavailable as error:
            _log.warning("network_lease_not_renewed", run=str(claim.id), code=error.code)
        await asyncio.sleep(RENEW_SECONDS)
