"""`POST /v1/declarations`: what the platform says it sent."""

from collections.abc import Callable
from datetime import datetime

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
from tutela.intake.declarations import Declaring, declare, read_declaration
from tutela.intake.door import usable_key
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler


def create_declaration(
    pool: Pool, *, keys: KeySet, clock: Callable[[], datetime], chance: Callable[[int], bytes]
) -> Handler:
    """201 with what has come in so far; 200 for a key that was used for the same before."""

    async def handle(asked: Asked) -> Answer:
        now = clock()
        declaring = Declaring(
            caller=asked.caller,
            declaration=read_declaration(asked.body, now=now),
            key=usable_key(idempotency_key(asked)),
        )
        declared, fresh = await declare(
            pool, declaring=declaring, keys=keys, now=now, chance=chance
        )
        return answer(declared, status=201 if fresh else 200)

    return handle
