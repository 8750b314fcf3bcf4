"""The calls by which a person says of whom they must not decide, and another ends it."""

from tutela.access.roles import Right
from tutela.web.api import interests
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms
from tutela.web.paging import PAGE_QUERIES

#: A body names accounts: what is refused is not kept.
_DECLARE = Terms(right=Right.DECLARE_INTERESTS, keeps_refused=False)
_SEE_OWN = Terms(right=Right.DECLARE_INTERESTS, takes=None, queries=PAGE_QUERIES)
_SEE_TEAM = Terms(right=Right.JUDGE_INTERESTS, takes=None, queries=PAGE_QUERIES)
_END = Terms(right=Right.JUDGE_INTERESTS, keeps_refused=False)


def interest_calls(rooms: Rooms) -> list[Call]:
    """Declared, listed, ended by somebody else."""
    room = rooms.looking_again
    end = "/v1/interests/{interest_id}/end"
    return [
        Call("GET", "/v1/interests", _SEE_OWN, interests.show_own_interests(room)),
        Call("POST", "/v1/interests", _DECLARE, interests.declare_interest(room)),
        Call("GET", "/v1/interests/team", _SEE_TEAM, interests.show_team_interests(room)),
        Call("POST", end, _END, interests.end_interest(room)),
    ]
