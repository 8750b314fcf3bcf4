"""Statements in the words of the Transparency Database: all of it fits, nothing else leaves."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from tests.compliance.statements import STATEMENT, STATEMENT_ID, statements
from tutela.compliance.filing.payload import Payload, Unfileable, payload
from tutela.compliance.transparency import check
from tutela.domain.countries import EEA
from tutela.domain.decision import Content
from tutela.domain.notice import Subject
from tutela.domain.statement import Reasons, Restriction, Source, Statement
from tutela.domain.vocabulary import (
    AccountType,
    AutomatedDecision,
    Category,
    ContentType,
    Ground,
    Keyword,
    MeasureKind,
    SubjectKind,
)


def changed(**fields: object) -> Statement:
    return msgspec.structs.replace(STATEMENT, **fields)


def reasons(**fields: object) -> Reasons:
    return msgspec.structs.replace(STATEMENT.reasons, **fields)


def content(**fields: object) -> Content:
    return msgspec.structs.replace(STATEMENT.content, **fields)


def filed(statement: Statement, *, served: frozenset[str] = EEA) -> dict[str, Any]:
    return payload(statement, statement_id=STATEMENT_ID, served=served)


def in_terms(member: StrEnum) -> Reasons:
    return reasons(ground=member, terms_clause="4.2", terms_version="7")


#: How a statement says a word of each closed list.
SAYING: Mapping[type[StrEnum], Callable[[Any], Statement]] = {
    MeasureKind: lambda each: changed(restrictions=(Restriction(each, text="qzvkt"),)),
    Ground: lambda each: changed(reasons=in_terms(each)),
    Category: lambda each: changed(reasons=reasons(category=each)),
    Keyword: lambda each: changed(reasons=reasons(keyword=each)),
    ContentType: lambda each: changed(content=content(types=(each,), types_other="qzvkt")),
    Source: lambda each: changed(source=each),
    AccountType: lambda each: changed(account_type=each),
    AutomatedDecision: lambda each: changed(automated_decision=each),
}
VOCABULARY = [member for kind in SAYING for member in kind]


@pytest.mark.parametrize("member", VOCABULARY, ids=lambda each: f"{type(each).__name__}.{each}")
def test_every_word_of_ours_is_one_that_the_database_takes(member: StrEnum) -> None:
    assert check(filed(SAYING[type(member)](member))) == {}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(statement=statements())
def test_what_is_built_is_valid_and_what_would_not_be_is_refused_with_its_field(
    statement: Statement,
) -> None:
    try:
        built = filed(statement)
    except Unfileable as refused:
        fields = {error.pointer.removeprefix("/") for error in refused.errors}
        assert fields
        assert fields <= set(Payload.__struct_fields__)
    else:
        assert check(built) == {}


EVERY_MEASURE = (
    Restriction(MeasureKind.VISIBILITY_DEMOTED),
    Restriction(MeasureKind.VISIBILITY_OTHER, text="qzvkt"),
    Restriction(MeasureKind.MONETARY_OTHER, text="wplor"),
    Restriction(MeasureKind.SERVICE_SUSPENDED),
    Restriction(MeasureKind.ACCOUNT_SUSPENDED),
)


def test_measures_of_all_kinds_stand_in_their_fields_with_their_last_day() -> None:
    built = filed(changed(restrictions=EVERY_MEASURE, until=date(2027, 1, 31)))
    assert check(built) == {}
    expected = {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DEMOTED", "DECISION_VISIBILITY_OTHER"],
        "decision_visibility_other": "qzvkt",
        "end_date_visibility_restriction": "2027-01-31",
        "decision_monetary": "DECISION_MONETARY_OTHER",
        "decision_monetary_other": "wplor",
        "end_date_monetary_restriction": "2027-01-31",
        "decision_provision": "DECISION_PROVISION_TOTAL_SUSPENSION",
        "end_date_service_restriction": "2027-01-31",
        "decision_account": "DECISION_ACCOUNT_SUSPENDED",
        "end_date_account_restriction": "2027-01-31",
    }
    assert {name: built[name] for name in expected} == expected


def test_nothing_of_accounts_subjects_or_their_places_leaves() -> None:
    subject = Subject(
        SubjectKind.CONTENT, id="post-91x", url="https://example.social/p/91x", account_id="zq9kd8x"
    )
    built = filed(changed(subject=subject, content=content(id="post-91x")))
    words = repr(built)
    assert not [each for each in ("post-91x", "zq9kd8x", "example.social") if each in words]


@pytest.mark.parametrize(
    ("number", "types", "subject_id", "expected"),
    [
        ("4006381333931", (ContentType.PRODUCT,), "post-91x", {"EAN-13": "4006381333931"}),
        ("4006381333932", (ContentType.PRODUCT,), "post-91x", None),
        ("4006381333931", (ContentType.TEXT,), "post-91x", None),
        ("4006381333931", (ContentType.PRODUCT,), "4006381333931", None),
        ("post-91x", (ContentType.PRODUCT,), "post-91x", None),
    ],
    ids=["a product", "check digit", "no product", "the subject's own id", "no number"],
)
def test_of_ids_only_the_number_of_a_product_leaves(
    number: str,
    types: tuple[ContentType, ...],
    subject_id: str,
    expected: Mapping[str, str] | None,
) -> None:
    subject = Subject(SubjectKind.CONTENT, id=subject_id)
    built = filed(changed(subject=subject, content=content(id=number, types=types)))
    assert built.get("content_id") == expected
    assert check(built) == {}


def test_a_statement_for_everywhere_names_every_country_that_is_served() -> None:
    assert filed(STATEMENT)["territorial_scope"] == sorted(EEA)
    served = frozenset({"GR", "DE", "US"})
    assert filed(STATEMENT, served=served)["territorial_scope"] == ["DE", "GR"]


def test_a_scope_is_told_as_far_as_it_lies_in_the_economic_area() -> None:
    assert filed(changed(territory=("US", "NO", "AT")))["territorial_scope"] == ["AT", "NO"]
    with pytest.raises(Unfileable) as refused:
        filed(changed(territory=("US",)))
    assert [error.pointer for error in refused.value.errors] == ["/territorial_scope"]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("de", "DE"), ("de-AT", "DE"), ("zh-Hant-TW", "ZH"), ("x-house", None), ("und", None)],
)
def test_a_language_is_told_by_the_code_that_the_database_knows(
    tag: str, expected: str | None
) -> None:
    assert filed(changed(content=content(language=tag))).get("content_language") == expected


TOO_LONG = "x" * 5_001


@pytest.mark.parametrize(
    ("statement", "pointer"),
    [
        (changed(facts=TOO_LONG), "/decision_facts"),
        (changed(facts="\u200b "), "/decision_facts"),
        (changed(reasons=reasons(explanation=TOO_LONG)), "/illegal_content_explanation"),
        (changed(reasons=reasons(legal_ground=None)), "/illegal_content_legal_ground"),
        (changed(restrictions=()), "/decision_visibility"),
        (changed(applies_from=date(2019, 12, 31)), "/application_date"),
        (changed(until=date(2026, 11, 20)), "/end_date_visibility_restriction"),
        (changed(content=content(date=None)), "/content_date"),
        (changed(content=content(types=())), "/content_type"),
        (changed(content=content(types=(ContentType.OTHER,))), "/content_type_other"),
        (
            changed(
                restrictions=(
                    Restriction(MeasureKind.ACCOUNT_SUSPENDED),
                    Restriction(MeasureKind.ACCOUNT_TERMINATED),
                )
            ),
            "/decision_account",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_field_and_never_cut(
    statement: Statement, pointer: str
) -> None:
    with pytest.raises(Unfileable) as refused:
        filed(statement)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_also_illegal_is_told_where_it_is_known() -> None:
    by_terms = {"ground": Ground.TERMS, "terms_clause": "4.2", "terms_version": "7"}
    said = {
        illegal: filed(changed(reasons=reasons(**by_terms, also_illegal=illegal))).get(
            "incompatible_content_illegal"
        )
        for illegal in (True, False, None)
    }
    assert said == {True: "Yes", False: "No", None: None}
