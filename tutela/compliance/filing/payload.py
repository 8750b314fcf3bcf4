"""What the Commission's Transparency Database is sent of a statement of reasons: Art. 24(5) DSA.

The fields of `Payload` are all that can leave: an allow-list by its type. Accounts, ids and
addresses of subjects, notifiers and codes are not among them. Limits and conditions are those of
data schema v2; what does not fit them is refused with its field and never cut.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.domain.countries import EEA
from tutela.domain.decision import (
    APPLICATION_DATE_MIN,
    CONTENT_DATE_MIN,
    DATE_MAX,
    EXPLANATION_MAX_CODE_POINTS,
    FACTS_MAX_CODE_POINTS,
    GROUND_MAX_CODE_POINTS,
    Division,
)
from tutela.domain.languages import is_language_tag, primary_language
from tutela.domain.statement import Restriction, Source, Statement
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import (
    AccountType,
    AutomatedDecision,
    ContentType,
    Ground,
    MeasureKind,
)
from tutela.errors import FieldError, TutelaError

#: The two-letter codes of ISO 639-1 that the database takes, in lower case.
LANGUAGES: Final[frozenset[str]] = frozenset(
    (  # noqa: SIM905 - two hundred literals would be no list to read
        "ab aa af ak sq am ar an hy as av ae ay az bm ba eu be bn bh bi bs br bg my ca km ch ce ny"
        " zh cu cv kw co cr hr cs da dv nl dz en eo et ee fo fj fi fr ff gd gl lg ka de el ki kl gn"
        " gu ht ha he hz hi ho hu is io ig id ia ie iu ik ga it ja jv kn kr ks kk rw kv kg ko kj ku"
        " ky lo la lv lb li ln lt lu mk mg ms ml mt gv mi mr mh ro mn na nv nd ng ne se no nb nn ii"
        " oc oj or om os pi pa ps fa pl pt qu rm rn ru sm sg sa sc sr sn sd si sk sl so st nr es su"
        " sw ss sv tl ty tg ta tt te th bo ti to ts tn tr tk tw ug uk ur uz ve vi vo wa cy fy wo xh"
        " yi yo za zu"
    ).split()
)

#: Each kind of measure, as the database names it; which field it belongs to its division says.
DECISIONS: Final[Mapping[MeasureKind, str]] = MappingProxyType(
    {
        MeasureKind.VISIBILITY_REMOVED: "DECISION_VISIBILITY_CONTENT_REMOVED",
        MeasureKind.VISIBILITY_DISABLED: "DECISION_VISIBILITY_CONTENT_DISABLED",
        MeasureKind.VISIBILITY_DEMOTED: "DECISION_VISIBILITY_CONTENT_DEMOTED",
        MeasureKind.VISIBILITY_AGE_RESTRICTED: "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
        MeasureKind.VISIBILITY_INTERACTION_RESTRICTED: (
            "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED"
        ),
        MeasureKind.VISIBILITY_LABELLED: "DECISION_VISIBILITY_CONTENT_LABELLED",
        MeasureKind.VISIBILITY_OTHER: "DECISION_VISIBILITY_OTHER",
        MeasureKind.MONETARY_SUSPENDED: "DECISION_MONETARY_SUSPENSION",
        MeasureKind.MONETARY_TERMINATED: "DECISION_MONETARY_TERMINATION",
        MeasureKind.MONETARY_OTHER: "DECISION_MONETARY_OTHER",
        MeasureKind.SERVICE_PARTIALLY_SUSPENDED: "DECISION_PROVISION_PARTIAL_SUSPENSION",
        MeasureKind.SERVICE_SUSPENDED: "DECISION_PROVISION_TOTAL_SUSPENSION",
        MeasureKind.SERVICE_PARTIALLY_TERMINATED: "DECISION_PROVISION_PARTIAL_TERMINATION",
        MeasureKind.SERVICE_TERMINATED: "DECISION_PROVISION_TOTAL_TERMINATION",
        MeasureKind.ACCOUNT_SUSPENDED: "DECISION_ACCOUNT_SUSPENDED",
        MeasureKind.ACCOUNT_TERMINATED: "DECISION_ACCOUNT_TERMINATED",
    }
)
ACCOUNT_TYPES: Final[Mapping[AccountType, str]] = MappingProxyType(
    {kind: f"ACCOUNT_TYPE_{kind.name}" for kind in AccountType}
)
CONTENT_TYPES: Final[Mapping[ContentType, str]] = MappingProxyType(
    {kind: f"CONTENT_TYPE_{kind.name}" for kind in ContentType}
)
GROUNDS: Final[Mapping[Ground, str]] = MappingProxyType(
    {
        Ground.ILLEGAL: "DECISION_GROUND_ILLEGAL_CONTENT",
        Ground.TERMS: "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    }
)
SOURCES: Final[Mapping[Source, str]] = MappingProxyType(
    {
        Source.TRUSTED_FLAGGER: "SOURCE_TRUSTED_FLAGGER",
        Source.ARTICLE_16: "SOURCE_ARTICLE_16",
        Source.OTHER_NOTIFICATION: "SOURCE_TYPE_OTHER_NOTIFICATION",
        Source.OWN_INITIATIVE: "SOURCE_VOLUNTARY",
    }
)
AUTOMATED_DECISIONS: Final[Mapping[AutomatedDecision, str]] = MappingProxyType(
    {
        AutomatedDecision.NONE: "AUTOMATED_DECISION_NOT_AUTOMATED",
        AutomatedDecision.PARTIAL: "AUTOMATED_DECISION_PARTIALLY",
        AutomatedDecision.FULL: "AUTOMATED_DECISION_FULLY",
    }
)

_is_ean_13 = re.compile(r"[0-9]{13}", re.ASCII).fullmatch


class Unfileable(TutelaError):
    """The database would refuse the statement as it stands, or it lies outside its scope."""

    code = "statement_unfileable"
    title = "The statement can't be filed as it stands"
    status = 422


class ContentId(msgspec.Struct, frozen=True):
    """The number of a product: all that the database takes of content's ids."""

    ean_13: str = msgspec.field(name="EAN-13")


