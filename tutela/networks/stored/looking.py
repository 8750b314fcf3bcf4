"""Who looked at which leads is written down, in the transaction in which they are read."""

from collections.abc import Sequence
from uuid import UUID

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.canonical import timestamp
from tutela.networks.stored.room import NetworkRoom
from tutela.networks.stored.views import NetworkLead, NetworkLook

_sql = queries.load("tutela.networks.stored", file="leads.sql")


async def note_look(
    connection: Connection,
    *,
    room: NetworkRoom,
    caller: Caller,
    of: tuple[UUID, UUID | None],
    leads: Sequence[NetworkLead],
) -> None:
    """Writes that the caller was shown the leads `of` a search, or of one of its cases."""
    run_id, case_id = of
    now = room.clock()
    row = {
        "id": room.new_ids(1, at=now)[0],
        "run_id": run_id,
        "case_id": case_id,
        "seen_by": caller.person or caller.name,
        "role": str(caller.role),
        "now": now,
        "leads": [UUID(each.id) for each in leads],
        "whole": sum(not each.masked for each in leads),
    }
    await connection.execute(_sql.keep_look, {**Whose.of(caller).columns, **row})


async def read_looks(
    connection: Connection, *, caller: Caller, run_id: UUID, limit: int, after: UUID | None
) -> list[NetworkLook]:
    """Who looked at leads of a search, the newest first, after one look."""
    wanted = {"run_id": run_id, "limit": limit, "after": after}
    cursor = await connection.execute(_sql.show_looks, {**Whose.of(caller).columns, **wanted})
    return [
        NetworkLook(
            id=str(look_id),
            at=timestamp(at),
            by=seen_by,
            role=role,
            case_id=None if case_id is None else str(case_id),
            leads=leads,
            whole=whole,
        )
        for look_id, case_id, seen_by, role, at, leads, whole in await cursor.fetchall()
    ]
