"""`GET /v1/status`: everything that may be red without closing the door."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from tutela.database.pool import Pool
from tutela.domain.canonical import timestamp
from tutela.reconciliation.backlog import backlog
from tutela.reconciliation.recent import RecentWaits
from tutela.reconciliation.status import status
from tutela.reconciliation.viewing import viewer_of
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler


def show_status(pool: Pool, *, clock: Callable[[], datetime], canary_seconds_max: float) -> Handler:
    """How things stand for the caller's service; ids only for those with the right to see them."""
    recent = RecentWaits(pool, clock=clock)

    async def handle(asked: Asked) -> Answer:
        viewer, now = viewer_of(asked.caller), clock()
        standing = await status(pool, viewer=viewer, now=now, canary_seconds_max=canary_seconds_max)
        waiting = await backlog(pool, viewer=viewer, now=now)
        waited = await recent.read(viewer)
        told = msgspec.structs.replace(
            standing,
            backlog=waiting,
            waits=list(waited.waits),
            waits_at=None if waited.at is None else timestamp(waited.at),
        )
        return answer(told)

    return handle