class Payload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One statement as the database takes it; a field that is None is left out."""

    puid: str
    decision_visibility: tuple[str, ...] = ()
    decision_visibility_other: str | None = None
    end_date_visibility_restriction: date | None = None
    decision_monetary: str | None = None
    decision_monetary_other: str | None = None
    end_date_monetary_restriction: date | None = None
    decision_provision: str | None = None
    end_date_service_restriction: date | None = None
    decision_account: str | None = None
    end_date_account_restriction: date | None = None
    account_type: str | None = None
    decision_ground: str
    illegal_content_legal_ground: str | None = None
    illegal_content_explanation: str | None = None
    incompatible_content_ground: str | None = None
    incompatible_content_explanation: str | None = None
    incompatible_content_illegal: str | None = None
    category: str
    category_specification: tuple[str, ...] = ()
    content_type: tuple[str, ...]
    content_type_other: str | None = None
    content_language: str | None = None
    content_date: date | None
    content_id: ContentId | None = None
    territorial_scope: tuple[str, ...]
    application_date: date
    decision_facts: str
    source_type: str
    automated_detection: str
    automated_decision: str


#: The fields that people write freely, and how many code points each may have.
FREE_TEXTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "decision_visibility_other": GROUND_MAX_CODE_POINTS,
        "decision_monetary_other": GROUND_MAX_CODE_POINTS,
        "illegal_content_legal_ground": GROUND_MAX_CODE_POINTS,
        "illegal_content_explanation": EXPLANATION_MAX_CODE_POINTS,
        "incompatible_content_ground": GROUND_MAX_CODE_POINTS,
        "incompatible_content_explanation": EXPLANATION_MAX_CODE_POINTS,
        "content_type_other": GROUND_MAX_CODE_POINTS,
        "decision_facts": FACTS_MAX_CODE_POINTS,
    }
)

NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})

_DATES: Final[Mapping[str, date]] = MappingProxyType(
    {
        "content_date": CONTENT_DATE_MIN,
        "application_date": APPLICATION_DATE_MIN,
        "end_date_visibility_restriction": APPLICATION_DATE_MIN,
        "end_date_monetary_restriction": APPLICATION_DATE_MIN,
        "end_date_service_restriction": APPLICATION_DATE_MIN,
        "end_date_account_restriction": APPLICATION_DATE_MIN,
    }
)


def puid(statement_id: UUID) -> str:
    """The statement's name at the database, the same for ever: it makes a repetition harmless."""
    return f"tutela-{statement_id.hex}"


