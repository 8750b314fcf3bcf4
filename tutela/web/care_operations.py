"""What the calls take and answer by which a person looks at media, and keeps their own day."""

from collections.abc import Mapping
from typing import Final

from tutela.review.care.revealing import Revealed
from tutela.web.api.care import RevealAsked
from tutela.web.api.cases import Empty
from tutela.web.api.day import AppearanceChosen, BoundSaid, CareDay, TeamCare, WishesSaid
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
    "GET /v1/care": Operation(
        name="showDay",
        summary="The caller's own day: what it leaves, pauses, what they don't take.",
        answers={200: CareDay},
    ),
    "POST /v1/care/appearance": Operation(
        name="chooseAppearance",
        summary="How media is shown to the caller.",
        takes=AppearanceChosen,
        answers={200: CareDay},
    ),
    "POST /v1/care/wishes": Operation(
        name="sayWishes",
        summary="The kinds of harm that the caller doesn't take, all of them at once.",
        takes=WishesSaid,
        answers={200: CareDay},
    ),
    "POST /v1/care/bounds": Operation(
        name="sayBound",
        summary="A bound of the caller's own: lower at once, higher from the next day on.",
        takes=BoundSaid,
        answers={200: CareDay},
    ),
    "POST /v1/care/pause": Operation(
        name="beginPause",
        summary="A pause begins; what the caller held is anybody's again.",
        takes=Empty,
        body_required=False,
        answers={200: CareDay},
    ),
    "POST /v1/care/pause/end": Operation(
        name="endPause",
        summary="A pause ends that the caller began; one that has to be taken goes on.",
        takes=Empty,
        body_required=False,
        answers={200: CareDay},
    ),
    "POST /v1/care/debrief": Operation(
        name="sayDebriefed",
        summary="The caller was asked how they are; what they said is not kept.",
        takes=Empty,
        body_required=False,
        answers={200: CareDay},
    ),
    "GET /v1/care/team": Operation(
        name="showTeamCare",
        summary="What the team saw per incident, and which kinds nobody takes; no names.",
        answers={200: TeamCare},
    ),
}
