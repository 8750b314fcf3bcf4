"""How things stand: the first screen of everybody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tutela.access.roles import Right, has
from tutela.database.pool import Pool
from tutela.reconciliation.status import Viewer, arrivals_by_minute, status
from tutela.web.answer import Answer
from tutela.web.console.bars import bars
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Needs, Screen
from tutela.web.console.visit import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewRoom:
    """What the first screen stands on."""

    pool: Pool
    clock: Callable[[], datetime]
    canary_seconds_max: float


def overview_screens(room: OverviewRoom) -> Sequence[Screen]:
    """The way home, the first screen of a service, and the part of it that changes."""

    async def home(visit: Visit) -> Answer:
        if not visit.services:
            return page(visit, template="no_service.html")
        return moved(f"/console/{visit.services[0]}")

    async def overview(visit: Visit) -> Answer:
        return page(visit, template="overview.html", **await _shown(room, visit=visit))

    async def live(visit: Visit) -> Answer:
        return page(visit, template="live.html", **await _shown(room, visit=visit))

    return (
        Screen("GET", "/", Needs.LOGIN, home),
        Screen("GET", "/console/{service}", Right.SEE_STATUS, overview),
        Screen("GET", "/console/{service}/live", Right.SEE_STATUS, live),
    )


async def _shown(room: OverviewRoom, *, visit: Visit) -> dict[str, Any]:
    caller = visit.caller
    viewer = Viewer(
        tenant=caller.tenant,
        service=caller.service,
        with_ids=has(caller.role, right=Right.SEE_STATUS_IDS),
    )
    now, limit = room.clock(), room.canary_seconds_max
    arrivals = await arrivals_by_minute(room.pool, viewer=viewer, now=now)
    return {
        "status": await status(room.pool, viewer=viewer, now=now, canary_seconds_max=limit),
        "bars": bars(arrivals),
        "last_minute": arrivals[-1],
    }
