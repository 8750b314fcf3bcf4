"""What the calls take and answer by which messages that were given up are sent again."""

from collections.abc import Mapping
from typing import Final

from tutela.web.api.cases import Empty
from tutela.web.api.outbox import DeadLetters, Revived
from tutela.web.operation import Operation

OUTBOX_OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /v1/outbox": Operation(
        name="listDeadLetters",
        summary="Messages to the platform that were given up, in their order, and why.",
        answers={200: DeadLetters},
    ),
    "POST /v1/outbox/revive": Operation(
        name="reviveMessages",
        summary="All of them are sent again, under their ids and with all attempts.",
        takes=Empty,
        body_required=False,
        answers={200: Revived},
    ),
    "POST /v1/outbox/{message_id}/revive": Operation(
        name="reviveMessage",
        summary="One of them is sent again, under its id and with all attempts.",
        takes=Empty,
        body_required=False,
        answers={200: Revived},
        errors=frozenset({404, 409}),
    ),
}
