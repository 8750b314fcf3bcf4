"""What the calls take and answer by which people keep lists together."""

from collections.abc import Mapping
from typing import Final

from tutela.detection.lists.governing.asked import ListProposal
from tutela.detection.lists.governing.judging import (
    ListAgreeing,
    ListProposalMoved,
    ListRefusing,
)
from tutela.detection.lists.governing.previewing import ListPreview
from tutela.detection.lists.governing.proposing import ListProposed
from tutela.detection.lists.governing.showing import (
    ListAsked,
    ListAskedPage,
    ListOpened,
    ListOpening,
)
from tutela.detection.lists.governing.switching import ListSwitchAsked
from tutela.detection.lists.register import ListStanding
from tutela.web.api.lists import PROPOSAL_STATES, Lists, ListVersions
from tutela.web.operation import Operation

_OF_PROPOSALS: Final = {"state": {"enum": list(PROPOSAL_STATES)}}
_ONE: Final = "/v1/list-proposals/{proposal_id}"


def _moved(
    name: str, *, summary: str, takes: type[ListAgreeing | ListRefusing], body_required: bool
) -> Operation:
    return Operation(
        name=name,
        summary=summary,
        takes=takes,
        body_required=body_required,
        answers={200: ListProposalMoved},
        errors=frozenset({404, 409}),
    )


LIST_OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /v1/lists": Operation(
        name="showLists",
        summary="Every list of hashes or terms, who answers for it and how it stands; no entry.",
        answers={200: Lists},
    ),
    "GET /v1/lists/{name}/versions": Operation(
        name="showListVersions",
        summary="What changed in a list, by whom and why.",
        answers={200: ListVersions},
        errors=frozenset({404}),
    ),
    "POST /v1/lists/{name}/switch": Operation(
        name="throwListSwitch",
        summary="Switch a list off at once, for a time, or on again.",
        takes=ListSwitchAsked,
        answers={200: ListStanding},
        errors=frozenset({404}),
    ),
    "GET /v1/list-proposals": Operation(
        name="listListProposals",
        summary="What people ask of lists, the newest first.",
        answers={200: ListAskedPage},
        query_schemas=_OF_PROPOSALS,
    ),
    "POST /v1/list-proposals": Operation(
        name="proposeListChange",
        summary="Ask for a change of a list; without effect until another person agrees.",
        takes=ListProposal,
        answers={201: ListProposed, 200: ListProposed},
        errors=frozenset({404}),
    ),
    "POST /v1/list-proposals/preview": Operation(
        name="previewListChange",
        summary="What a change would come to, on last week's content too; nothing is written.",
        takes=ListProposal,
        answers={200: ListPreview},
        errors=frozenset({404}),
    ),
    f"GET {_ONE}": Operation(
        name="showListProposal",
        summary="One proposal, its entries masked, and what was done to it.",
        answers={200: ListAsked},
        errors=frozenset({404}),
    ),
    f"GET {_ONE}/preview": Operation(
        name="previewListProposal",
        summary="What a proposal that waits would come to.",
        answers={200: ListPreview},
        errors=frozenset({404, 409, 422}),
    ),
    f"POST {_ONE}/open": Operation(
        name="openListProposal",
        summary="The entries of a proposal that waits; who reads them and why is written down.",
        takes=ListOpening,
        answers={200: ListOpened},
        errors=frozenset({404, 409}),
    ),
    f"POST {_ONE}/approve": _moved(
        "approveListProposal",
        summary="Done as another had asked.",
        takes=ListAgreeing,
        body_required=False,
    ),
    f"POST {_ONE}/reject": _moved(
        "rejectListProposal",
        summary="Not done as was asked, or one's own word taken back.",
        takes=ListRefusing,
        body_required=True,
    ),
}
