"""What a masked entry says, told to one person for a reason that is written down."""

from uuid import UUID

import msgspec

from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database.pool import tenant_transaction
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.guard.governance.entries import Reason
from tutela.guard.governance.room import Act, GovernanceRoom, whose, write
from tutela.guard.governance.showing import EntryView, read_entry
from tutela.intake.reading import refuse_if_any


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/entries/{entry_id}/open`."""

    reason: Reason


async def open_entry(
    room: GovernanceRoom, *, caller: Caller, entry_id: UUID, said: Opening
) -> EntryView:
    """One entry with its value, once it is written down who opened it and why.

    Raises NeedsPerson, Forbidden, Unfit, UnknownGuardEntry; nothing is told then.
    """
    refuse_unless(caller.role, right=Right.PROPOSE_GUARD)
    person = person_of(caller)
    refuse_if_any([FieldError("/reason", "blank")] if is_blank(said.reason) else [])
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        entry = await read_entry(connection, room=room, caller=caller, entry_id=entry_id)
        act = Act(
            event="entry_opened",
            at=room.clock(),
            person=person,
            subjects=[entry_id],
            projection={"entry": str(entry_id)},
            reason=said.reason,
            moves=False,
        )
        await write(connection, room=room, listed=whose(caller), act=act)
    return entry
