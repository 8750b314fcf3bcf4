"""The calls by which messages that were given up are read and sent again."""

from tutela.access.roles import Right
from tutela.web.api import outbox
from tutela.web.calls import Call, Rooms
from tutela.web.endpoint import Terms

_SEE = Terms(right=Right.SEE_STATUS_IDS, takes=None, queries=frozenset({"limit", "after"}))
_REVIVE = Terms(right=Right.REVIVE_MESSAGES)
_ALL = "/v1/outbox"


def outbox_calls(rooms: Rooms) -> list[Call]:
    """What was given up; one of it, and all of it, sent again."""
    pool, clock = rooms.pool, rooms.clock
    one = f"{_ALL}/{{message_id}}/revive"
    return [
        Call("GET", _ALL, _SEE, outbox.show_dead(pool)),
        Call("POST", f"{_ALL}/revive", _REVIVE, outbox.send_all(pool, clock=clock)),
        Call("POST", one, _REVIVE, outbox.send_one(pool, clock=clock)),
    ]
