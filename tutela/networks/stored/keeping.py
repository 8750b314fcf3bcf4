"""What a search found is kept: leads and groups, their words sealed, whose children marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.networks import NetworkCaseState
from tutela.networks.graph import Graph
from tutela.networks.stored.room import NetworkRoom, Whose
from tutela.networks.stored.searching import Found, FoundGroup, FoundLead
from tutela.networks.stored.words import seal_words

_sql = queries.load("tutela.networks.stored", file="leads.sql")
_edges_sql = queries.load("tutela.networks.stored", file="edges.sql")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How much was kept; `figures` are JSON, and name nobody."""

    leads: int
    cases: int
    figures: str


async def keep(
    connection: Connection,
    *,
    room: NetworkRoom,
    whose: Whose,
    run_id: UUID,
    of: tuple[Graph, Found],
) -> Kept:
    """Writes the leads and groups of a search, in the transaction."""
    graph, found = of
    named = {**whose.columns, "run_id": run_id, "now": room.clock()}
    case_ids = room.new_ids(len(found.groups), at=room.clock())[::-1]
    if found.groups:
        cases = _case_columns(found.groups, ids=case_ids, room=room)
        state = {"open": str(NetworkCaseState.OPEN)}
        await connection.execute(_sql.keep_cases, {**named, **state, **cases})
    keys = [bytes.fromhex(graph.names[lead.place].as_py()) for lead in found.leads]
    wanted = {**whose.columns, "account_keys": keys}
    cursor = await connection.execute(_edges_sql.possible_minors, wanted)
    minors = {bytes(key) for (key,) in await cursor.fetchall()}
    case_of = {
        place: case_id
        for group, case_id in zip(found.groups, case_ids, strict=True)
        for place in group.members
    }
    columns = {
        **_lead_columns(found.leads, room=room),
        "case_ids": [case_of.get(lead.place) for lead in found.leads],
        "account_keys": keys,
        "minors": [key in minors for key in keys],
    }
    await connection.execute(_sql.keep_leads, {**named, **columns})
    leads = sum(lead.rank is not None for lead in found.leads)
    figures = {**found.figures, "leads": leads, "cases": len(found.groups)}
    return Kept(leads=leads, cases=len(found.groups), figures=_encode(figures).decode())


def _lead_columns(leads: Sequence[FoundLead], *, room: NetworkRoom) -> dict[str, object]:
    ids = room.new_ids(len(leads), at=room.clock())
    sealed = [
        seal_words(lead.reasons, of=lead_id, keys=room.keys)
        for lead, lead_id in zip(leads, ids, strict=True)
    ]
    return {
        "ids": ids,
        "ranks": [lead.rank for lead in leads],
        "scores": [lead.score for lead in leads],
        "sealed_keys": [each.key for each in sealed],
        "sealed_bodies": [each.body for each in sealed],
    }


def _case_columns(
    groups: Sequence[FoundGroup], *, ids: Sequence[UUID], room: NetworkRoom
) -> dict[str, object]:
    sealed = [
        seal_words(group.why, of=case_id, keys=room.keys)
        for group, case_id in zip(groups, ids, strict=True)
    ]
    return {
        "ids": list(ids),
        "members": [len(group.members) for group in groups],
        "figures": [_encode(group.figures).decode() for group in groups],
        "sealed_keys": [each.key for each in sealed],
        "sealed_bodies": [each.body for each in sealed],
    }
