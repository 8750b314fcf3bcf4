"""Takes back what a decision about many decided, so many at a time, wherever it was cut off."""

from tutela.database import queries
from tutela.database.pool import Connection
from tutela.decisions.bulk.moving import Moving
from tutela.decisions.bulk.room import BulkRoom
from tutela.decisions.later import Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.undoing import Undoing, undo
from tutela.domain.bulk import BulkSubjectEvent, BulkSubjectState
from tutela.domain.states import transition

_sql = queries.load("tutela.decisions.bulk", file="bulk.sql")


async def take_back(connection: Connection, *, room: BulkRoom, moving: Moving) -> int:
    """How many decisions were undone now; one that somebody undid by itself counts as undone."""
    cursor = await connection.execute(
        _sql.decided_subjects, {**moving.where, "most": moving.most}, binary=True
    )
    decided = await cursor.fetchall()
    if not decided:
        return 0
    caller = moving.caller
    undoing = Undoing(
        scope=Scope(tenant=caller.tenant, service=caller.service, mark=caller.mark),
        decision_ids=[decision_id for _, decision_id in decided],
        reason=moving.reason,
        by=moving.undone_by,
    )
    mint = Mint(at=room.clock(), chance=room.chance)
    await undo(connection, undoing=undoing, mint=mint, keys=room.keys)
    state = transition(BulkSubjectState.DECIDED, event=BulkSubjectEvent.REVERSED)
    undone = {"subject_keys": [bytes(key) for key, _ in decided], "subject_state": str(state)}
    await connection.execute(_sql.mark_undone, {**moving.where, **undone})
    return len(decided)
