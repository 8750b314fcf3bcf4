"""Chosen members of a group become a draft of a decision about many: people take it from there."""

from collections.abc import Sequence
from typing import Any, Final

from tutela.access.roles import Right
from tutela.app.joint_action import HandingOver, NetworkCaseHandedOver, hand_over
from tutela.domain.vocabulary import AutomatedDecision, Category, Ground, Keyword, MeasureKind
from tutela.errors import TutelaError
from tutela.intake.channels.batch import Line
from tutela.intake.reading import fit
from tutela.intake.refusals import Refusal
from tutela.networks.stored import showing
from tutela.networks.stored.names import Telling
from tutela.web.answer import Answer
from tutela.web.api.networks import DOOR
from tutela.web.calls import Rooms
from tutela.web.console.network_cases import case_id_of
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Form, Visit

_PLACE: Final = "/console/{service}/networks/cases/{case_id}/hand-over"
_CHOICES: Final[dict[str, Any]] = {
    "categories": list(Category),
    "keywords": list(Keyword),
    "grounds": list(Ground),
    "kinds": list(MeasureKind),
    "automated": list(AutomatedDecision),
}


def handing_over_screens(rooms: Rooms) -> Sequence[Screen]:
    """The form with the members to choose, and what takes it."""

    async def form(visit: Visit) -> Answer:
        case_id = case_id_of(visit)
        case = await showing.show_case(
            rooms.networking, caller=visit.caller, case_id=case_id, telling=Telling.MASKED
        )
        return page(
            visit,
            template="network_hand_over.html",
            case=case,
            members=case.members or [],
            today=visit.now.date().isoformat(),
            **_CHOICES,
        )

    async def handed(visit: Visit) -> Answer:
        async def record_line(line: Line, *, error: TutelaError) -> None:
            await rooms.refusals.record(Refusal(DOOR, visit.caller, error, b"", line.number))

        said = fit(_said(visit.form), kind=NetworkCaseHandedOver)
        handing = HandingOver(caller=visit.caller, case_id=case_id_of(visit), said=said)
        draft = await hand_over(
            rooms.networking,
            bulk=rooms.deciding_in_bulk,
            handing=handing,
            record_line=record_line,
        )
        return moved(f"/console/{visit.service}/bulk/{draft.bulk_id}")

    return (
        Screen("GET", _PLACE, Right.DECIDE_IN_BULK, form),
        Screen("POST", _PLACE, Right.DECIDE_IN_BULK, handed),
    )


def _said(form: Form) -> dict[str, Any]:
    return {
        "reason": form.text("reason"),
        "facts": form.text("facts") or None,
        "members": [{"id": each} for each in form.texts("member")],
        "bulk": _head(form),
    }


def _head(form: Form) -> dict[str, Any]:
    head: dict[str, Any] = {
        name: form.text(name)
        for name in (
            "category",
            "ground",
            "explanation",
            "automated_decision",
            "application_date",
            "guideline_version",
        )
    }
    for name in ("keyword", "legal_ground", "terms_clause", "terms_version"):
        head[name] = form.text(name) or None
    head["automated_detection"] = form.text("automated_detection") == "yes"
    head["measures"] = [{"kind": form.text("measure"), "until": form.text("until") or None}]
    if form.text("content_date"):
        head["content"] = {"types": ["text"], "date": form.text("content_date")}
    return head
