"""The calls by which people keep lists of hashes and terms together."""

from tutela.access.roles import Right
from tutela.detection.lists.room import ListRoom
from tutela.web.api import lists
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.paging import PAGE_QUERIES

_SEE_PAGE = Terms(right=Right.SEE_LISTS, takes=None, queries=PAGE_QUERIES)
_SEE = Terms(right=Right.SEE_LISTS, takes=None)
_PROPOSE = Terms(right=Right.PROPOSE_LISTS, keeps_refused=False)
_APPROVE = Terms(right=Right.APPROVE_LISTS)
_SWITCH = Terms(right=Right.SWITCH_LISTS)


def list_calls(rooms: Rooms) -> list[Call]:
    """How lists stand, what is asked of them, and what another person says to it."""
    room = ListRoom(pool=rooms.pool, keys=rooms.keys, clock=rooms.clock, chance=rooms.chance)
    below = "/v1/list-proposals"
    one = f"{below}/{{proposal_id}}"
    return [
        Call("GET", "/v1/lists", _SEE, lists.show_lists(room)),
        Call("GET", below, _SEE_PAGE, lists.show_proposals(room)),
        Call("POST", below, _PROPOSE, lists.propose_change(room)),
        Call("POST", f"{below}/preview", _PROPOSE, lists.preview_change(room)),
        Call("GET", one, _SEE, lists.show_one_proposal(room)),
        Call("GET", f"{one}/preview", _SEE, lists.preview_proposal(room)),
        Call("POST", f"{one}/open", _PROPOSE, lists.open_proposal(room)),
        Call("POST", f"{one}/approve", _APPROVE, lists.approve_proposal(room)),
        Call("POST", f"{one}/reject", _PROPOSE, lists.reject_proposal(room)),
        Call("GET", "/v1/lists/{name}/versions", _SEE, lists.show_list_versions(room)),
        Call("POST", "/v1/lists/{name}/switch", _SWITCH, lists.throw_list_switch(room)),
    ]
