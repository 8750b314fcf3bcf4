"""Edges that the platform tells of: whom they name can be named again, where that is lawful."""

from collections.abc import Mapping, Sequence
from typing import Any

from tutela.access.tokens import Caller
from tutela.database.pool import Connection
from tutela.domain.events import Visibility
from tutela.intake.channels.events import EventKind, Handle, Verdicts
from tutela.networks.stored.names import keep_names
from tutela.networks.stored.room import NetworkRoom, Whose


def kinds(room: NetworkRoom, *, edge: EventKind) -> Mapping[str, EventKind]:
    """The events that searches take note of; each goes on to whoever took it before."""
    return {"edge": EventKind(struct=edge.struct, handle=_named(edge.handle, room=room))}


def _named(before: Handle, *, room: NetworkRoom) -> Handle:
    async def edges(connection: Connection, *, caller: Caller, events: Sequence[Any]) -> Verdicts:
        verdicts = await before(connection, caller=caller, events=events)
        public = [
            each
            for each, wrong in zip(events, verdicts, strict=True)
            if wrong is None and each.visibility is Visibility.PUBLIC
        ]
        await keep_names(
            connection,
            whose=Whose.of(caller),
            account_ids=[name for each in public for name in (each.src, each.dst)],
            keys=room.keys,
            on=room.clock().date(),
        )
        return verdicts

    return edges
