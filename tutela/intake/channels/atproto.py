"""AT Protocol: `com.atproto.moderation.createReport` as a notice, and what its reasons say.

Lexicons: com.atproto.moderation.createReport, com.atproto.moderation.defs, tools.ozone.report.defs,
com.atproto.admin.defs#repoRef, com.atproto.repo.strongRef, chat.bsky.convo.defs#messageRef and
#convoRef.
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Annotated, Any, Final

import msgspec

from tutela.domain import canonical
from tutela.domain.notice import (
    EXPLANATION_MAX_CODE_POINTS,
    IDENTIFIER_MAX_CODE_POINTS,
    SURFACE_MAX_CODE_POINTS,
    URL_MAX_CODE_POINTS,
    Notice,
    Subject,
)
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Category, Keyword, SubjectKind
from tutela.errors import FieldError
from tutela.intake import places
from tutela.intake.reading import NoticeRead, Unfit, fit, read_json, refuse_if_any

REASON_TYPE_MAX_CODE_POINTS = 512

_Reason = tuple[Category, Keyword | None]
_Did = Annotated[str, msgspec.Meta(min_length=1, max_length=IDENTIFIER_MAX_CODE_POINTS)]
_Uri = Annotated[str, msgspec.Meta(min_length=1, max_length=URL_MAX_CODE_POINTS)]
_Id = Annotated[str, msgspec.Meta(max_length=IDENTIFIER_MAX_CODE_POINTS)]

_UNSAID: Final[_Reason] = (Category.NOT_SPECIFIED_NOTICE, None)
_MINORS: Final = Category.PROTECTION_OF_MINORS
_TERMS: Final = Category.OTHER_VIOLATION_TC

#: Reasons that say more than that something is wrong, by the name after their `#reason`.
_REASONS: Final = MappingProxyType(
    {
        "ChildSafetyCSAM": (_MINORS, Keyword.CHILD_SEXUAL_ABUSE_MATERIAL),
        "ChildSafetyGroom": (_MINORS, Keyword.GROOMING_SEXUAL_ENTICEMENT_MINORS),
        "ChildSafetyPrivacy": (_MINORS, Keyword.OTHER),
        "ChildSafetyHarassment": (_MINORS, Keyword.OTHER),
        "ChildSafetyOther": (_MINORS, Keyword.OTHER),
        "ViolenceAnimal": (Category.ANIMAL_WELFARE, Keyword.ANIMAL_HARM),
        "ViolenceThreats": (Category.VIOLENCE, Keyword.INCITEMENT_VIOLENCE_HATRED),
        "ViolenceGraphicContent": (Category.VIOLENCE, None),
        "ViolenceGlorification": (Category.VIOLENCE, None),
        "ViolenceExtremistContent": (
            Category.RISK_FOR_PUBLIC_SECURITY,
            Keyword.TERRORIST_CONTENT,
        ),
        "ViolenceTrafficking": (Category.VIOLENCE, Keyword.HUMAN_TRAFFICKING),
        "ViolenceOther": (Category.VIOLENCE, None),
        "Sexual": (_TERMS, Keyword.ADULT_SEXUAL_MATERIAL),
        "SexualAbuseContent": (Category.VIOLENCE, None),
        "SexualNCII": (Category.CYBER_VIOLENCE, Keyword.NON_CONSENSUAL_IMAGE_SHARING),
        "SexualDeepfake": (Category.CYBER_VIOLENCE, Keyword.NON_CONSENSUAL_MATERIAL_DEEPFAKE),
        "SexualAnimal": (Category.ANIMAL_WELFARE, Keyword.ANIMAL_HARM),
        "SexualUnlabeled": (_TERMS, Keyword.ADULT_SEXUAL_MATERIAL),
        "SexualOther": (Category.VIOLENCE, None),
        "HarassmentTroll": (Category.CYBER_VIOLENCE, None),
        "HarassmentTargeted": (Category.CYBER_VIOLENCE, Keyword.CYBER_HARASSMENT),
        "HarassmentHateSpeech": (Category.ILLEGAL_OR_HARMFUL_SPEECH, Keyword.HATE_SPEECH),
        "HarassmentDoxxing": (Category.DATA_PROTECTION_AND_PRIVACY_VIOLATIONS, None),
        "HarassmentOther": (Category.CYBER_VIOLENCE, None),
        "MisleadingBot": (Category.SCAMS_AND_FRAUD, Keyword.INAUTHENTIC_ACCOUNTS),
        "MisleadingImpersonation": (
            Category.SCAMS_AND_FRAUD,
            Keyword.IMPERSONATION_ACCOUNT_HIJACKING,
        ),
        "MisleadingScam": (Category.SCAMS_AND_FRAUD, None),
        "MisleadingElections": (
            Category.NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS,
            Keyword.MISINFORMATION_DISINFORMATION,
        ),
        "RuleSiteSecurity": (_TERMS, None),
        "RuleProhibitedSales": (
            Category.UNSAFE_AND_PROHIBITED_PRODUCTS,
            Keyword.PROHIBITED_PRODUCTS,
        ),
        "RuleBanEvasion": (_TERMS, None),
        "RuleOther": (_TERMS, None),
        "SelfHarmContent": (Category.SELF_HARM, None),
        "SelfHarmED": (Category.SELF_HARM, Keyword.CONTENT_PROMOTING_EATING_DISORDERS),
        "SelfHarmStunts": (Category.SELF_HARM, None),
        "SelfHarmSubstances": (Category.SELF_HARM, None),
        "SelfHarmOther": (Category.SELF_HARM, None),
    }
)
_VOCABULARIES: Final = frozenset({"com.atproto.moderation.defs", "tools.ozone.report.defs"})


class ReportedSubject(msgspec.Struct, frozen=True, rename="camel"):
    """What is reported: a record by `uri`, a message or conversation, else the account of `did`."""

    type: str | None = msgspec.field(default=None, name="$type")
    did: _Did | None = None
    uri: _Uri | None = None
    cid: str | None = None
    convo_id: _Id | None = None
    message_id: _Id | None = None


class ModTool(msgspec.Struct, frozen=True):
    """The program that reports; what else it says of itself stays in the sealed body."""

    name: str | None = None
    meta: Any = None


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """The input of createReport; as in any lexicon, what it does not know it lets pass."""

    reason_type: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_TYPE_MAX_CODE_POINTS)]
    subject: ReportedSubject
    reason: Annotated[str, msgspec.Meta(max_length=EXPLANATION_MAX_CODE_POINTS)] | None = None
    mod_tool: ModTool | None = None


def read_report(raw: bytes, *, reported_by: str | None = None) -> NoticeRead:
    """The notice in a report, and the report itself in its RFC 8785 form; `NotJson` or `Unfit`.

    An account that proved who it is stands in the report as `reportedBy`, whatever stood there.
    """
    value = read_json(raw)
    report = fit(value, kind=Report)
    refuse_if_any(tuple(_subject_errors(report.subject)))
    if reported_by is not None:
        value = {**value, "reportedBy": reported_by}
    try:
        body = canonical.encode(value)
    except canonical.NotCanonical as cause:
        raise Unfit(
            detail="The report has no canonical form.", errors=places.disputed(value)
        ) from cause
    return NoticeRead(_notice(report), body)


def notice_in(body: bytes) -> Notice:
    """The notice in a stored report."""
    return _notice(msgspec.json.decode(body, type=Report))


def reason(reason_type: str) -> _Reason:
    """What a reason says in the words of the DSA; `NOT_SPECIFIED_NOTICE` where it says less."""
    vocabulary, _, name = reason_type.partition("#reason")
    return _REASONS.get(name, _UNSAID) if vocabulary in _VOCABULARIES else _UNSAID


def _notice(report: Report) -> Notice:
    category, keyword = reason(report.reason_type)
    return Notice(
        category=category,
        keyword=keyword,
        subjects=(_subject(report.subject),),
        explanation=report.reason,
        surface=None if report.mod_tool is None else _surface(report.mod_tool.name or ""),
    )


def _subject(reported: ReportedSubject) -> Subject:
    if reported.uri is not None:
        short = len(reported.uri) <= IDENTIFIER_MAX_CODE_POINTS
        return Subject(
            kind=SubjectKind.CONTENT,
            id=reported.uri if short else None,
            url=None if short else reported.uri,
            account_id=_repository(reported.uri),
        )
    in_chat = _in_chat(reported)
    if in_chat is not None:
        return Subject(kind=SubjectKind.CONTENT, id=in_chat, account_id=reported.did)
    return Subject(kind=SubjectKind.ACCOUNT, id=reported.did, account_id=reported.did)


def _in_chat(reported: ReportedSubject) -> str | None:
    """A message as `CONVERSATION/MESSAGE`, or by itself where that is too long; a conversation."""
    convo, message = (
        None if said is None or is_blank(said) else said
        for said in (reported.convo_id, reported.message_id)
    )
    if convo is None or message is None:
        return message or convo
    both = f"{convo}/{message}"
    return both if len(both) <= IDENTIFIER_MAX_CODE_POINTS else message


def _subject_errors(reported: ReportedSubject) -> Iterator[FieldError]:
    if reported.uri is None and reported.did is None and _in_chat(reported) is None:
        yield FieldError("/subject", "a subject needs a did or a uri")
    if reported.uri is not None and is_blank(reported.uri):
        yield FieldError("/subject/uri", "blank")
    if reported.did is not None and is_blank(reported.did):
        yield FieldError("/subject/did", "blank")


def _repository(uri: str) -> str | None:
    authority = uri.removeprefix("at://").partition("/")[0]
    is_did = uri.startswith("at://did:") and len(authority) <= IDENTIFIER_MAX_CODE_POINTS
    return authority if is_did else None


def _surface(name: str) -> str | None:
    return name if 0 < len(name) <= SURFACE_MAX_CODE_POINTS and name.isprintable() else None
