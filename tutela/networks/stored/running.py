"""A worker's search: done within its lease, and kept in one transaction or not at all."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import structlog

from tutela.database import queries
from tutela.database.errors import DatabaseUnavailable
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.networks import NetworkRunEvent, NetworkRunState
from tutela.domain.states import transition
from tutela.errors import TutelaError
from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph
from tutela.networks.stored import queueing
from tutela.networks.stored.asking import SeedsFrom
from tutela.networks.stored.edges import EDGE, Told, graph_of, read_edges, refuse_too_large, told_of
from tutela.networks.stored.keeping import keep
from tutela.networks.stored.knowing import facts_of, read_known
from tutela.networks.stored.queueing import Claim, RunTaken
from tutela.networks.stored.room import Act, NetworkRoom, write
from tutela.networks.stored.searching import Found, Wanted, search
from tutela.networks.stored.tags import SHARED_TAG, read_tags, tag_edges

#: Seeds that decisions give, at most.
DECIDED_MAX: Final = 10_000
_NO_LIMIT: Final = None

_sql = queries.load("tutela.networks.stored", file="runs.sql")
_edges_sql = queries.load("tutela.networks.stored", file="edges.sql")
_log = structlog.get_logger(__name__)


class NoSeeds(TutelaError):
    """None of the accounts that a search begins with is on an edge that may be used."""

    code = "no_seeds"
    title = "There is no account to begin with"
    status = 409


async def work_off(room: NetworkRoom, *, run_id: UUID | None = None) -> int:
    """How many searches were taken up, once none is due; with an id that one alone."""
    await queueing.settle_lost(room)
    done = 0
    while (claim := await queueing.claim_run(room, run_id=run_id)) is not None:
        await _work(room, claim=claim)
        done += 1
    return done


async def _work(room: NetworkRoom, *, claim: Claim) -> None:
    try:
        await _try(room, claim=claim)
    except RunTaken:
        _log.warning("network_run_taken", run=str(claim.id))


async def _try(room: NetworkRoom, *, claim: Claim) -> None:
    try:
        async with queueing.leased(room, claim=claim):
            await _search(room, claim=claim)
    except (DatabaseUnavailable, RunTaken):
        raise
    except TutelaError as error:
        await queueing.give_up(room, claim=claim, why=error.code)
    except Exception:  # noqa: BLE001 - whatever it is, another worker tries, and other searches run
        _log.exception("network_run_failed", run=str(claim.id))
        await queueing.put_back(room, claim=claim)


async def _search(room: NetworkRoom, *, claim: Claim) -> None:
    async with tenant_transaction(
        room.pool, tenant=claim.whose.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        told = await told_of(connection, whose=claim.whose, room=room)
        seeds = await _seed_keys(connection, claim=claim, room=room)
        refuse_too_large(told)
        edges = await read_edges(connection, whose=claim.whose, told=told)
        uses = await read_tags(connection, whose=claim.whose)
        known = await read_known(connection, whose=claim.whose, today=room.clock().date())
    graph = await asyncio.to_thread(_graph, edges, uses=uses, told=told)
    places = _places(graph, keys=seeds)
    if not len(places):
        raise NoSeeds("None of the accounts to begin with is on an edge that may be used.")
    wanted = Wanted(
        seeds=places,
        leads_max=claim.leads_max,
        random_seed=claim.random_seed,
        tell=claim.reach,
    )
    facts = facts_of(known, names=graph.names)
    found = await asyncio.to_thread(search, graph, facts=facts, wanted=wanted)
    claim.reach("keeping")
    await _end(room, claim=claim, graph=graph, found=found)


def _graph(edges: Mapping[str, Sequence[bytes]], *, uses: Sequence[bytes], told: Told) -> Graph:
    """The graph of the edges and of shared tags; it says how many edges no basis lets us use."""
    tags = tag_edges(uses)
    graph = graph_of({**edges, SHARED_TAG: [*edges.get(SHARED_TAG, ()), tags]} if tags else edges)
    read = sum(len(part) for parts in edges.values() for part in parts) // EDGE.itemsize
    unlawful = max(0, sum(told.edges.values()) - read)
    left_out = {"no_legal_basis": unlawful} if unlawful else {}
    return replace(graph, left_out={**graph.left_out, **left_out})


async def _seed_keys(connection: Connection, *, claim: Claim, room: NetworkRoom) -> list[bytes]:
    if claim.seeds_from is SeedsFrom.NAMED:
        cursor = await connection.execute(_sql.seeds_of, claim.columns)
    else:
        asked = {"category": claim.category, "today": room.clock().date(), "limit": DECIDED_MAX}
        cursor = await connection.execute(_edges_sql.decided_accounts, {**claim.columns, **asked})
    return [bytes(key) for (key,) in await cursor.fetchall()]


def _places(graph: Graph, *, keys: Sequence[bytes]) -> Places:
    """Where the accounts stand that are in the graph, rising."""
    wanted = pa.array([key.hex() for key in keys], pa.string())
    found = pc.index_in(wanted, graph.names).drop_null()
    return np.sort(found.to_numpy().astype(np.int64))


async def _end(room: NetworkRoom, *, claim: Claim, graph: Graph, found: Found) -> None:
    state = transition(NetworkRunState.RUNNING, event=NetworkRunEvent.ENDED)
    async with queueing.held(room, claim=claim) as connection:
        kept = await keep(
            connection, room=room, whose=claim.whose, run_id=claim.id, of=(graph, found)
        )
        ended = {"state": str(state), "now": room.clock(), "found": kept.figures, "why": None}
        await connection.execute(_sql.end_run, {**claim.columns, **ended})
        act = Act(
            event="searched",
            at=room.clock(),
            person=None,
            subject=claim.id,
            projection={
                "run": str(claim.id),
                "state": str(state),
                "leads": kept.leads,
                "cases": kept.cases,
            },
        )
        await write(connection, room=room, whose=claim.whose, act=act)
