"""What the calls take and answer by which admins keep the staff."""

from collections.abc import Mapping
from typing import Final

from tutela.web.api.cases import Empty
from tutela.web.api.people import (
    StaffActs,
    StaffChangeAsked,
    StaffChangeDone,
    StaffLoggedOut,
    StaffNamed,
    StaffShown,
)
from tutela.web.operation import Operation

PEOPLE_OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /v1/people": Operation(
        name="listPeople",
        summary="Who may log in as what, and which changes wait for another admin.",
        answers={200: StaffShown},
    ),
    "GET /v1/people/acts": Operation(
        name="listStaffActs",
        summary="What was done about the staff, the newest first.",
        answers={200: StaffActs},
    ),
    "POST /v1/people/changes": Operation(
        name="proposeStaffChange",
        summary="Ask for a change; it holds at once where there is no other admin.",
        takes=StaffChangeAsked,
        answers={201: StaffChangeDone, 200: StaffChangeDone},
        errors=frozenset({404, 409}),
    ),
    "POST /v1/people/changes/{change_id}/agree": Operation(
        name="agreeToStaffChange",
        summary="Another admin agrees: the change holds; a new password is told this once.",
        takes=Empty,
        body_required=False,
        answers={200: StaffChangeDone},
        errors=frozenset({404, 409}),
    ),
    "POST /v1/people/changes/{change_id}/refuse": Operation(
        name="refuseStaffChange",
        summary="The change is off: another admin refuses it, or its own takes it back.",
        takes=Empty,
        body_required=False,
        answers={204: None},
        errors=frozenset({404, 409}),
    ),
    "POST /v1/people/shut-out": Operation(
        name="shutOutPerson",
        summary="Somebody's sessions end and they may log in no more, at once and by one admin.",
        takes=StaffNamed,
        answers={204: None},
        errors=frozenset({404, 409}),
    ),
    "POST /v1/people/log-out": Operation(
        name="logOutPerson",
        summary="Somebody's sessions end; they may log in again.",
        takes=StaffNamed,
        answers={200: StaffLoggedOut},
        errors=frozenset({404}),
    ),
}
