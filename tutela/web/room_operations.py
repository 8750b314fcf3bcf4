"""What the calls of investigation rooms take and answer."""

from collections.abc import Mapping
from typing import Final

from tutela.domain.investigations import InvestigationState
from tutela.networks.stored.views import NetworkRun
from tutela.review.investigations.asked import (
    InvestigationOpened,
    InvestigationPersonNamed,
    InvestigationReasoned,
    InvestigationSearchAsked,
    InvestigationTakenOut,
    InvestigationWritten,
)
from tutela.review.investigations.views import Investigation, Investigations
from tutela.web.operation import Operation

#: Lines of a kind, a tab and JSON, as an export of the ledger has them.
PACK: Final = "text/plain; charset=utf-8"

_ALL: Final = "/v1/rooms"
_ONE: Final = "/v1/rooms/{room_id}"
_GONE: Final = frozenset({404})
_MOVED: Final = frozenset({404, 409})

ROOM_OPERATIONS: Final[Mapping[str, Operation]] = {
    f"POST {_ALL}": Operation(
        name="openRoom",
        summary="Open a room for one investigation; its people alone know of it.",
        takes=InvestigationOpened,
        takes_key=True,
        answers={201: Investigation, 200: Investigation},
        errors=frozenset({409}),
    ),
    f"GET {_ALL}": Operation(
        name="listRooms",
        summary="The rooms whose people the caller is one of, the newest first.",
        answers={200: Investigations},
        query_schemas={"state": {"enum": [str(each) for each in InvestigationState]}},
    ),
    f"GET {_ONE}": Operation(
        name="showRoom",
        summary="One room: its time line, its people, and who looked.",
        answers={200: Investigation},
        errors=_GONE,
    ),
    f"POST {_ONE}/entries": Operation(
        name="writeInRoom",
        summary="Write a note, a seed, an account, a search, evidence or an action.",
        takes=InvestigationWritten,
        takes_key=True,
        answers={201: Investigation},
        errors=_MOVED,
    ),
    f"POST {_ONE}/search": Operation(
        name="searchFromRoom",
        summary="Search for a network from the seeds of the room.",
        takes=InvestigationSearchAsked,
        takes_key=True,
        answers={201: NetworkRun},
        errors=_MOVED,
    ),
    f"POST {_ONE}/people": Operation(
        name="addToRoom",
        summary="Somebody knows of the room from now on.",
        takes=InvestigationPersonNamed,
        answers={200: Investigation},
        errors=_MOVED,
    ),
    f"POST {_ONE}/people/remove": Operation(
        name="removeFromRoom",
        summary="Somebody is shown the room no longer.",
        takes=InvestigationPersonNamed,
        answers={204: None},
        errors=_MOVED,
    ),
    f"POST {_ONE}/close": Operation(
        name="closeRoom",
        summary="The investigation is over: its people read the room, and write in it no more.",
        takes=InvestigationReasoned,
        answers={200: Investigation},
        errors=_MOVED,
    ),
    f"POST {_ONE}/reopen": Operation(
        name="reopenRoom",
        summary="The investigation goes on.",
        takes=InvestigationReasoned,
        answers={200: Investigation},
        errors=_MOVED,
    ),
    f"POST {_ONE}/export": Operation(
        name="takeRoomOut",
        summary="The room as a signed pack that `tutela-verify` confirms without us.",
        takes=InvestigationTakenOut,
        answers={200: str},
        errors=_MOVED,
        content_type=PACK,
    ),
}
