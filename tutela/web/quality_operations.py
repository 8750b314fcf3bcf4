"""What the calls take and answer by which decisions are looked at again."""

from collections.abc import Mapping
from typing import Final

from tutela.decisions.quality.figures import OwnFigures, QualityFigures
from tutela.decisions.quality.finding import Finding
from tutela.decisions.quality.planning import PlanSaid
from tutela.decisions.quality.settling import Disputes
from tutela.decisions.quality.showing import JudgedLook, OwnLook
from tutela.web.api.cases import Empty
from tutela.web.operation import Operation

_LOOK: Final = "/v1/quality/looks/{look_id}"
_DISPUTE: Final = "/v1/quality/disputes/{look_id}"

QUALITY_OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /v1/quality": Operation(
        name="showQuality",
        summary="How right the team's decisions are: agreement, errors, what is known.",
        answers={200: QualityFigures},
    ),
    "GET /v1/quality/own": Operation(
        name="showOwnQuality",
        summary="How the caller's own second looks came out; told to nobody else.",
        answers={200: OwnFigures},
    ),
    "POST /v1/quality/take": Operation(
        name="takeSecondLook",
        summary="A decision to decide again, with nothing of what was decided; 204 where none is.",
        takes=Empty,
        body_required=False,
        answers={200: OwnLook, 204: None},
        errors=frozenset({409}),
    ),
    f"GET {_LOOK}": Operation(
        name="showSecondLook",
        summary="The look on the caller's desk, or what became of one that they answered.",
        answers={200: OwnLook},
        errors=frozenset({404}),
    ),
    f"POST {_LOOK}/answer": Operation(
        name="answerSecondLook",
        summary="What the caller finds; the same settles it, anything else waits for a lead.",
        takes=Finding,
        answers={200: OwnLook},
        errors=frozenset({404, 409}),
    ),
    "GET /v1/quality/disputes": Operation(
        name="listDisputes",
        summary="Looks at which two people found otherwise, for a lead who did neither.",
        answers={200: Disputes},
    ),
    f"GET {_DISPUTE}": Operation(
        name="showDispute",
        summary="Both verdicts of an answered look, without names.",
        answers={200: JudgedLook},
        errors=frozenset({404}),
    ),
    f"POST {_DISPUTE}/settle": Operation(
        name="settleDispute",
        summary="A lead who had no part says what is right; the decision stands until undone.",
        takes=Finding,
        answers={200: JudgedLook},
        errors=frozenset({404, 409}),
    ),
    f"POST {_DISPUTE}/known": Operation(
        name="makeLookKnown",
        summary="From now on others are asked about a look whose answer is known.",
        takes=Empty,
        body_required=False,
        answers={200: JudgedLook},
        errors=frozenset({404, 409}),
    ),
    "POST /v1/quality/plan": Operation(
        name="planQuality",
        summary="How much is looked at again from now on, and how much of that is known.",
        takes=PlanSaid,
        answers={200: PlanSaid},
    ),
}
