"""What the calls take and answer by which people keep what the guard lists."""

from collections.abc import Mapping
from typing import Any, Final

from tutela.domain.guard import EntryState, ObjectionState
from tutela.guard.governance.entries import Proposal
from tutela.guard.governance.judging import Agreeing, EntriesMoved, Refusing, Withdrawing
from tutela.guard.governance.letting_in import LetIn, LetInAsked
from tutela.guard.governance.objecting import (
    ObjectedTo,
    ObjectionDecided,
    ObjectionPage,
    ObjectionTaken,
    ObjectionView,
)
from tutela.guard.governance.opening import Opening
from tutela.guard.governance.preview import Preview
from tutela.guard.governance.proposing import Proposed
from tutela.guard.governance.showing import EntryPage, EntryView
from tutela.guard.governance.switching import SwitchAsked, SwitchView
from tutela.web.operation import Operation

_OF_ENTRIES: Final = {"state": {"enum": [str(each) for each in EntryState]}}
_OF_OBJECTIONS: Final = {"state": {"enum": [str(each) for each in ObjectionState]}}
_SETTLED: Final = frozenset({404, 409})


def _moved(name: str, *, summary: str, takes: Any, body_required: bool) -> Operation:  # noqa: ANN401 - a type
    return Operation(
        name=name,
        summary=summary,
        takes=takes,
        body_required=body_required,
        answers={200: EntriesMoved},
        errors=_SETTLED,
    )


GOVERNANCE_OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /v1/guard/entries": Operation(
        name="listGuardEntries",
        summary="What the guard lists or listed, masked.",
        answers={200: EntryPage},
        query_schemas=_OF_ENTRIES,
    ),
    "POST /v1/guard/entries": Operation(
        name="proposeGuardEntries",
        summary="Ask that something be listed; without effect until another person agrees.",
        takes=Proposal,
        takes_key=True,
        answers={201: Proposed, 200: Proposed},
        errors=frozenset({409}),
    ),
    "GET /v1/guard/entries/{entry_id}": Operation(
        name="showGuardEntry",
        summary="One entry and what was done to it; whole for whoever proposed or judges it.",
        answers={200: EntryView},
        errors=frozenset({404}),
    ),
    "POST /v1/guard/entries/{entry_id}/open": Operation(
        name="openGuardEntry",
        summary="One masked entry whole, for a reason that is written down with who read it.",
        takes=Opening,
        answers={200: EntryView},
        errors=frozenset({404}),
    ),
    "GET /v1/guard/entries/{entry_id}/preview": Operation(
        name="previewGuardEntries",
        summary="What an entry or a batch would hit of what was used in the last week.",
        answers={200: Preview},
        errors=frozenset({404}),
    ),
    "POST /v1/guard/entries/{entry_id}/approve": _moved(
        "approveGuardEntries",
        summary="Agree, as another person, to what was asked of an entry or a batch.",
        takes=Agreeing,
        body_required=False,
    ),
    "POST /v1/guard/entries/{entry_id}/reject": _moved(
        "rejectGuardEntries",
        summary="Settle that what was asked is not done, or take one's own word back.",
        takes=Refusing,
        body_required=True,
    ),
    "POST /v1/guard/entries/{entry_id}/withdraw": _moved(
        "withdrawGuardEntries",
        summary="Ask that an entry or a batch be taken back; in an emergency, take it out at once.",
        takes=Withdrawing,
        body_required=True,
    ),
    "POST /v1/guard/objections": Operation(
        name="objectToGuard",
        summary="Say that something is blocked which should not be; the answer never tells.",
        takes=ObjectedTo,
        answers={202: ObjectionTaken},
        errors=frozenset({429}),
    ),
    "GET /v1/guard/objections": Operation(
        name="listGuardObjections",
        summary="Objections against over-blocking, masked.",
        answers={200: ObjectionPage},
        query_schemas=_OF_OBJECTIONS,
    ),
    "GET /v1/guard/objections/{objection_id}": Operation(
        name="showGuardObjection",
        summary="One objection, and the entries that have their effect on it now.",
        answers={200: ObjectionView},
        errors=frozenset({404}),
    ),
    "POST /v1/guard/objections/{objection_id}/decide": Operation(
        name="decideGuardObjection",
        summary="Decide an objection, as somebody who had no part in the block.",
        takes=ObjectionDecided,
        answers={200: ObjectionView},
        errors=_SETTLED,
    ),
    "GET /v1/guard/switch": Operation(
        name="showGuardSwitch",
        summary="Which surfaces the emergency switch has shut.",
        answers={200: SwitchView},
    ),
    "POST /v1/guard/switch": Operation(
        name="throwGuardSwitch",
        summary="Shut a surface for everything, keep it shut, or open it again.",
        takes=SwitchAsked,
        answers={200: SwitchView},
    ),
    "POST /v1/guard/viewers/let-in": Operation(
        name="letGuardViewerIn",
        summary="Let a viewer in again who was shut out for trying out what is listed.",
        takes=LetInAsked,
        answers={200: LetIn},
    ),
}
