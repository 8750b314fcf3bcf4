"""The form of a decision, read into the body that the API takes: one set of rules for both."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tutela.decisions.reading import DecisionRead, read_decision
from tutela.domain.decision import Division, division
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import MeasureKind, Outcome, SubjectKind
from tutela.web.console.visit import Form

#: Fields that a decision to act sends as they were typed.
_OF_ACTION: Final = (
    "category",
    "keyword",
    "ground",
    "legal_ground",
    "terms_clause",
    "terms_version",
    "facts",
    "account_type",
    "automated_decision",
    "application_date",
)
_SAID: Final[Mapping[str, bool]] = {"yes": True, "no": False}


def decision_in(
    form: Form, *, items: Sequence[str], lease_token: str, subject: Subject | None
) -> DecisionRead:
    """The decision that the form says, on these items. Raises Unfit with every place of the body.

    What is left empty is left out; measures of visibility are on the case's subject, all others on
    the account that the form names.
    """
    outcome = form.text("outcome")
    body: dict[str, Any] = {
        "lease_token": lease_token,
        "items": list(items),
        "outcome": outcome or None,
        "explanation": form.text("explanation"),
        "guideline_version": form.text("guideline_version"),
    }
    if outcome == Outcome.ACT:
        body |= {name: form.text(name) for name in _OF_ACTION}
        body |= {
            "also_illegal": True if form.text("also_illegal") else None,
            "automated_detection": _SAID.get(form.text("automated_detection")),
            "content": _content(form),
            "measures": _measures(form, subject=subject),
            "recipient": _filled(
                {"language": form.text("reader_language"), "audience": form.text("reader_audience")}
            ),
        }
    return read_decision(json.dumps(_filled(body)).encode())


def _content(form: Form) -> dict[str, Any]:
    return _filled(
        {
            "types": form.texts("content_type"),
            "types_other": form.text("content_types_other"),
            "date": form.text("content_date"),
            "language": form.text("content_language"),
        }
    )


def _measures(form: Form, *, subject: Subject | None) -> list[dict[str, Any]]:
    territory = form.text("territory").upper().replace(",", " ").split()
    shared = {"until": form.text("until"), "territory": territory}
    return [
        _filled(
            {
                "kind": kind,
                "subject": _target(kind, subject=subject, account=form.text("account")),
                "text": form.text(f"text_{kind}"),
                **shared,
            }
        )
        for kind in form.texts("measure")
    ]


def _target(kind: str, *, subject: Subject | None, account: str) -> dict[str, Any]:
    on_account = kind in set(MeasureKind) and division(MeasureKind(kind)) is not Division.VISIBILITY
    if on_account and account:
        return {"kind": str(SubjectKind.ACCOUNT), "id": account}
    if subject is None:
        return {"kind": str(SubjectKind.CONTENT)}
    return _filled(
        {
            "kind": str(subject.kind),
            "id": subject.id,
            "url": subject.url,
            "account_id": None if subject.kind is SubjectKind.ACCOUNT else account,
        }
    )


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in fields.items() if said not in (None, "", [], {})}
