"""The calls by which people keep what the guard lists."""

from tutela.access.roles import Right
from tutela.guard.drift.previewing import LastWeek
from tutela.web.api import guard_entries, guard_objections
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.paging import PAGE_QUERIES

_OBJECT = Terms(right=Right.ASK_GUARD, keeps_refused=False)
_SEE_PAGE = Terms(right=Right.SEE_GUARD, takes=None, queries=PAGE_QUERIES)
_SEE = Terms(right=Right.SEE_GUARD, takes=None)
_PREVIEW = Terms(right=Right.PROPOSE_GUARD, takes=None)
_PROPOSE = Terms(right=Right.PROPOSE_GUARD, keeps_refused=False)
_OPEN = Terms(right=Right.PROPOSE_GUARD, keeps_refused=False)
_APPROVE = Terms(right=Right.APPROVE_GUARD)
_LET_IN = Terms(right=Right.APPROVE_GUARD, keeps_refused=False)


def governance_calls(rooms: Rooms) -> list[Call]:
    """What is listed, by whose word; objections; the emergency switch."""
    room, one = rooms.governing, "/v1/guard/entries/{entry_id}"
    previewed = guard_entries.preview_entries(room, uses=LastWeek(rooms.keys))
    return [
        Call("GET", "/v1/guard/entries", _SEE_PAGE, guard_entries.show_entries(room)),
        Call("POST", "/v1/guard/entries", _PROPOSE, guard_entries.propose_entries(room)),
        Call("GET", one, _SEE, guard_entries.show_one_entry(room)),
        Call("POST", f"{one}/open", _OPEN, guard_entries.open_one_entry(room)),
        Call("GET", f"{one}/preview", _PREVIEW, previewed),
        Call("POST", f"{one}/approve", _APPROVE, guard_entries.approve_entries(room)),
        Call("POST", f"{one}/reject", _PROPOSE, guard_entries.reject_entries(room)),
        Call("POST", f"{one}/withdraw", _PROPOSE, guard_entries.withdraw_entries(room)),
        *_objection_calls(rooms),
    ]


def _objection_calls(rooms: Rooms) -> list[Call]:
    room, one = rooms.governing, "/v1/guard/objections/{objection_id}"
    taken = guard_objections.take_objection(room, monotonic=rooms.monotonic)
    return [
        Call("POST", "/v1/guard/objections", _OBJECT, taken),
        Call("GET", "/v1/guard/objections", _SEE_PAGE, guard_objections.show_objections(room)),
        Call("GET", one, _SEE, guard_objections.show_one_objection(room)),
        Call("POST", f"{one}/decide", _APPROVE, guard_objections.decide_objection(room)),
        Call("GET", "/v1/guard/switch", _SEE, guard_objections.show_switch(room)),
        Call("POST", "/v1/guard/switch", _APPROVE, guard_objections.throw_switch(room)),
        Call("POST", "/v1/guard/viewers/let-in", _LET_IN, guard_objections.let_viewer_in(room)),
    ]
