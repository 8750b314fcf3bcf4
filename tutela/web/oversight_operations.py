"""What the calls take and answer that say who may look where."""

from collections.abc import Mapping
from typing import Final

from tutela.domain.oversight import OversightState
from tutela.review.oversight.glass import GlassBroken, GlassOpening
from tutela.review.oversight.looking import LookedAt, Oversight, OversightPage
from tutela.review.oversight.needs import Needs, NeedSet
from tutela.review.views.showing import ViewsPage
from tutela.web.api.oversight import OpenedCase
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
    "POST /v1/cases/{case_id}/glass": Operation(
        name="breakGlass",
        summary="Open one case without the right, for a short time and a written reason.",
        takes=GlassBroken,
        answers={201: GlassOpening, 200: GlassOpening},
        errors=frozenset({404, 409}),
    ),
    "GET /v1/glass/{opening_id}": Operation(
        name="showOpenedCase",
        summary="The case that the caller opened, while its time runs.",
        answers={200: OpenedCase},
        errors=frozenset({404}),
    ),
    "GET /v1/oversight": Operation(
        name="listOversight",
        summary="Cases opened without the right and unusual browsing, the newest first.",
        answers={200: OversightPage},
        query_schemas={"state": {"enum": [str(state) for state in OversightState]}},
    ),
    "POST /v1/oversight/{oversight_id}/look": Operation(
        name="lookAtOversight",
        summary="A second person looked, and says what it was.",
        takes=LookedAt,
        answers={200: Oversight},
        errors=frozenset({404, 409}),
    ),
    "GET /v1/views": Operation(
        name="listViews",
        summary="Who looked at what, the newest first: one's own, and others' by right.",
        answers={200: ViewsPage},
        query_schemas={
            "after": {"type": "integer"},
            "by": {"type": "string"},
            "case": {"type": "string", "format": "uuid"},
        },
    ),
}
