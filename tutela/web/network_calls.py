"""The calls by which people search for networks and judge what was found."""

from tutela.access.roles import Right
from tutela.web.api import networks
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.paging import PAGE_QUERIES

_RUN = Terms(right=Right.RUN_NETWORKS, keeps_refused=False)
_SEE_PAGE = Terms(right=Right.SEE_NETWORKS, takes=None, queries=PAGE_QUERIES)
_SEE_LEADS = Terms(right=Right.SEE_NETWORKS, takes=None, queries=frozenset({"limit", "after"}))
_SEE_NAMED = Terms(
    right=Right.SEE_NETWORKS, takes=None, queries=frozenset({"limit", "after", "names"})
)
_SEE_ONE_NAMED = Terms(right=Right.SEE_NETWORKS, takes=None, queries=frozenset({"names"}))
_OPEN = Terms(right=Right.SEE_NETWORKS, keeps_refused=False)
_SEE = Terms(right=Right.SEE_NETWORKS, takes=None)
_JUDGE = Terms(right=Right.RUN_NETWORKS)
_HAND_OVER = Terms(right=Right.DECIDE_IN_BULK, keeps_refused=False)


def network_calls(rooms: Rooms) -> list[Call]:
    """Searches, their leads, and the cases that they found."""
    room, run, case = rooms.networking, "/v1/networks/runs/{run_id}", "/v1/networks/cases/{case_id}"
    handed = networks.hand_case_over(
        room, bulk=rooms.deciding_in_bulk, record=rooms.refusals.record
    )
    return [
        Call("POST", "/v1/networks/runs", _RUN, networks.ask_run(room)),
        Call("GET", "/v1/networks/runs", _SEE_PAGE, networks.show_runs(room)),
        Call("GET", run, _SEE, networks.show_one_run(room)),
        Call("GET", f"{run}/leads", _SEE_NAMED, networks.show_leads(room)),
        Call("GET", f"{run}/looks", _SEE_LEADS, networks.show_looks(room)),
        Call("GET", "/v1/networks/cases", _SEE_PAGE, networks.show_cases(room)),
        Call("GET", case, _SEE_ONE_NAMED, networks.show_one_case(room)),
        Call("POST", "/v1/networks/leads/{lead_id}/open", _OPEN, networks.open_one_lead(room)),
        Call("POST", f"{case}/dismiss", _JUDGE, networks.dismiss_case(room)),
        Call("POST", f"{case}/hand-over", _HAND_OVER, handed),
    ]
