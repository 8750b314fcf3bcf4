"""A decision about many that has something to do, held for one transaction by one process."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tutela.access.keys import Sealed
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.decisions.bulk.reading import head_in, template_of
from tutela.decisions.bulk.room import BulkRoom
from tutela.decisions.endpoints import Station
from tutela.decisions.readers import Readers
from tutela.decisions.terms import cited_before
from tutela.domain.bulk import BulkState
from tutela.domain.decision import Decision
from tutela.domain.statement import RegisteredTerms
from tutela.domain.vocabulary import Mark, Role
from tutela.review.queue import held_by

#: Subjects that are decided or taken back in one transaction.
CHUNK_SUBJECTS: Final = 1_000
#: How long one transaction of a chunk may take.
CHUNK_SECONDS: Final = 60.0

_sql = queries.load("tutela.decisions.bulk", file="bulk.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A bulk that has something to do, on behalf of whoever sent it."""

    id: UUID
    caller: Caller
    template: Decision
    readers: Readers
    #: The terms that the template cites, where the service has registered any.
    terms: RegisteredTerms | None
    rate_per_second: int | None
    state: BulkState
    #: Why and by whom it is taken back; empty where it is not.
    reason: str
    undone_by: str
    where: dict[str, Any]

    @property
    def most(self) -> int:
        """How many subjects are taken at once: no more than a second's."""
        return min(CHUNK_SUBJECTS, self.rate_per_second or CHUNK_SUBJECTS)


async def hold_moving(
    connection: Connection, *, room: BulkRoom, where: dict[str, Any]
) -> Moving | None:
    """What has something to do now, locked; None where another process has it or it stopped."""
    cursor = await connection.execute(_sql.hold_moving, where)
    row = await cursor.fetchone()
    if row is None:
        return None
    mark, created_by, rate_per_second, undone_by, *sealed, log_id = row
    undo_key, undo_body, sealed_key, sealed_body = sealed
    body = room.keys.open(Sealed(sealed_key, sealed_body), row=where["bulk_id"].bytes)
    token_id, person = held_by(created_by)
    caller = Caller(
        token_id=token_id,
        tenant=where["tenant"],
        service=where["service"],
        name="bulk",
        role=Role.LEAD,
        channels=(),
        mark=Mark(mark),
        log_id=log_id,
        person=person,
    )
    template = template_of(head_in(body))
    station = Station(tenant=caller.tenant, service=caller.service)
    return Moving(
        id=where["bulk_id"],
        caller=caller,
        template=template,
        terms=await cited_before(connection, station=station, decision=template),
        readers=Readers(default_language=room.language),
        rate_per_second=rate_per_second,
        state=BulkState(where["state"]),
        reason=_reason(room, bulk_id=where["bulk_id"], key=undo_key, body=undo_body),
        undone_by=undone_by or "",
        where={**where, "mark": mark},
    )


def _reason(room: BulkRoom, *, bulk_id: UUID, key: bytes | None, body: bytes | None) -> str:
    if key is None or body is None:
        return ""
    return room.keys.open(Sealed(key, body), row=bulk_id.bytes).decode()
