"""What a search found is kept: leads and groups, their words sealed, whose children marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.networks import NetworkCaseState
from tutela.networks.graph import Graph
from tutela.networks.stored.room import NetworkRoom
from tutela.networks.stored.searching import Found, FoundCase, FoundLead
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
    case_ids = room.new_ids(len(found.cases), at=room.clock())[::-1]
    if found.cases:
        cases = _case_columns(found.cases, ids=case_ids, room=room)
        state = {"open": str(NetworkCaseState.OPEN)}
        await connection.execute(_sql.keep_cases, {**named, **state, **cases})
    keys = [bytes.fromhex(graph.names[lead.place].as_py()) for lead in found.leads]
    wanted = {**whose.columns, "account_keys": keys}
    cursor = await connection.execute(_edges_sql.possible_minors, wanted)
    minors = {bytes(key) for (key,) in await cursor.fetchall()}
    columns = {
        **_lead_columns(found.leads, room=room),
        **_member_columns(found, case_ids=case_ids),
        "account_keys": keys,
        "returned_of": [_key(graph, place=lead.returned_of) for lead in found.leads],
        "minors": [key in minors for key in keys],
    }
    await connection.execute(_sql.keep_leads, {**named, **columns})
    leads = sum(lead.rank is not None for lead in found.leads)
    figures = {**found.figures, "leads": leads, "cases": len(found.cases)}
    return Kept(leads=leads, cases=len(found.cases), figures=_encode(figures).decode())


def _key(graph: Graph, *, place: int | None) -> bytes | None:
    """The digest of the account at a place."""
    return None if place is None else bytes.fromhex(graph.names[place].as_py())


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


def _member_columns(found: Found, *, case_ids: Sequence[UUID]) -> dict[str, object]:
    case_of = {
        place: (case_id, member)
        for case, case_id in zip(found.cases, case_ids, strict=True)
        for place, member in case.members.items()
    }
    members = [case_of.get(lead.place) for lead in found.leads]
    return {
        "case_ids": [None if each is None else each[0] for each in members],
        "sures": [None if each is None else each[1].sure for each in members],
        "parts": [None if each is None else each[1].part for each in members],
        "looks_like": [None if each is None else each[1].role for each in members],
    }


def _case_columns(
    cases: Sequence[FoundCase], *, ids: Sequence[UUID], room: NetworkRoom
) -> dict[str, object]:
    sealed = [
        seal_words(case.why, of=case_id, keys=room.keys)
        for case, case_id in zip(cases, ids, strict=True)
    ]
    return {
        "ids": list(ids),
        "members": [len(case.members) for case in cases],
        "figures": [_encode(case.figures).decode() for case in cases],
        "sealed_keys": [each.key for each in sealed],
        "sealed_bodies": [each.body for each in sealed],
    }
