"""What the calls take and answer by which a conflict of interest is declared and ended."""

from collections.abc import Mapping
from typing import Final

from tutela.decisions.interests.declaring import InterestDeclared
from tutela.decisions.interests.room import Interest
from tutela.decisions.interests.standing import (
    InterestEnded,
    OwnInterests,
    TeamInterest,
    TeamInterests,
)
from tutela.domain.interests import InterestState
from tutela.web.operation import Operation

_STATES: Final[Mapping[str, Mapping[str, object]]] = {
    "state": {"enum": [str(state) for state in InterestState]}
}

INTEREST_OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /v1/interests": Operation(
        name="listOwnInterests",
        summary="What the caller declared that they are too near to, the newest first.",
        answers={200: OwnInterests},
        query_schemas=_STATES,
    ),
    "POST /v1/interests": Operation(
        name="declareInterest",
        summary="An account or subject is one's own or known: what is about it is kept from one.",
        takes=InterestDeclared,
        answers={201: Interest, 200: Interest},
        errors=frozenset({404}),
    ),
    "GET /v1/interests/team": Operation(
        name="listTeamInterests",
        summary="That people declared a conflict of interest, the newest first; not about whom.",
        answers={200: TeamInterests},
        query_schemas=_STATES,
    ),
    "POST /v1/interests/{interest_id}/end": Operation(
        name="endInterest",
        summary="Another person says that there is no reason for it any more.",
        takes=InterestEnded,
        answers={200: TeamInterest},
        errors=frozenset({404, 409}),
    ),
}
