"""Every screen of the staff in one table, and the files they need: nothing is from elsewhere."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Mount, Route

from tutela.access.login.entrance import Entrance
from tutela.access.login.factors import SecondFactors
from tutela.access.sent_forms import SentForms
from tutela.access.sessions import Sessions
from tutela.detection.lists.room import ListRoom
from tutela.staff.room import StaffRoom
from tutela.web.calls import Rooms
from tutela.web.console import provider
from tutela.web.console.account import account_screens
from tutela.web.console.arrival import Arrivals
from tutela.web.console.boards import Boards
from tutela.web.console.bulk import bulk_screens
from tutela.web.console.care import care_screens
from tutela.web.console.care_media import media_screens
from tutela.web.console.case_deciding import case_deciding_screens
from tutela.web.console.case_network import case_network_screens
from tutela.web.console.case_page import case_page_screens
from tutela.web.console.cases import case_screens
from tutela.web.console.files import Files
from tutela.web.console.guard import guard_screens
from tutela.web.console.guard_pages import GuardScreensRoom
from tutela.web.console.interests import interest_screens
from tutela.web.console.lists import list_screens
from tutela.web.console.login import login_screens
from tutela.web.console.network_cases import network_case_screens
from tutela.web.console.network_handing_over import handing_over_screens
from tutela.web.console.networks import network_screens
from tutela.web.console.outbox import OutboxRoom, outbox_screens
from tutela.web.console.oversight import oversight_screens
from tutela.web.console.overview import OverviewRoom, overview_screens
from tutela.web.console.people import people_screens
from tutela.web.console.provider import ProviderRoom, provider_screens
from tutela.web.console.quality import quality_screens
from tutela.web.console.rooms import room_screens
from tutela.web.console.rules import rule_screens
from tutela.web.console.screen import Doors, Screen, ScreenEndpoint, page_of, places_shown
from tutela.web.metrics import measure
from tutela.web.reading_log import ReadingLog
from tutela.web.reviewing import review_room


def screens(rooms: Rooms) -> Sequence[Screen]:
    """All of them; every part of the console adds its own."""
    entrance = _entrance(rooms)
    boards = Boards(rooms.pool, clock=rooms.clock, canary_seconds_max=rooms.canary_seconds_max)
    overview = OverviewRoom(boards=boards, sessions=_sessions(rooms), closing=rooms.closing)
    reviewing = review_room(rooms)
    return [
        *_logins(rooms, entrance=entrance),
        *account_screens(entrance),
        *overview_screens(overview),
        *outbox_screens(OutboxRoom(pool=rooms.pool, clock=rooms.clock)),
        *people_screens(_staff(rooms)),
        *case_screens(reviewing),
        *case_page_screens(reviewing),
        *case_network_screens(reviewing, networking=rooms.networking),
        *case_deciding_screens(reviewing),
        *guard_screens(GuardScreensRoom(governing=rooms.governing, drifting=rooms.drifting)),
        *list_screens(_list_room(rooms)),
        *rule_screens(rooms.detection),
        *network_screens(rooms.networking),
        *network_case_screens(rooms.networking),
        *quality_screens(rooms.looking_again),
        *interest_screens(rooms.looking_again),
        *oversight_screens(rooms.overseeing),
        *media_screens(rooms.caring),
        *room_screens(rooms.investigating),
        *bulk_screens(rooms.deciding_in_bulk),
        *handing_over_screens(rooms),
        *care_screens(rooms.caring),
    ]


def console_routes(rooms: Rooms) -> list[BaseRoute]:
    """The screens as routes."""
    doors = Doors(
        sessions=_sessions(rooms),
        forms=SentForms(rooms.pool, chance=rooms.chance),
        clock=rooms.clock,
        measure=measure,
        note_reading=ReadingLog(rooms.pool, rooms.clock).note,
        arrivals=Arrivals(proxies=rooms.proxies, public_url=rooms.public_url),
    )
    table = screens(rooms)
    shown = places_shown(table)
    return [
        *(
            Route(
                each.path,
                ScreenEndpoint(each, doors=doors, page=page_of(each, shown=shown)),
                methods=[each.method],
            )
            for each in table
        ),
        Mount("/static", Files()),
    ]


def _list_room(rooms: Rooms) -> ListRoom:
    return ListRoom(pool=rooms.pool, keys=rooms.keys, clock=rooms.clock, chance=rooms.chance)


def _sessions(rooms: Rooms) -> Sessions:
    return Sessions(rooms.pool, clock=rooms.clock, chance=rooms.chance, rules=rooms.login_rules)


def _logins(rooms: Rooms, *, entrance: Entrance) -> Sequence[Screen]:
    if rooms.provider is None:
        return login_screens(entrance)
    room = ProviderRoom(
        provider=rooms.provider,
        staff=_staff(rooms),
        entrance=entrance,
        keys=rooms.keys,
        public_url=rooms.public_url,
    )
    return [*login_screens(entrance, other_way=provider.PLACE), *provider_screens(room)]


def _staff(rooms: Rooms) -> StaffRoom:
    return StaffRoom(pool=rooms.pool, keys=rooms.keys, clock=rooms.clock, chance=rooms.chance)


def _entrance(rooms: Rooms) -> Entrance:
    pool, keys, clock = rooms.pool, rooms.keys, rooms.clock
    factors = SecondFactors(pool, keys=keys, clock=clock, chance=rooms.chance)
    sessions = _sessions(rooms)
    return Entrance(pool, keys=keys, clock=clock, sessions=sessions, factors=factors)
