"""The calls by which admins keep the staff, and others see it."""

from tutela.access.roles import Right
from tutela.staff.room import StaffRoom
from tutela.web.api import people
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms

_SEE = Terms(right=Right.SEE_PEOPLE, takes=None)
_SEE_PAGE = Terms(right=Right.SEE_PEOPLE, takes=None, queries=frozenset({"limit", "after"}))
#: What is said of a person is not for those who read refused calls.
_CHANGE = Terms(right=Right.CHANGE_PEOPLE, keeps_refused=False)
_ALL = "/v1/people"
_ONE = "/v1/people/changes/{change_id}"


def people_calls(rooms: Rooms) -> list[Call]:
    """The staff, what waits for another admin, and what was done."""
    room = StaffRoom(pool=rooms.pool, keys=rooms.keys, clock=rooms.clock, chance=rooms.chance)
    return [
        Call("GET", _ALL, _SEE, people.show_people(room)),
        Call("GET", f"{_ALL}/acts", _SEE_PAGE, people.show_acts(room)),
        Call("POST", f"{_ALL}/changes", _CHANGE, people.propose(room)),
        Call("POST", f"{_ONE}/agree", _CHANGE, people.agree(room)),
        Call("POST", f"{_ONE}/refuse", _CHANGE, people.refuse(room)),
        Call("POST", f"{_ALL}/shut-out", _CHANGE, people.shut_out(room)),
        Call("POST", f"{_ALL}/log-out", _CHANGE, people.log_out(room)),
    ]
