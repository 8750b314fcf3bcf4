"""Who looked at which leads is written down, in the transaction in which they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.canonical import timestamp
from tutela.networks.stored.room import NetworkRoom
from tutela.networks.stored.views import NetworkLead, NetworkLook

_sql = queries.load("tutela.networks.stored", file="leads.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Leads of a search that are shown, or of one of its cases; so many by their whole id."""

    run_id: UUID
    case_id: UUID | None
    leads: Sequence[UUID]
    whole: int

    @classmethod
    def at(
        cls, leads: Sequence[NetworkLead], *, run_id: UUID, case_id: UUID | None = None
    ) -> "Looked":
        """At leads as they are told."""
        whole = sum(not each.masked for each in leads)
        ids = [UUID(each.id) for each in leads]
        return cls(run_id=run_id, case_id=case_id, leads=ids, whole=whole)


async def note_look(
    connection: Connection, *, room: NetworkRoom, caller: Caller, looked: Looked
) -> None:
    """Writes what the caller was shown."""
    now = room.clock()
    row = {
        "id": room.new_ids(1, at=now)[0],
        "run_id": looked.run_id,
        "case_id": looked.case_id,
        "seen_by": caller.person or caller.name,
        "role": str(caller.role),
        "now": now,
        "leads": list(looked.leads),
        "whole": looked.whole,
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
