"""The calls by which a person looks at media, and keeps their own day."""

from tutela.access.roles import Right
from tutela.review.care import wishing
from tutela.web.api import care, day
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms

_LOOK = Terms(right=Right.DECIDE_CASES)
_SEE_DAY = Terms(right=Right.DECIDE_CASES, takes=None)
#: What somebody says of themselves is not for those who read refused calls.
_SAY = Terms(right=Right.DECIDE_CASES, keeps_refused=False)
_SEE_TEAM = Terms(right=Right.SEE_TEAM_CARE, takes=None)


def care_calls(rooms: Rooms) -> list[Call]:
    """A look and its end; the own day, and what is said of it; the team's figures."""
    room = rooms.caring
    return [
        Call("POST", "/v1/cases/{case_id}/reveal", _LOOK, care.reveal_media(room)),
        Call("POST", "/v1/reveals/{reveal_id}/hide", _LOOK, care.hide_media(room)),
        Call("GET", "/v1/care", _SEE_DAY, day.show_day(room)),
        Call("POST", "/v1/care/appearance", _SAY, day.choose_appearance(room)),
        Call("POST", "/v1/care/wishes", _SAY, day.wish(room)),
        Call("POST", "/v1/care/bounds", _SAY, day.bound(room)),
        Call("POST", "/v1/care/pause", _SAY, day.after(room, act=wishing.pause)),
        Call("POST", "/v1/care/pause/end", _SAY, day.after(room, act=wishing.end_pause)),
        Call("POST", "/v1/care/debrief", _SAY, day.after(room, act=wishing.debriefed)),
        Call("GET", "/v1/care/team", _SEE_TEAM, day.show_team(room)),
    ]
