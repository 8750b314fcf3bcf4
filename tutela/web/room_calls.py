"""The calls of investigation rooms."""

from tutela.access.roles import Right
from tutela.domain.investigations import InvestigationEvent
from tutela.web.api import rooms as api
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.paging import PAGE_QUERIES

_SEE_PAGE = Terms(right=Right.SEE_ROOMS, takes=None, queries=PAGE_QUERIES)
_SEE = Terms(right=Right.SEE_ROOMS, takes=None)
#: What is said in a room is not for those who read refused calls.
_RUN = Terms(right=Right.RUN_ROOMS, keeps_refused=False)
_ALL = "/v1/rooms"
_ONE = "/v1/rooms/{room_id}"


def room_calls(rooms: Rooms) -> list[Call]:
    """Rooms of the caller, and what their people say there."""
    house = rooms.investigating
    closed, reopened = InvestigationEvent.CLOSED, InvestigationEvent.REOPENED
    return [
        Call("POST", _ALL, _RUN, api.open_one(house)),
        Call("GET", _ALL, _SEE_PAGE, api.show_rooms(house)),
        Call("GET", _ONE, _SEE, api.show_one(house)),
        Call("POST", f"{_ONE}/entries", _RUN, api.write_in(house)),
        Call("POST", f"{_ONE}/search", _RUN, api.search_from(house)),
        Call("POST", f"{_ONE}/people", _RUN, api.add_person(house)),
        Call("POST", f"{_ONE}/people/remove", _RUN, api.remove_person(house)),
        Call("POST", f"{_ONE}/close", _RUN, api.end(house, event=closed)),
        Call("POST", f"{_ONE}/reopen", _RUN, api.end(house, event=reopened)),
        Call("POST", f"{_ONE}/export", _RUN, api.take_one_out(house)),
    ]