def payload(
    statement: Statement,
    *,
    statement_id: UUID,
    served: Collection[str] = EEA,
    corrected: Mapping[str, str] = NO_TEXTS,
) -> dict[str, object]:
    """The statement as the database takes it, as plain JSON values.

    `served` are the countries where the service is offered: the scope of what has none of its own.
    `corrected` are texts that a person wrote instead of its own; those of fields that it does not
    have are left out. Raises Unfileable with every field that the database would refuse.
    """
    built = build(statement, statement_id=statement_id, served=served)
    texts = {name: text for name, text in corrected.items() if getattr(built, name) is not None}
    built = msgspec.structs.replace(built, **texts)
    faults = tuple(fault for rule in _RULES for fault in rule(built))
    faults += tuple(_one_of_each(statement.restrictions))
    if faults:
        raise Unfileable("A person has to look at it.", errors=faults)
    return plain(built)


def plain(built: Payload) -> dict[str, object]:
    """The payload as plain JSON values, without the fields that are not given."""
    return msgspec.json.decode(msgspec.json.encode(built), type=dict[str, object])


def build(statement: Statement, *, statement_id: UUID, served: Collection[str]) -> Payload:
    """The statement in the words of the database, whether or not it would take them."""
    content = statement.content
    return Payload(
        puid=puid(statement_id),
        **_restricted(statement),
        account_type=statement.account_type and ACCOUNT_TYPES[statement.account_type],
        **_ground(statement),
        category=str(statement.reasons.category),
        category_specification=(
            () if statement.reasons.keyword is None else (str(statement.reasons.keyword),)
        ),
        content_type=tuple(CONTENT_TYPES[kind] for kind in dict.fromkeys(content.types)),
        content_type_other=content.types_other if ContentType.OTHER in content.types else None,
        content_language=_language(content.language),
        content_date=content.date,
        content_id=_product(statement),
        territorial_scope=_scope(statement, served=served),
        application_date=statement.applies_from,
        decision_facts=statement.facts,
        source_type=SOURCES[statement.source],
        automated_detection=_yes_or_no(said=statement.automated_detection),
        automated_decision=AUTOMATED_DECISIONS[statement.automated_decision],
    )


def _restricted(statement: Statement) -> dict[str, Any]:
    by_division: dict[Division, list[Restriction]] = {}
    for restriction in statement.restrictions:
        by_division.setdefault(division(restriction.kind), []).append(restriction)
    seen = by_division.get(Division.VISIBILITY, [])
    return {
        **{_FIELDS[kind][0]: DECISIONS[each[0].kind] for kind, each in by_division.items()},
        **{_FIELDS[kind][1]: statement.until for kind in by_division},
        "decision_visibility": tuple(dict.fromkeys(DECISIONS[each.kind] for each in seen)),
        "decision_visibility_other": _other(seen),
        "decision_monetary_other": _other(by_division.get(Division.MONETARY, [])[:1]),
    }


def division(kind: MeasureKind) -> Division:
    """Which of the four ways to restrict a kind of measure is."""
    return Division(kind.value.partition("_")[0])


def _other(restrictions: Iterable[Restriction]) -> str | None:
    kinds = (MeasureKind.VISIBILITY_OTHER, MeasureKind.MONETARY_OTHER)
    texts = [each.text or "" for each in restrictions if each.kind in kinds]
    return "; ".join(texts) if texts else None


