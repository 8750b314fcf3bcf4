"""Statements of reasons: DSA Art. 17, one per affected recipient, content item and scope."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar, cast

import msgspec

from tutela.domain.decision import Content, Decision, Measure, check, place, scope
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import (
    AccountType,
    AutomatedDecision,
    Category,
    Channel,
    Ground,
    Keyword,
    MeasureKind,
    Outcome,
    SubjectKind,
)

Value = TypeVar("Value")


class Source(StrEnum):
    """What the decision goes back to: Art. 17(3)(b)."""

    #: A notice submitted by a trusted flagger (Art. 22).
    TRUSTED_FLAGGER = "trusted_flagger"
    #: A notice submitted under Art. 16.
    ARTICLE_16 = "article_16"
    #: Another notification, such as one by an authority that gave no order.
    OTHER_NOTIFICATION = "other_notification"
    #: Voluntary investigations of the platform's own.
    OWN_INITIATIVE = "own_initiative"


class Redress(StrEnum):
    """What the recipient can do against the decision: Art. 17(3)(f)."""

    #: The internal complaint-handling system (Art. 20).
    INTERNAL_COMPLAINT = "internal_complaint"
    #: A certified out-of-court dispute settlement body (Art. 21).
    OUT_OF_COURT_DISPUTE_SETTLEMENT = "out_of_court_dispute_settlement"
    #: The courts.
    JUDICIAL_REDRESS = "judicial_redress"


class Restriction(msgspec.Struct, frozen=True):
    """One restriction the statement gives reasons for: Art. 17(3)(a)."""

    kind: MeasureKind
    text: str | None = None


class Reasons(msgspec.Struct, frozen=True):
    """Why: the legal ground (Art. 17(3)(d)) or the contractual one (e), with the explanation."""

    ground: Ground
    explanation: str
    category: Category
    keyword: Keyword | None = None
    #: The law that is broken, where the ground is `illegal`.
    legal_ground: str | None = None
    #: The clause that is broken and the version of the terms, where the ground is `terms`.
    terms_clause: str | None = None
    terms_version: str | None = None
    #: Whether content that breaks the terms is held to be illegal too.
    also_illegal: bool | None = None
    #: Since when that version is in force and where to read it, where the service registered it.
    terms_in_force_from: date | None = None
    terms_url: str | None = None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that Art. 17(3) asks for, and nothing about who gave notice."""

    #: The account that is told; None where none is affected or known.
    recipient: str | None
    subject: Subject
    #: (a) The restrictions, the countries (None: wherever the service is offered) and the days.
    restrictions: tuple[Restriction, ...]
    territory: tuple[str, ...] | None
    applies_from: date
    #: The last day; None: without end.
    until: date | None
    #: (b) The facts and what they go back to.
    facts: str
    source: Source
    #: (c) The use of automated means.
    automated_detection: bool
    automated_decision: AutomatedDecision
    #: (d), (e) The ground.
    reasons: Reasons
    #: (f) The ways of redress, and for the internal one the months in which it is open.
    redress: tuple[Redress, ...]
    complaint_window_months: int
    #: What the Transparency Database asks for beyond Art. 17(3).
    content: Content
    account_type: AccountType | None


