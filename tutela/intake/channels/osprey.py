"""Osprey: actions in the shape that its rules read; those that are reports become notices.

Source: Osprey's documentation, Data Flow (github.com/roostorg/osprey, docs/integration) and its
example data: `{action_id, action_name, data, timestamp}`, also within `{send_time, data}`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from tutela.domain import canonical
from tutela.domain.notice import Notice, Subject
from tutela.domain.vocabulary import SubjectKind
from tutela.errors import FieldError
from tutela.intake.channels import foreign
from tutela.intake.reading import NoticeRead, NotJson, Unfit, fit

#: Names of actions that are reports, unless the operator names others.
REPORTS: Final = frozenset(
    {
        *("report", "create_report", "report_created", "submit_report", "report_submitted"),
        *("user_report", "user_report_created", "user_reported", "report_user"),
        *("account_report", "account_reported", "report_account"),
        *("profile_report", "profile_reported", "report_profile"),
        *("content_report", "content_reported", "report_content"),
        *("post_report", "post_reported", "report_post"),
        *("comment_report", "comment_reported", "report_comment"),
        *("message_report", "message_reported", "report_message"),
        *("content_flagged", "flag_content"),
    }
)

#: What is reported may be named with one of these before it, as in `reported_post_id`.
_BEFORE: Final = ("reported_", "target_", "")
_THINGS: Final = ("content", "post", "message", "comment", "media")
_ANYTHING: Final = ("item", "object", "entity", "subject")
_PEOPLE: Final = ("reported_user", "reported_account", "target_user", "target_account")
_OWNERS: Final = (*_PEOPLE, "account", "author", "creator", "owner")
_WORDS: Final = ("explanation", "reason", "report_reason", "comment", "description", "details")
_STATED: Final = ("category", "keyword", "policy_id", "policy", "reason_type", "reason")


class Action(msgspec.Struct, frozen=True):
    """An action as Osprey reads it; `data` is whatever the platform says of it."""

    action_name: str
    action_id: Any = None
    data: Any = None
    timestamp: Any = None


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an action lies in a sealed body: under a name that no other channel uses."""

    osprey_action: Action


@dataclass(frozen=True, slots=True)
class ReportRead:
    """A report among the actions, and the key under which it counts once, if it has an id."""

    read: NoticeRead
    key: str | None


def read_action(raw: bytes, *, reports: Iterable[str], now: datetime) -> ReportRead | None:
    """The report in an action; None where its name is that of no report. `NotJson` or `Unfit`."""
    value = _unwrapped(foreign.read_kept(raw))
    action = fit(value, kind=Action)
    if foreign.snake_case(action.action_name) not in reports:
        return None
    notice = _notice(action, now=now)
    body = canonical.encode({"osprey_action": value})
    return ReportRead(NoticeRead(notice, body), _key(action, body=body))


def notice_in(body: bytes) -> Notice:
    """The notice in a stored action; msgspec.ValidationError where it is another channel's."""
    return _notice(msgspec.json.decode(body, type=_Stored).osprey_action, now=None)


def _unwrapped(value: object) -> object:
    """The action without the envelope of a queue, whose `send_time` becomes its time."""
    if not isinstance(value, dict) or "action_name" in value:
        return value
    inner = _object(value.get("data"))
    return value if inner is None else {"timestamp": value.get("send_time"), **inner}


def _object(value: object) -> dict[str, Any] | None:
    """An object, or the one in a text."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = foreign.read_kept(value.encode())
        except (NotJson, Unfit):
            return None
    return value if isinstance(value, dict) else None


def _key(action: Action, *, body: bytes) -> str | None:
    """An action that comes again, word for word, is the same; its id alone does not tell."""
    return None if action.action_id is None else f"osprey {hashlib.sha256(body).hexdigest()}"


def _notice(action: Action, *, now: datetime | None) -> Notice:
    said = foreign.members(_object(action.data))
    stated = (foreign.stated(said.get(name)) for name in _STATED)
    category, keyword = next((each for each in stated if each != foreign.UNSAID), foreign.UNSAID)
    if said.get("csam") is True:
        category, keyword = foreign.CHILD_ABUSE_MATERIAL
    return Notice(
        category=category,
        keyword=keyword,
        subjects=(_subject(said),),
        explanation=foreign.words(_first(said, names=_WORDS, kind=str)),
        surface=foreign.surface(said.get("surface")),
        submitted_at=foreign.instant(action.timestamp, now=now),
    )


def _subject(said: Mapping[str, Any]) -> Subject:
    account = _id(said, names=_OWNERS)
    content = _id(said, names=_named(_THINGS))
    anything = content or _id(said, names=("reported", "target", *_named(_ANYTHING)))
    urls = (foreign.address(said.get(name)) for name in ("url", "content_url", "reported_url"))
    url = next((each for each in urls if each is not None), None)
    if content is None and anything is not None and _is_account(said):
        return Subject(kind=SubjectKind.ACCOUNT, id=anything, url=url, account_id=anything)
    if anything is not None or url is not None:
        return Subject(kind=SubjectKind.CONTENT, id=anything, url=url, account_id=account)
    if account is None:
        raise Unfit(
            detail="The report names nothing that is reported.",
            errors=[FieldError("/data", "no id of a content or an account, and no url")],
        )
    return Subject(kind=SubjectKind.ACCOUNT, id=account, account_id=account)


def _id(said: Mapping[str, Any], *, names: Iterable[str]) -> str | None:
    """The first of `NAME_id` and the `id` of an object `NAME` that is one."""
    for name in names:
        found = foreign.identifier(said.get(f"{name}_id"))
        found = found or foreign.identifier(foreign.members(said.get(name)).get("id"))
        if found is not None:
            return found
    return None


def _named(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{before}{name}" for before in _BEFORE for name in names)


def _is_account(said: Mapping[str, Any]) -> bool:
    names = ("reported", "target", *_named(_ANYTHING))
    return any(foreign.is_account(said.get(f"{name}_type")) for name in names)


def _first(said: Mapping[str, Any], *, names: Iterable[str], kind: type) -> object:
    return next((said[name] for name in names if isinstance(said.get(name), kind)), None)
