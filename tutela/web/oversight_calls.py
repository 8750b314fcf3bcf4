"""The calls that say who may look where, and by which people look after that."""

from tutela.access.roles import Right
from tutela.web.api import oversight
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms

_SEE_NEEDS = Terms(right=Right.SET_NEED_TO_KNOW, takes=None)
_SET_NEED = Terms(right=Right.SET_NEED_TO_KNOW)


def oversight_calls(rooms: Rooms) -> list[Call]:
    """Need to know, break-glass, and the log of views."""
    room = rooms.overseeing
    return [
        Call("GET", "/v1/needs", _SEE_NEEDS, oversight.show_needs(room)),
        Call("POST", "/v1/needs", _SET_NEED, oversight.set_need(room)),
    ]
