"""`/v1/decisions`: decisions that were taken, and their end."""

from uuid import UUID

from tutela.decisions.later import Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.undoing import Undoing, read_undo, undo_one, unknown_decision
from tutela.intake.door import usable_key
from tutela.review.queue import holder
from tutela.web.answer import Answer, answer
from tutela.web.api.cases import ReviewRoom
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import uuid_or_none


def undo_decision(room: ReviewRoom) -> Handler:
    """201 once the decision is undone with all that follows; 200 where its key was used before."""

    async def handle(asked: Asked) -> Answer:
        decision_id = _decision_id(asked)
        body, caller = read_undo(asked.body), asked.caller
        undone, fresh = await undo_one(
            room.pool,
            undoing=Undoing(
                scope=Scope(tenant=caller.tenant, service=caller.service, mark=caller.mark),
                decision_ids=(decision_id,),
                reason=body.reason,
                by=holder(caller),
                asker=caller.person,
            ),
            key=usable_key(body.external_id or idempotency_key(asked)),
            mint=Mint(at=room.clock(), chance=room.chance),
            keys=room.keys,
        )
        return answer(undone, status=201 if fresh else 200)

    return handle


def _decision_id(asked: Asked) -> UUID:
    decision_id = uuid_or_none(asked.path["decision_id"])
    if decision_id is None:
        raise unknown_decision()
    return decision_id
