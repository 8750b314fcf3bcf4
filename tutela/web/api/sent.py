"""`GET /v1/notices`: a sender's own notices and how each of their items stands."""

from collections.abc import Callable
from datetime import datetime

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
from tutela.domain.states import ItemState
from tutela.intake.sent import SentPageWanted, list_sent, show_sent, unknown_notice
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

NOTICE_STATES = tuple(str(state) for state in ItemState)


def show_sent_notices(pool: Pool, *, keys: KeySet, clock: Callable[[], datetime]) -> Handler:
    """200 with a page of what the caller's token sent."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=NOTICE_STATES)
        wanted = SentPageWanted(limit=page.limit, after=page.after, state=page.state)
        return answer(
            await list_sent(pool, caller=asked.caller, wanted=wanted, keys=keys, now=clock())
        )

    return handle


def show_sent_notice(pool: Pool, *, keys: KeySet, clock: Callable[[], datetime]) -> Handler:
    """200 with one notice; 404 where the caller's token did not send it."""

    async def handle(asked: Asked) -> Answer:
        notice_id = uuid_or_none(asked.path["notice_id"])
        if notice_id is None:
            raise unknown_notice()
        return answer(
            await show_sent(pool, caller=asked.caller, notice_id=notice_id, keys=keys, now=clock())
        )

    return handle
