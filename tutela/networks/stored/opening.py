"""One account's id is opened to a person, for a reason that stays."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec

from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.domain.text import is_blank
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import refuse_if_any
from tutela.networks.stored.looking import Looked, note_look
from tutela.networks.stored.room import REASON_MAX, Act, NetworkRoom, write
from tutela.networks.stored.showing import Reader, lead_of, learn_seeds, may_read, seen_by
from tutela.networks.stored.views import NetworkLead

_sql = queries.load("tutela.networks.stored", file="leads.sql")


class UnknownNetworkLead(TutelaError):
    """There is no such lead, or the caller may not know of it."""

    code = "unknown_network_lead"
    title = "No such lead"
    status = 404


class NetworkLeadOpened(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/networks/leads/{lead_id}/open`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Who wants to read whose id, and why."""

    caller: Caller
    lead_id: UUID
    said: NetworkLeadOpened


async def open_lead(room: NetworkRoom, *, opening: Opening) -> NetworkLead:
    """The lead with its whole id; that it was opened, by whom and why is written down.

    Raises Unfit, UnknownNetworkLead, Forbidden: a possible minor's only a specialist opens.
    """
    caller, lead_id = opening.caller, opening.lead_id
    refuse_if_any([FieldError("/reason", "blank")] if is_blank(opening.said.reason) else [])
    whose = Whose.of(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.one_lead, {**seen_by(caller), "id": lead_id})
        row = await cursor.fetchone()
        if row is None:
            raise unknown_lead()
        run_id, case_id, minor = row[0], row[2], row[9]
        if not may_read(caller, possible_minor=minor):
            raise Forbidden("This id is opened by whoever may search, a child's by a specialist.")
        reader = Reader(caller=caller, room=room)
        await learn_seeds(connection, reader=reader, run_id=run_id)
        lead = lead_of(row[1:], reader=reader)
        looked = Looked.at([lead], run_id=run_id, case_id=case_id)
        await note_look(connection, room=room, caller=caller, looked=looked)
        act = Act(
            event="opened",
            at=room.clock(),
            person=caller.person or caller.name,
            subject=case_id or run_id,
            projection={"run": str(run_id), "lead": str(lead_id), "possible_minor": minor},
            reason=opening.said.reason,
        )
        await write(connection, room=room, whose=whose, act=act)
    return lead


def unknown_lead() -> UnknownNetworkLead:
    """The error for an id that is none of the caller's service."""
    return UnknownNetworkLead("This service has no such lead of a network.")
