"""A decision as it comes in, and every rule that binds its fields to each other.

Lengths, dates and required fields are those of the DSA Transparency Database (data schema v2), so
that a decision accepted here can be filed there.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

import msgspec

from tutela.domain.countries import is_country
from tutela.domain.languages import is_language_tag
from tutela.domain.notice import Identifier, Subject, Timestamp
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import (
    AccountType,
    Audience,
    AutomatedDecision,
    Category,
    ContentType,
    Ground,
    Keyword,
    MeasureKind,
    Outcome,
    SubjectKind,
)
from tutela.errors import FieldError

FACTS_MAX_CODE_POINTS: Final = 5_000
EXPLANATION_MAX_CODE_POINTS: Final = 2_000
GROUND_MAX_CODE_POINTS: Final = 500
VERSION_MAX_CODE_POINTS: Final = 100
LANGUAGE_MAX_CODE_POINTS: Final = 64
ITEMS_MAX: Final = 10_000
MEASURES_MAX: Final = 1_000
COUNTRIES_MAX: Final = 300

CONTENT_DATE_MIN: Final = date(2000, 1, 1)
APPLICATION_DATE_MIN: Final = date(2020, 1, 1)
DATE_MAX: Final = date(2038, 1, 1)

Facts = Annotated[str, msgspec.Meta(max_length=FACTS_MAX_CODE_POINTS)]
Explanation = Annotated[str, msgspec.Meta(max_length=EXPLANATION_MAX_CODE_POINTS)]
GroundText = Annotated[str, msgspec.Meta(max_length=GROUND_MAX_CODE_POINTS)]
Version = Annotated[str, msgspec.Meta(max_length=VERSION_MAX_CODE_POINTS)]
#: A calendar day, `2026-11-21`.
Day = date
Items = Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=ITEMS_MAX)]


class Division(StrEnum):
    """The four ways to restrict: DSA Art. 17(1)(a) to (d)."""

    #: (a) Visibility of specific items of information.
    VISIBILITY = "visibility"
    #: (b) Monetary payments.
    MONETARY = "monetary"
    #: (c) Provision of the service, in whole or in part.
    SERVICE = "service"
    #: (d) The account.
    ACCOUNT = "account"


def division(kind: MeasureKind) -> Division:
    """Which of the four ways to restrict a kind of measure is."""
    return Division(kind.value.partition("_")[0])


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What kind of content the decision is about, as the Transparency Database asks."""

    types: Annotated[tuple[ContentType, ...], msgspec.Meta(max_length=len(ContentType))] = ()
    #: Which type, where `types` has `other`.
    types_other: GroundText | None = None
    date: Day | None = None
    language: Annotated[str, msgspec.Meta(max_length=LANGUAGE_MAX_CODE_POINTS)] | None = None
    id: Identifier | None = None


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One restriction of one subject."""

    kind: MeasureKind
    subject: Subject
    #: The last day of the restriction; None: without end.
    until: date | None = None
    #: Where it applies, ISO 3166-1 alpha-2; None: wherever the service is offered.
    territory: Annotated[tuple[str, ...], msgspec.Meta(max_length=COUNTRIES_MAX)] | None = None
    #: What is restricted, for the kinds that end in `_other`.
    text: GroundText | None = None

    @property
    def division(self) -> Division:
        """Which of the four ways to restrict it is."""
        return division(self.kind)


class Recipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the affected person is to be told; what is left out, the platform's events may say."""

    language: Annotated[str, msgspec.Meta(max_length=LANGUAGE_MAX_CODE_POINTS)] | None = None
    audience: Audience | None = None


class Withhold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until when nobody is told of the decision, by which legal basis of the register."""

    basis: Identifier
    until: Timestamp
    #: The authority's own name of what it asked for.
    order: GroundText | None = None


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/cases/{id}/decisions`; `check` says what its outcome requires."""

    lease_token: Identifier
    items: Items
    outcome: Outcome
    external_id: Identifier | None = None
    category: Category | None = None
    keyword: Keyword | None = None
    ground: Ground | None = None
    legal_ground: GroundText | None = None
    terms_clause: GroundText | None = None
    terms_version: Version | None = None
    also_illegal: bool | None = None
    facts: Facts | None = None
    explanation: Explanation | None = None
    content: Content | None = None
    account_type: AccountType | None = None
    measures: Annotated[tuple[Measure, ...], msgspec.Meta(max_length=MEASURES_MAX)] = ()
    automated_detection: bool | None = None
    automated_decision: AutomatedDecision | None = None
    application_date: date | None = None
    guideline_version: Version | None = None
    recipient: Recipient | None = None
    withhold: Withhold | None = None


_REQUIRED: Final[Mapping[Outcome, tuple[str, ...]]] = MappingProxyType(
    {
        Outcome.ACT: (
            "category",
            "ground",
            "facts",
            "explanation",
            "content",
            "measures",
            "automated_detection",
            "automated_decision",
            "application_date",
            "guideline_version",
        ),
        Outcome.DISMISS: ("explanation", "guideline_version"),
        Outcome.ESCALATE: ("explanation",),
    }
)

_REQUIRED_BY_GROUND: Final[Mapping[Ground, tuple[str, ...]]] = MappingProxyType(
    {Ground.ILLEGAL: ("legal_ground",), Ground.TERMS: ("terms_clause", "terms_version")}
)

#: Kinds that are named by their `text` alone.
OTHER_KINDS: Final = frozenset({MeasureKind.VISIBILITY_OTHER, MeasureKind.MONETARY_OTHER})


def check(decision: Decision) -> tuple[FieldError, ...]:
    """Everything that is wrong with the decision, with pointers; empty where it may be taken.

    Sources: DSA Art. 16(5) and 17(3); the conditional rules of the Transparency Database.
    """
    return tuple(error for rule in _RULES for error in rule(decision))


