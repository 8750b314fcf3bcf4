"""`/v1/outbox`: messages to the platform that were given up, and sending them again."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from tutela.database.pool import Pool
from tutela.decisions.dead_letters import (
    DeadLetter,
    UnknownMessage,
    dead_letters,
    revive,
    revive_all,
)
from tutela.decisions.endpoints import Station
from tutela.web.answer import Answer, answer
from tutela.web.api.cases import refuse_said
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none


class DeadLetters(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the messages that were given up, in their order."""

    dead_letters: list[DeadLetter]
    next: str | None


class Revived(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages are sent again."""

    revived: int


def show_dead(pool: Pool) -> Handler:
    """200 with a page of the messages that were given up."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=())
        found = await dead_letters(
            pool, station=_station(asked), limit=page.limit + 1, after=page.after
        )
        shown = found[: page.limit]
        following = shown[-1].id if len(found) > len(shown) else None
        return answer(DeadLetters(dead_letters=shown, next=following))

    return handle


def send_one(pool: Pool, *, clock: Callable[[], datetime]) -> Handler:
    """200 once the message is due again."""

    async def handle(asked: Asked) -> Answer:
        refuse_said(asked)
        message_id = uuid_or_none(asked.path["message_id"])
        if message_id is None:
            raise UnknownMessage("There is no such message on this service.")
        await revive(pool, station=_station(asked), message_id=message_id, now=clock())
        return answer(Revived(revived=1))

    return handle


def send_all(pool: Pool, *, clock: Callable[[], datetime]) -> Handler:
    """200 once every message that was given up is due again."""

    async def handle(asked: Asked) -> Answer:
        refuse_said(asked)
        count = await revive_all(pool, station=_station(asked), now=clock())
        return answer(Revived(revived=count))

    return handle


def _station(asked: Asked) -> Station:
    return Station(tenant=asked.caller.tenant, service=asked.caller.service)
