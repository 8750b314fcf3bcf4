"""A person judges a case: nothing in it, or some of its members are handed on to be decided."""

from typing import Annotated
from uuid import UUID

import msgspec

from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.networks import NetworkCaseEvent, NetworkCaseState
from tutela.domain.states import transition
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.intake.reading import refuse_if_any
from tutela.networks.stored.room import REASON_MAX, Act, NetworkRoom, unknown_case, write
from tutela.networks.stored.showing import read_case, seen_by
from tutela.networks.stored.views import NetworkCase

_sql = queries.load("tutela.networks.stored", file="leads.sql")


class NetworkCaseDismissed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/networks/cases/{case_id}/dismiss`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]


async def dismiss(
    room: NetworkRoom, *, caller: Caller, case_id: UUID, said: NetworkCaseDismissed
) -> NetworkCase:
    """The case as it stands then.

    Raises NeedsPerson, Forbidden, Unfit, UnknownNetworkCase, IllegalTransition; nothing is written
    then.
    """
    refuse_unless(caller.role, right=Right.RUN_NETWORKS)
    person = person_of(caller)
    refuse_if_any([FieldError("/reason", "blank")] if is_blank(said.reason) else [])
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        state = await hold_case(connection, caller=caller, case_id=case_id)
        after = transition(state, event=NetworkCaseEvent.DISMISSED)
        act = Act(
            event="dismissed",
            at=room.clock(),
            person=person,
            subject=case_id,
            projection={"case": str(case_id), "state": str(after)},
            reason=said.reason,
        )
        await write(connection, room=room, whose=Whose.of(caller), act=act)
        await move_case(connection, caller=caller, act=act, state=after)
        return await read_case(connection, room=room, caller=caller, case_id=case_id)


async def hold_case(connection: Connection, *, caller: Caller, case_id: UUID) -> NetworkCaseState:
    """Where the case stands, held until the transaction ends; raises UnknownNetworkCase."""
    named = {**seen_by(caller), "id": case_id}
    row = await (await connection.execute(_sql.hold_case, named)).fetchone()
    if row is None:
        raise unknown_case()
    return NetworkCaseState(row[0])


async def move_case(
    connection: Connection,
    *,
    caller: Caller,
    act: Act,
    state: NetworkCaseState,
    bulk_id: UUID | None = None,
) -> None:
    """Writes what a person made of a case, in the transaction."""
    decided = {"state": str(state), "person": act.person, "now": act.at, "bulk_id": bulk_id}
    named = {**Whose.of(caller).columns, "id": act.subject}
    await connection.execute(_sql.decide_case, {**named, **decided})
