"""The calls that say who may look where, and by which people look after that."""

from tutela.access.roles import Right
from tutela.web.api import oversight
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.paging import PAGE_QUERIES

_SEE_NEEDS = Terms(right=Right.SET_NEED_TO_KNOW, takes=None)
_SET_NEED = Terms(right=Right.SET_NEED_TO_KNOW)
_BREAK = Terms(right=Right.BREAK_GLASS, keeps_refused=False)
_SEE_OPENED = Terms(right=Right.BREAK_GLASS, takes=None)
_SEE_OVERSIGHT = Terms(right=Right.SEE_VIEWS, takes=None, queries=PAGE_QUERIES)
_JUDGE = Terms(right=Right.JUDGE_ACCESS, keeps_refused=False)
_SEE_VIEWS = Terms(right=Right.SEE_OWN_VIEWS, takes=None, queries=oversight.VIEW_QUERIES)


def oversight_calls(rooms: Rooms) -> list[Call]:
    """Need to know, break-glass, and the log of views."""
    room = rooms.overseeing
    looked = "/v1/oversight/{oversight_id}/look"
    return [
        Call("GET", "/v1/needs", _SEE_NEEDS, oversight.show_needs(room)),
        Call("POST", "/v1/needs", _SET_NEED, oversight.set_need(room)),
        Call("POST", "/v1/cases/{case_id}/glass", _BREAK, oversight.open_case(room)),
        Call("GET", "/v1/glass/{opening_id}", _SEE_OPENED, oversight.show_opened(room)),
        Call("GET", "/v1/oversight", _SEE_OVERSIGHT, oversight.show_oversight(room)),
        Call("POST", looked, _JUDGE, oversight.look(room)),
        Call("GET", "/v1/views", _SEE_VIEWS, oversight.show_views(room)),
    ]
