"""The accounts of a case and the edges among them that may be used today: what is drawn of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.networks.graph import Graph, both_ways
from tutela.networks.stored.edges import graph_of
from tutela.networks.stored.lawful import usable
from tutela.networks.stored.looking import Looked, note_look
from tutela.networks.stored.room import NetworkRoom
from tutela.networks.stored.showing import seen_by
from tutela.networks.stored.tags import ACCOUNTS_MAX, SHARED_TAG, tag_edges

#: So many members are drawn, the surest first: more can't be told apart, and take long to place.
DRAWN_MAX: Final = 200

_sql = queries.load("tutela.networks.stored", file="leads.sql")
_edges_sql = queries.load("tutela.networks.stored", file="edges.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A member of a case by its lead, never by its id."""

    lead_id: UUID
    #: By what the graph names it.
    name: str
    #: None for a seed.
    rank: int | None
    #: To which of the case's groups it belongs, from 1.
    part: int
    possible_minor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGraph:
    """The members that are drawn, seeds first, and what joins them."""

    members: Sequence[Drawn]
    graph: Graph


async def case_graph(room: NetworkRoom, *, caller: Caller, case_id: UUID) -> CaseGraph:
    """The members of a case of the caller's service; nobody where there is no such case."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await _members(connection, caller=caller, case_id=case_id)
        return await _graph(connection, room=room, caller=caller, rows=rows)


async def look_at_graph(room: NetworkRoom, *, caller: Caller, case_id: UUID) -> CaseGraph:
    """As `case_graph`; that the caller looked is written down."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await _members(connection, caller=caller, case_id=case_id)
        if rows:
            ids = [row[0] for row in rows]
            looked = Looked(run_id=rows[0][-1], case_id=case_id, leads=ids, whole=0)
            await note_look(connection, room=room, caller=caller, looked=looked)
        return await _graph(connection, room=room, caller=caller, rows=rows)


async def _members(
    connection: Connection, *, caller: Caller, case_id: UUID
) -> list[tuple[Any, ...]]:
    wanted = {**seen_by(caller), "case_id": case_id, "limit": DRAWN_MAX}
    return await (await connection.execute(_sql.drawn_members, wanted)).fetchall()


async def _graph(
    connection: Connection, *, room: NetworkRoom, caller: Caller, rows: Sequence[tuple[Any, ...]]
) -> CaseGraph:
    keys = [bytes(row[1]) for row in rows]
    edges = await _edges(connection, room=room, whose=Whose.of(caller), keys=keys)
    members = [
        Drawn(lead_id=lead_id, name=bytes(key).hex(), rank=rank, part=part, possible_minor=minor)
        for lead_id, key, rank, part, minor, _ in rows
    ]
    return CaseGraph(
        members=members,
        graph=_with_all(both_ways(graph_of(edges)), names=[each.name for each in members]),
    )


async def _edges(
    connection: Connection, *, room: NetworkRoom, whose: Whose, keys: Sequence[bytes]
) -> Mapping[str, Sequence[bytes]]:
    named = {**whose.columns, "account_keys": keys, "accounts_max": ACCOUNTS_MAX}
    kinds = await (await connection.execute(_edges_sql.kinds_among, named)).fetchall()
    rows = await (await connection.execute(_edges_sql.countries_of, named)).fetchall()
    countries = sorted({country for _, country in rows})
    lawful = list(usable(kinds, countries=countries, whose=whose, room=room))
    columns = {
        "kinds": [each.kind for each in lawful],
        "visibilities": [str(each.visibility) for each in lawful],
        "countries": [each.country for each in lawful],
    }
    cursor = await connection.execute(_edges_sql.edges_among, {**named, **columns}, binary=True)
    found = {kind: [bytes(rows)] for kind, rows in await cursor.fetchall()}
    cursor = await connection.execute(_edges_sql.tags_among, named, binary=True)
    ((uses,),) = await cursor.fetchall()
    tags = b"" if uses is None else tag_edges([bytes(uses)])
    return {**found, SHARED_TAG: [*found.get(SHARED_TAG, ()), tags]} if tags else found


def _with_all(graph: Graph, *, names: Sequence[str]) -> Graph:
    """The graph with the accounts that no edge names, at the end."""
    known = set(graph.names.to_pylist())
    alone = [name for name in names if name not in known]
    size = len(known) + len(alone)
    adjacency = dict(graph.adjacency)
    for matrix in adjacency.values():
        matrix.resize((size, size))
    everyone = pa.array([*graph.names.to_pylist(), *alone], pa.string())
    return Graph(names=everyone, adjacency=adjacency)
