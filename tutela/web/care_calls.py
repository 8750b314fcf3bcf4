"""The calls by which a person looks at media, and ends it."""

from tutela.access.roles import Right
from tutela.web.api import care
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms

_LOOK = Terms(right=Right.DECIDE_CASES)


def care_calls(rooms: Rooms) -> list[Call]:
    """A look, and its end."""
    room = rooms.caring
    return [
        Call("POST", "/v1/cases/{case_id}/reveal", _LOOK, care.reveal_media(room)),
        Call("POST", "/v1/reveals/{reveal_id}/hide", _LOOK, care.hide_media(room)),
    ]
