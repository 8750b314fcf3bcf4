"""The calls of the guard: method, path, right, what each takes."""

from tutela.access.roles import Right
from tutela.guard.asking import Surface
from tutela.guard.publishing.programs import ProgramRoom
from tutela.web.api import guard, guard_leads, guard_programs
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.governance_calls import governance_calls
from tutela.web.paging import PAGE_QUERIES

#: The paths of the call that every search waits for.
SPELLED = {"/v1/guard/{surface}": [{"surface": str(each)} for each in Surface]}
_ASK_GUARD = Terms(right=Right.ASK_GUARD, keeps_refused=False)
_LOAD = Terms(right=Right.LOAD_GUARD, takes=None, queries=guard_programs.SNAPSHOT_QUERIES)
_REPORT = Terms(right=Right.LOAD_GUARD)
_SEE_LEADS = Terms(right=Right.SEE_GUARD, takes=None, queries=PAGE_QUERIES)
_JUDGE_LEAD = Terms(right=Right.PROPOSE_GUARD)


def guard_calls(rooms: Rooms) -> list[Call]:
    """The one with a surface in its path comes last: other paths of the guard are not surfaces."""
    return [
        *governance_calls(rooms),
        *_program_calls(rooms),
        *_lead_calls(rooms),
        _ask_call(rooms),
    ]


def _program_calls(rooms: Rooms) -> list[Call]:
    room = ProgramRoom(pool=rooms.pool, keys=rooms.keys, clock=rooms.clock)
    load = guard_programs.hand_snapshot(room, monotonic=rooms.monotonic)
    return [
        Call("GET", "/v1/guard/snapshot", _LOAD, load),
        Call("POST", "/v1/guard/reports", _REPORT, guard_programs.take_report(room)),
    ]


def _lead_calls(rooms: Rooms) -> list[Call]:
    room, one = rooms.drifting, "/v1/guard/leads/{lead_id}"
    propose = guard_leads.turn_into_proposal(room)
    return [
        Call("GET", "/v1/guard/leads", _SEE_LEADS, guard_leads.show_leads(room)),
        Call("POST", f"{one}/dismiss", _JUDGE_LEAD, guard_leads.dismiss_lead(room)),
        Call("POST", f"{one}/propose", _JUDGE_LEAD, propose),
    ]


def _ask_call(rooms: Rooms) -> Call:
    ask = guard.ask_guard(
        rooms.guarding,
        items_per_second=rooms.guard_items_per_second,
        monotonic=rooms.monotonic,
    )
    return Call("POST", "/v1/guard/{surface}", _ASK_GUARD, ask)
