"""ActivityPub: a `Flag` as a notice, in the shapes that Mastodon, Pleroma, Akkoma and Lemmy send.

What is flagged is read from the activity alone; nothing is fetched to find out what it is. So:
an embedded object is what its `type` says; in a list that begins with an address, that is the
account and what follows is its content (Mastodon, Pleroma, Akkoma); an address alone beside a
`summary` is content (Lemmy); an address alone is a `url`, since nobody says what it leads to.
Source: ActivityStreams 2.0 vocabulary, `Flag`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import msgspec

from tutela.domain import canonical
from tutela.domain.notice import (
    EXPLANATION_MAX_CODE_POINTS,
    IDENTIFIER_MAX_CODE_POINTS,
    NAME_MAX_CODE_POINTS,
    SUBJECTS_MAX,
    URL_MAX_CODE_POINTS,
    Notice,
    Notifier,
    Subject,
)
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Category, SubjectKind
from tutela.errors import FieldError
from tutela.intake.channels.markup import plain_text
from tutela.intake.reading import NoticeRead, Unfit, fit, read_json

FLAG: Final = "Flag"

_ACTORS: Final = frozenset({"Application", "Group", "Organization", "Person", "Service"})
#: Who reports for themselves; any other kind of actor speaks for a whole server.
_PERSON: Final = "Person"
#: The reasons that PeerTube names by a tag.
_REASONS: Final = MappingProxyType(
    {
        "violentorrepulsive": Category.VIOLENCE,
        "hatefulorabusive": Category.ILLEGAL_OR_HARMFUL_SPEECH,
        "spamormisleading": Category.SCAMS_AND_FRAUD,
        "privacy": Category.DATA_PROTECTION_AND_PRIVACY_VIOLATIONS,
        "rights": Category.INTELLECTUAL_PROPERTY_INFRINGEMENTS,
        "serverrules": Category.OTHER_VIOLATION_TC,
    }
)


class Activity(msgspec.Struct, frozen=True):
    """An activity as it came; what it says beyond this stays in the sealed body."""

    type: Any
    actor: Any = None
    object: Any = None
    id: Any = None
    content: Any = None
    summary: Any = None
    tag: Any = None

    @property
    def is_flag(self) -> bool:
        return FLAG in _listed(self.type)

    @property
    def actor_id(self) -> str | None:
        found = _listed(self.actor)
        return _id(found[0]) if len(found) == 1 else None


class FlagReceived(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sealed: the bytes that were signed, as text, and what kind of actor signed them."""

    activity: str
    actor_kind: str


@dataclass(frozen=True, slots=True)
class _Flagged:
    """One thing that is flagged; `kind` is None where the activity does not say."""

    id: str
    kind: SubjectKind | None
    account_id: str | None


def read_activity(raw: bytes) -> Activity:
    """Any activity; `NotJson` or `Unfit` where the body is none."""
    return fit(read_json(raw), kind=Activity)


def actor_of(flag: Activity) -> str:
    """The id of who flags; `Unfit` where the flag names nobody, or several."""
    actor = flag.actor_id
    if actor is None:
        raise Unfit(
            detail="A Flag has one actor.", errors=[FieldError("/actor", "must be the id of one")]
        )
    return actor


def read_flag(raw: bytes, *, actor_kind: str) -> NoticeRead:
    """The notice in a flag whose signature was checked; `Unfit` where it names no subject."""
    received = FlagReceived(raw.decode(), actor_kind)
    return NoticeRead(_notice(received), canonical.encode(msgspec.to_builtins(received)))


def notice_in(body: bytes) -> Notice:
    """The notice in a stored flag."""
    return _notice(msgspec.json.decode(body, type=FlagReceived))


def keys_of(read: NoticeRead, *, flag: Activity, server: str) -> tuple[str, str]:
    """Under what a flag is stored once: its id, if of the actor's server; and all that it says."""
    whole = _key("all", text=hashlib.sha256(read.body).hexdigest())
    named = _id(flag.id)
    if named is None or not named.startswith(f"{server}/"):
        return whole, whole
    return _key("id", text=named), whole