class RegisteredTerms(msgspec.Struct, frozen=True):
    """The version of the terms that a decision cites, as the service registered it."""

    in_force_from: date
    url: str


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement needs and the decision does not say."""

    #: The channels of the notices whose items the decision answers; empty: own initiative.
    channels: frozenset[Channel]
    #: From `law`: how long a complaint is open, at least.
    complaint_window_months: int
    #: Whose content it is, by the content's id, where a measure does not say so itself.
    account_ids: Mapping[str, str] = msgspec.field(default_factory=dict)
    #: The terms cited, where the service has registered any.
    terms: RegisteredTerms | None = None
    #: Micro and small enterprises may offer fewer (Art. 19).
    redress: tuple[Redress, ...] = tuple(Redress)


_SOURCES: Final[Mapping[Channel, Source]] = {
    Channel.TRUSTED_FLAGGER: Source.TRUSTED_FLAGGER,
    Channel.USER: Source.ARTICLE_16,
    Channel.HOTLINE: Source.ARTICLE_16,
    Channel.RESEARCHER: Source.ARTICLE_16,
    Channel.AUTHORITY: Source.OTHER_NOTIFICATION,
    Channel.INTERNAL: Source.OWN_INITIATIVE,
    Channel.AUTOMATED: Source.OWN_INITIATIVE,
}


def source(channels: Collection[Channel]) -> Source:
    """What a decision on notices of these channels goes back to.

    The first of the members of `Source` that any of the notices has: a trusted flagger's notice
    among others makes it that; no notice at all makes it the platform's own initiative.
    """
    found = {_SOURCES[channel] for channel in channels}
    return next((member for member in Source if member in found), Source.OWN_INITIATIVE)


def statements(decision: Decision, *, circumstances: Circumstances) -> tuple[Statement, ...]:
    """One statement per affected recipient, content item and scope, in the order of the measures.

    Scope is where and how long. A decision that restricts nothing has none. Raises ValueError for a
    decision that `check` refuses.
    """
    if check(decision):
        raise ValueError("the decision does not hold together: check it first")
    if decision.outcome is not Outcome.ACT:
        return ()
    groups: dict[tuple[object, ...], list[Measure]] = {}
    for measure in decision.measures:
        recipient = affected_recipient(measure.subject, account_ids=circumstances.account_ids)
        key = (recipient, place(measure.subject), scope(measure))
        groups.setdefault(key, []).append(measure)
    return tuple(
        _statement(decision, measures=group, circumstances=circumstances)
        for group in groups.values()
    )


def _statement(
    decision: Decision, *, measures: list[Measure], circumstances: Circumstances
) -> Statement:
    first = measures[0]
    territory, until = scope(first)
    return Statement(
        recipient=affected_recipient(first.subject, account_ids=circumstances.account_ids),
        subject=first.subject,
        restrictions=_restrictions(measures),
        territory=territory,
        applies_from=_given(decision.application_date),
        until=until,
        facts=_given(decision.facts),
        source=source(circumstances.channels),
        automated_detection=_given(decision.automated_detection),
        automated_decision=_given(decision.automated_decision),
        reasons=_reasons(decision, terms=circumstances.terms),
        redress=circumstances.redress,
        complaint_window_months=circumstances.complaint_window_months,
        content=_given(decision.content),
        account_type=decision.account_type,
    )


def _restrictions(measures: Iterable[Measure]) -> tuple[Restriction, ...]:
    return tuple(Restriction(kind=measure.kind, text=measure.text) for measure in measures)


def _reasons(decision: Decision, *, terms: RegisteredTerms | None) -> Reasons:
    common = Reasons(
        ground=_given(decision.ground),
        explanation=_given(decision.explanation),
        category=_given(decision.category),
        keyword=decision.keyword,
    )
    if common.ground is Ground.ILLEGAL:
        return msgspec.structs.replace(common, legal_ground=decision.legal_ground)
    return msgspec.structs.replace(
        common,
        terms_clause=decision.terms_clause,
        terms_version=decision.terms_version,
        also_illegal=decision.also_illegal,
        terms_in_force_from=terms and terms.in_force_from,
        terms_url=terms and terms.url,
    )


def affected_recipient(subject: Subject, *, account_ids: Mapping[str, str]) -> str | None:
    """Whose account or content it is: who is told; None where nobody is known."""
    if subject.account_id is not None:
        return subject.account_id
    if subject.kind is SubjectKind.ACCOUNT:
        return subject.id
    return account_ids.get(subject.id) if subject.id is not None else None


def _given(value: Value | None) -> Value:
    """The value that `check` has found present."""
    return cast("Value", value)
