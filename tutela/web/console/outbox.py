"""Messages to the platform that were given up: why, since when, and sending them again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tutela.access.roles import Right
from tutela.database.pool import Pool
from tutela.decisions.dead_letters import UnknownMessage, dead_letters, revive, revive_all
from tutela.decisions.endpoints import Station
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit

SHOWN_MAX: Final = 200
#: What the form says that means every message of the service.
ALL: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRoom:
    """What the screen of messages stands on."""

    pool: Pool
    clock: Callable[[], datetime]


def outbox_screens(room: OutboxRoom) -> Sequence[Screen]:
    """The messages that were given up, and the button that sends them again."""

    async def show(visit: Visit) -> Answer:
        found = await dead_letters(room.pool, station=_station(visit), limit=SHOWN_MAX + 1)
        return page(
            visit,
            template="outbox.html",
            letters=found[:SHOWN_MAX],
            are_more=len(found) > SHOWN_MAX,
            revived=visit.query.get("revived", ""),
        )

    async def send_again(visit: Visit) -> Answer:
        station, named = _station(visit), visit.form.text("message")
        if named == ALL:
            count = await revive_all(room.pool, station=station, now=room.clock())
        else:
            message_id = _id(named)
            await revive(room.pool, station=station, message_id=message_id, now=room.clock())
            count = 1
        return moved(f"/console/{visit.service}/outbox?revived={count}")

    return (
        Screen("GET", "/console/{service}/outbox", Right.SEE_STATUS_IDS, show),
        Screen("POST", "/console/{service}/outbox", Right.REVIVE_MESSAGES, send_again),
    )


def _station(visit: Visit) -> Station:
    return Station(tenant=visit.caller.tenant, service=visit.service)


def _id(named: str) -> UUID:
    try:
        return UUID(named)
    except ValueError as error:
        raise UnknownMessage("There is no such message on this service.") from error