def _required_by_outcome(decision: Decision) -> Iterator[FieldError]:
    for field in _REQUIRED[decision.outcome]:
        if _is_absent(getattr(decision, field)):
            yield FieldError(f"/{field}", f"is required to {decision.outcome}")


def _required_by_ground(decision: Decision) -> Iterator[FieldError]:
    if decision.outcome is not Outcome.ACT or decision.ground is None:
        return
    for field in _REQUIRED_BY_GROUND[decision.ground]:
        if _is_absent(getattr(decision, field)):
            yield FieldError(f"/{field}", f"is required where the ground is {decision.ground}")


def _items_named_once(decision: Decision) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, item in enumerate(decision.items):
        if item in seen:
            yield FieldError(f"/items/{index}", "is named twice")
        seen.add(item)


def _measures_only_to_act(decision: Decision) -> Iterator[FieldError]:
    if decision.measures and decision.outcome is not Outcome.ACT:
        yield FieldError("/measures", f"must be empty to {decision.outcome}")


def _withheld_only_to_act(decision: Decision) -> Iterator[FieldError]:
    if decision.withhold is not None and decision.outcome is not Outcome.ACT:
        yield FieldError("/withhold", f"must be left out to {decision.outcome}")


def _application_date(decision: Decision) -> Iterator[FieldError]:
    yield from _within(
        decision.application_date, at="/application_date", earliest=APPLICATION_DATE_MIN
    )


def _recipient(decision: Decision) -> Iterator[FieldError]:
    recipient = decision.recipient
    if recipient is None or recipient.language is None:
        return
    if not is_language_tag(recipient.language):
        yield FieldError("/recipient/language", "is not a language tag (BCP 47)")


def _content(decision: Decision) -> Iterator[FieldError]:
    content = decision.content
    if content is None:
        return
    if decision.outcome is Outcome.ACT and not content.types:
        yield FieldError("/content/types", "is required to act")
    if decision.outcome is Outcome.ACT and content.date is None:
        yield FieldError("/content/date", "is required to act")
    if ContentType.OTHER in content.types and is_blank(content.types_other):
        yield FieldError("/content/types_other", "is required where types has other")
    if content.language is not None and not is_language_tag(content.language):
        yield FieldError("/content/language", "is not a language tag (BCP 47)")
    yield from _within(content.date, at="/content/date", earliest=CONTENT_DATE_MIN)


def _measures(decision: Decision) -> Iterator[FieldError]:
    start = decision.application_date or APPLICATION_DATE_MIN
    for index, measure in enumerate(decision.measures):
        at = f"/measures/{index}"
        yield from _measure_subject(measure, at=at)
        yield from _measure_territory(measure, at=at)
        yield from _within(measure.until, at=f"{at}/until", earliest=APPLICATION_DATE_MIN)
        if measure.until is not None and APPLICATION_DATE_MIN <= measure.until < start:
            yield FieldError(f"{at}/until", "is before application_date")
        if measure.kind in OTHER_KINDS and is_blank(measure.text):
            yield FieldError(f"{at}/text", f"is required for {measure.kind}")


def _measure_subject(measure: Measure, *, at: str) -> Iterator[FieldError]:
    subject = measure.subject
    if is_blank(subject.id) and is_blank(subject.url):
        yield FieldError(f"{at}/subject", "has neither id nor url")
    if measure.division is Division.ACCOUNT and subject.kind is not SubjectKind.ACCOUNT:
        yield FieldError(f"{at}/subject/kind", f"must be account for {measure.kind}")


def _measure_territory(measure: Measure, *, at: str) -> Iterator[FieldError]:
    if measure.territory is None:
        return
    if not measure.territory:
        yield FieldError(f"{at}/territory", "is empty; leave it out for everywhere")
    for index, country in enumerate(measure.territory):
        if not is_country(country):
            yield FieldError(f"{at}/territory/{index}", "is not a country (ISO 3166-1 alpha-2)")


def _measures_agree(decision: Decision) -> Iterator[FieldError]:
    """Restrictions of visibility add up; the other divisions know one at a time in one scope."""
    seen: set[tuple[object, ...]] = set()
    for index, measure in enumerate(decision.measures):
        one_of = measure.kind if measure.division is Division.VISIBILITY else measure.division
        key = (one_of, place(measure.subject), scope(measure))
        if key in seen:
            yield FieldError(f"/measures/{index}", "repeats or contradicts an earlier measure")
        seen.add(key)


def place(subject: Subject) -> tuple[SubjectKind, str | None, str | None]:
    """What makes two subjects the same one: kind and id, or kind and URL where there is no id."""
    return (subject.kind, subject.id, None if subject.id else subject.url)


def scope(measure: Measure) -> tuple[tuple[str, ...] | None, date | None]:
    """Where and how long: countries in order, each once (None: everywhere), and the last day."""
    territory = None if measure.territory is None else tuple(sorted(set(measure.territory)))
    return (territory, measure.until)


def _within(day: date | None, *, at: str, earliest: date) -> Iterator[FieldError]:
    if day is not None and not earliest <= day <= DATE_MAX:
        yield FieldError(at, f"must lie between {earliest} and {DATE_MAX}")


def _is_absent(value: object) -> bool:
    if isinstance(value, StrEnum):
        return False
    if isinstance(value, str):
        return is_blank(value)
    return value is None or value == ()


_RULES: Final[tuple[Callable[[Decision], Iterator[FieldError]], ...]] = (
    _required_by_outcome,
    _required_by_ground,
    _items_named_once,
    _measures_only_to_act,
    _application_date,
    _content,
    _recipient,
    _withheld_only_to_act,
    _measures,
    _measures_agree,
)
