"""`GET /v1/status`: everything that may be red without closing the door."""

from collections.abc import Callable
from datetime import datetime

from tutela.access.roles import Right, has
from tutela.database.pool import Pool
from tutela.reconciliation.status import Viewer, status
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler


def show_status(pool: Pool, *, clock: Callable[[], datetime], canary_seconds_max: float) -> Handler:
    """How things stand for the caller's service; ids only for those with the right to see them."""

    async def handle(asked: Asked) -> Answer:
        caller = asked.caller
        viewer = Viewer(
            tenant=caller.tenant,
            service=caller.service,
            with_ids=has(caller.role, right=Right.SEE_STATUS_IDS),
        )
        return answer(
            await status(pool, viewer=viewer, now=clock(), canary_seconds_max=canary_seconds_max)
        )

    return handle
