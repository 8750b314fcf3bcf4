"""Coop: a report in the shape of its `POST /api/v1/report`, as a notice.

Source: Coop's documentation, Report API (github.com/roostorg/coop, docs/api/report.md).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from tutela.domain import canonical
from tutela.domain.notice import SUBJECTS_MAX, Notice, Subject
from tutela.domain.vocabulary import SubjectKind
from tutela.errors import FieldError
from tutela.intake.channels import foreign
from tutela.intake.reading import NoticeRead, fit, refuse_if_any

#: Where items keep whose they are, the first that is there.
_OWNERS: Final = ("creator_id", "author_id", "owner_id", "user_id", "creator", "author", "owner")


class CoopReport(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A report of Coop; of what is beside these fields, and within them, nothing is lost."""

    reported_item: Any = None
    reporter: Any = None
    reported_at: Any = None
    reported_for_reason: Any = None
    reported_item_thread: Any = None
    reported_items_in_thread: Any = None
    additional_items: Any = None


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a report lies in a sealed body: under a name that no other channel uses."""

    coop_report: CoopReport


def read_report(raw: bytes, *, now: datetime) -> NoticeRead:
    """The notice in a report, and the report with all it says; `NotJson` or `Unfit`."""
    value = foreign.read_kept(raw)
    report = fit(value, kind=CoopReport)
    subjects = _subjects(report)
    refuse_if_any(tuple(_errors(subjects)))
    body = canonical.encode({"coop_report": value})
    return NoticeRead(_notice(report, subjects=subjects, now=now), body)


def notice_in(body: bytes) -> Notice:
    """The notice in a stored report; msgspec.ValidationError where it is another channel's."""
    report = msgspec.json.decode(body, type=_Stored).coop_report
    return _notice(report, subjects=_subjects(report), now=None)


def _notice(report: CoopReport, *, subjects: tuple[Subject, ...], now: datetime | None) -> Notice:
    reason = foreign.members(report.reported_for_reason)
    is_child_abuse = reason.get("csam") is True
    category, keyword = (
        foreign.CHILD_ABUSE_MATERIAL if is_child_abuse else foreign.stated(reason.get("policy_id"))
    )
    return Notice(
        category=category,
        keyword=keyword,
        subjects=subjects,
        explanation=foreign.words(reason.get("reason")),
        submitted_at=foreign.instant(report.reported_at, now=now),
    )


def _subjects(report: CoopReport) -> tuple[Subject, ...]:
    """The reported item and the items that were reported within its thread, each once."""
    within = report.reported_items_in_thread
    items = [report.reported_item, *(within if isinstance(within, list) else [])]
    account_type = foreign.members(report.reporter).get("type_id")
    found = (_subject(item, account_type=account_type) for item in items)
    return tuple(dict.fromkeys(subject for subject in found if subject is not None))


def _subject(item: object, *, account_type: object) -> Subject | None:
    said = foreign.members(item)
    data = foreign.members(said.get("data"))
    item_id, url = foreign.identifier(said.get("id")), foreign.address(data.get("url"))
    if item_id is None and url is None:
        return None
    kind = said.get("type_id")
    is_account = foreign.is_account(kind) or (kind is not None and kind == account_type)
    return Subject(
        kind=SubjectKind.ACCOUNT if is_account else SubjectKind.CONTENT,
        id=item_id,
        url=url,
        account_id=item_id if is_account else _owner(data),
    )


def _owner(data: dict[str, Any]) -> str | None:
    owners = (data[name] for name in _OWNERS if name in data)
    found = (foreign.identifier(foreign.members(each).get("id", each)) for each in owners)
    return next((each for each in found if each is not None), None)


def _errors(subjects: tuple[Subject, ...]) -> Iterator[FieldError]:
    if not subjects:
        yield FieldError("/reportedItem", "names nothing: it needs an id")
    if len(subjects) > SUBJECTS_MAX:
        yield FieldError("/reportedItemsInThread", f"at most {SUBJECTS_MAX} are taken at once")
