"""What the calls take and answer by which a person looks at media."""

from collections.abc import Mapping
from typing import Final

from tutela.review.care.revealing import Revealed
from tutela.web.api.care import RevealAsked
from tutela.web.api.cases import Empty
from tutela.web.operation import Operation

CARE_OPERATIONS: Final[Mapping[str, Operation]] = {
    "POST /v1/cases/{case_id}/reveal": Operation(
        name="revealMedia",
        summary="A link to the media of a case, good once; it spends the person's day.",
        takes=RevealAsked,
        takes_key=True,
        answers={201: Revealed},
        errors=frozenset({404, 409}),
    ),
    "POST /v1/reveals/{reveal_id}/hide": Operation(
        name="hideMedia",
        summary="The end of a look before its time: no more of it is charged.",
        takes=Empty,
        body_required=False,
        answers={204: None},
        errors=frozenset({404}),
    ),
}