def _ground(statement: Statement) -> dict[str, Any]:
    reasons = statement.reasons
    if reasons.ground is Ground.ILLEGAL:
        return {
            "decision_ground": GROUNDS[Ground.ILLEGAL],
            "illegal_content_legal_ground": reasons.legal_ground or "",
            "illegal_content_explanation": reasons.explanation,
        }
    illegal = reasons.also_illegal
    return {
        "decision_ground": GROUNDS[Ground.TERMS],
        "incompatible_content_ground": reasons.terms_clause or "",
        "incompatible_content_explanation": reasons.explanation,
        "incompatible_content_illegal": None if illegal is None else _yes_or_no(said=illegal),
    }


def _yes_or_no(*, said: bool) -> str:
    return "Yes" if said else "No"


def _language(tag: str | None) -> str | None:
    """The language as the database knows it; None for one that it has no code of."""
    if tag is None or not is_language_tag(tag):
        return None
    language = primary_language(tag)
    return language.upper() if language in LANGUAGES else None


def _product(statement: Statement) -> ContentId | None:
    """The EAN-13 of a product, where its check digit holds and it names nothing on the service."""
    number = statement.content.id
    subject = statement.subject
    if number is None or ContentType.PRODUCT not in statement.content.types:
        return None
    if number in {subject.id, subject.account_id, statement.recipient} or not _is_ean_13(number):
        return None
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(number))
    return ContentId(ean_13=number) if total % 10 == 0 else None


def _scope(statement: Statement, *, served: Collection[str]) -> tuple[str, ...]:
    named = served if statement.territory is None else statement.territory
    return tuple(sorted(EEA.intersection(named)))


def _texts(built: Payload) -> Iterator[FieldError]:
    for field, most in FREE_TEXTS.items():
        text = getattr(built, field)
        if text is None:
            continue
        if is_blank(text):
            yield FieldError(f"/{field}", "is blank")
        if len(text) > most:
            yield FieldError(f"/{field}", f"has {len(text)} code points, at most {most}")


def _days(built: Payload) -> Iterator[FieldError]:
    for field, earliest in _DATES.items():
        day = getattr(built, field)
        if day is not None and not earliest <= day <= DATE_MAX:
            yield FieldError(f"/{field}", f"must lie between {earliest} and {DATE_MAX}")
        if day is not None and field.startswith("end_date") and day < built.application_date:
            yield FieldError(f"/{field}", "is before application_date")
    if built.content_date is None:
        yield FieldError("/content_date", "is required")


def _complete(built: Payload) -> Iterator[FieldError]:
    if not (
        built.decision_visibility
        or built.decision_monetary
        or built.decision_provision
        or built.decision_account
    ):
        yield FieldError("/decision_visibility", "nothing is restricted")
    if not built.content_type:
        yield FieldError("/content_type", "is required")
    if not built.territorial_scope:
        yield FieldError("/territorial_scope", "no country of the EEA")
    if "CONTENT_TYPE_OTHER" in built.content_type and built.content_type_other is None:
        yield FieldError("/content_type_other", "is required")


def _one_of_each(restrictions: Iterable[Restriction]) -> Iterator[FieldError]:
    kinds = {each.kind for each in restrictions}
    for which, (field, _) in _FIELDS.items():
        many = sum(division(kind) is which for kind in kinds) > 1
        if many and which is not Division.VISIBILITY:
            yield FieldError(f"/{field}", "several at once; the database takes one")


#: The field of each way to restrict, and that of its last day.
_FIELDS: Final[Mapping[Division, tuple[str, str]]] = MappingProxyType(
    {
        Division.VISIBILITY: ("decision_visibility", "end_date_visibility_restriction"),
        Division.MONETARY: ("decision_monetary", "end_date_monetary_restriction"),
        Division.SERVICE: ("decision_provision", "end_date_service_restriction"),
        Division.ACCOUNT: ("decision_account", "end_date_account_restriction"),
    }
)

_RULES: Final[tuple[Callable[[Payload], Iterator[FieldError]], ...]] = (_texts, _days, _complete)