def _key(kind: str, *, text: str) -> str:
    return f"activitypub:{kind}:{hashlib.sha256(text.encode()).hexdigest()}"


def _notice(received: FlagReceived) -> Notice:
    flag = msgspec.json.decode(received.activity, type=Activity)
    return Notice(
        category=_category(flag),
        subjects=_subjects(flag),
        explanation=_explanation(flag),
        notifier=_notifier(flag, kind=received.actor_kind),
    )


def _notifier(flag: Activity, *, kind: str) -> Notifier | None:
    actor = flag.actor_id
    known = kind == _PERSON and actor is not None and len(actor) <= NAME_MAX_CODE_POINTS
    return Notifier(name=actor) if known else None


def _category(flag: Activity) -> Category:
    names = [tag.get("name") for tag in _listed(flag.tag) if isinstance(tag, dict)]
    reasons = [str(name).lstrip("#").lower() for name in names]
    return next(
        (_REASONS[reason] for reason in reasons if reason in _REASONS),
        Category.NOT_SPECIFIED_NOTICE,
    )


def _explanation(flag: Activity) -> str | None:
    for said in (flag.content, flag.summary):
        text = plain_text(said)[:EXPLANATION_MAX_CODE_POINTS] if isinstance(said, str) else ""
        if not is_blank(text):
            return text
    return None


def _subjects(flag: Activity) -> tuple[Subject, ...]:
    flagged = list(_flagged(flag))
    account = next((each.id for each in flagged if each.kind is SubjectKind.ACCOUNT), None)
    subjects = tuple(dict.fromkeys(_subject(each, account=account) for each in flagged))
    if not 0 < len(subjects) <= SUBJECTS_MAX:
        raise Unfit(
            detail="A Flag names what it flags.",
            errors=[FieldError("/object", f"must be the ids of 1 to {SUBJECTS_MAX} objects")],
        )
    return subjects


def _subject(flagged: _Flagged, *, account: str | None) -> Subject:
    kind = flagged.kind or SubjectKind.URL
    owner = flagged.id if kind is SubjectKind.ACCOUNT else flagged.account_id or account
    short = len(flagged.id) <= IDENTIFIER_MAX_CODE_POINTS
    known_owner = owner is not None and len(owner) <= IDENTIFIER_MAX_CODE_POINTS
    return Subject(
        kind=kind,
        id=flagged.id if short else None,
        url=flagged.id if _is_address(flagged.id) or not short else None,
        account_id=owner if known_owner else None,
    )


def _flagged(flag: Activity) -> Iterator[_Flagged]:
    listed = isinstance(flag.object, list)
    of_lemmy = isinstance(flag.summary, str) and not isinstance(flag.content, str)
    for index, each in enumerate(_listed(flag.object)):
        named = _id(each)
        if named is None or len(named) > URL_MAX_CODE_POINTS or is_blank(named):
            continue
        kind = _kind(each)
        if kind is None and isinstance(each, str):
            if listed:
                kind = SubjectKind.CONTENT if index else SubjectKind.ACCOUNT
            elif of_lemmy:
                kind = SubjectKind.CONTENT
        yield _Flagged(named, kind, _author(each))


def _kind(value: object) -> SubjectKind | None:
    kinds = _listed(value.get("type")) if isinstance(value, dict) else []
    if not kinds:
        return None
    is_actor = any(isinstance(kind, str) and kind in _ACTORS for kind in kinds)
    return SubjectKind.ACCOUNT if is_actor else SubjectKind.CONTENT


def _author(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    authors = [*_listed(value.get("attributedTo")), *_listed(value.get("actor"))]
    return next((found for each in authors if (found := _id(each)) is not None), None)


def _id(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("id") or value.get("href") or value.get("url")
    return value if isinstance(value, str) and value else None


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))
