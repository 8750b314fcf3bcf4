"""Edges that the platform tells of: whom they name can be named again, where that is lawful."""

from collections.abc import Mapping, Sequence
from typing import Any

from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.events import Visibility
from tutela.intake.channels.events import EventKind, Handle, Verdicts
from tutela.networks.stored.lawful import Lawful, may_use
from tutela.networks.stored.names import account_key, keep_names
from tutela.networks.stored.room import NetworkRoom, Whose

_sql = queries.load("tutela.networks.stored", file="edges.sql")


def kinds(room: NetworkRoom, *, edge: EventKind) -> Mapping[str, EventKind]:
    """The events that searches take note of; each goes on to whoever took it before."""
    return {"edge": EventKind(struct=edge.struct, handle=_naming(edge.handle, room=room))}


def _naming(before: Handle, *, room: NetworkRoom) -> Handle:
    async def edges(connection: Connection, *, caller: Caller, events: Sequence[Any]) -> Verdicts:
        verdicts = await before(connection, caller=caller, events=events)
        whose = Whose.of(caller)
        told = [each for each, wrong in zip(events, verdicts, strict=True) if wrong is None]
        countries = await _countries(connection, told=told, whose=whose, room=room)
        named = [
            name
            for each in told
            if may_use(
                Lawful(kind=each.kind, visibility=each.visibility, country=countries.get(each.src)),
                whose=whose,
                room=room,
            )
            for name in (each.src, each.dst)
        ]
        today = room.clock().date()
        await keep_names(connection, whose=whose, account_ids=named, keys=room.keys, on=today)
        return verdicts

    return edges


async def _countries(
    connection: Connection, *, told: Sequence[Any], whose: Whose, room: NetworkRoom
) -> dict[str, str]:
    """Where the accounts are that did something in private: a basis may ask for it."""
    private = {each.src for each in told if each.visibility is Visibility.INTERPERSONAL}
    if not private:
        return {}
    by_key = {account_key(each, whose=whose, keys=room.keys): each for each in private}
    wanted = {**whose.columns, "account_keys": sorted(by_key)}
    cursor = await connection.execute(_sql.countries_of, wanted)
    return {by_key[bytes(key)]: country for key, country in await cursor.fetchall()}
