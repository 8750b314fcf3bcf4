"""Questions about lists that nobody answered in time lapse by themselves."""

from typing import Final

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import every_tenant_transaction, tenant_transaction
from tutela.detection.lists.governing.acts import Act, write
from tutela.detection.lists.room import ListRoom
from tutela.domain.list_proposals import ListProposalEvent, ListProposalState
from tutela.domain.states import transition

_LAPSED: Final = transition(ListProposalState.PROPOSED, event=ListProposalEvent.LAPSED)

_sql = queries.load("tutela.detection.lists.governing", file="proposals.sql")


async def settle_all(room: ListRoom) -> int:
    """How many lapsed now, over all services; for a worker's loop."""
    now = room.clock()
    async with every_tenant_transaction(room.pool) as connection:
        rows = await (await connection.execute(_sql.due, {"now": now})).fetchall()
    settled = 0
    for tenant, service, proposal_id, name, change in rows:
        whose = Whose(tenant=tenant, service=service)
        told = {"proposal": str(proposal_id), "list": name, "change": change}
        act = Act(
            event=str(ListProposalEvent.LAPSED),
            subject=proposal_id,
            at=now,
            person=None,
            projection={**told, "state": str(_LAPSED)},
        )
        wanted = {**whose.columns, "id": proposal_id, "state": str(_LAPSED), "now": now}
        async with tenant_transaction(room.pool, tenant=tenant) as connection:
            if await (await connection.execute(_sql.lapse, wanted)).fetchone() is None:
                continue
            await write(connection, room=room, whose=whose, act=act)
        settled += 1
    return settled
