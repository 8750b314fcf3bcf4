"""Every screen of the staff in one table, and the files they need: nothing is from elsewhere."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tutela.access.sessions import Sessions
from tutela.web.calls import Rooms
from tutela.web.console.case_page import case_page_screens
from tutela.web.console.cases import case_screens
from tutela.web.console.guard import guard_screens
from tutela.web.console.guard_pages import GuardScreensRoom
from tutela.web.console.login import login_screens
from tutela.web.console.overview import OverviewRoom, overview_screens
from tutela.web.console.screen import Doors, Screen, ScreenEndpoint
from tutela.web.metrics import measure
from tutela.web.reviewing import review_room


def screens(rooms: Rooms) -> Sequence[Screen]:
    """All of them; every part of the console adds its own."""
    sessions = _sessions(rooms)
    overview = OverviewRoom(
        pool=rooms.pool, clock=rooms.clock, canary_seconds_max=rooms.canary_seconds_max
    )
    reviewing = review_room(rooms)
    return [
        *login_screens(sessions),
        *overview_screens(overview),
        *case_screens(reviewing),
        *case_page_screens(reviewing),
        *guard_screens(GuardScreensRoom(governing=rooms.governing, drifting=rooms.drifting)),
    ]


def console_routes(rooms: Rooms) -> list[BaseRoute]:
    """The screens as routes."""
    doors = Doors(sessions=_sessions(rooms), clock=rooms.clock, measure=measure)
    return [
        *(
            Route(each.path, ScreenEndpoint(each, doors=doors), methods=[each.method])
            for each in screens(rooms)
        ),
        Mount("/static", StaticFiles(packages=[("tutela.web", "static")])),
    ]


def _sessions(rooms: Rooms) -> Sessions:
    return Sessions(rooms.pool, clock=rooms.clock, chance=rooms.chance)
