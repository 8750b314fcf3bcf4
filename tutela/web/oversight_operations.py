"""What the calls take and answer that say who may look where."""

from collections.abc import Mapping
from typing import Final

from tutela.review.oversight.needs import Needs, NeedSet
from tutela.web.operation import Operation

OVERSIGHT_OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /v1/needs": Operation(
        name="listNeeds",
        summary="On which harms and in which languages each person works.",
        answers={200: Needs},
    ),
    "POST /v1/needs": Operation(
        name="setNeed",
        summary="Say on which harms and in which languages somebody works.",
        takes=NeedSet,
        answers={200: Needs},
        errors=frozenset({404}),
    ),
}
