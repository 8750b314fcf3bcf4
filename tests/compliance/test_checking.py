"""The checker gives the answers of the Transparency Database, quirks included.

Each expectation was confirmed once against the database's own rule classes on laravel/framework
v12.58.0.
"""

from typing import Any

import pytest

from tests.compliance.samples import GONE, a_statement, on_terms
from tutela.compliance.transparency import check, check_batch

WITHOUT_DECISION = {
    f"decision_{one}": f"The decision {one} field is required when none of "
    + " / ".join(
        f"decision {each}"
        for each in ("visibility", "monetary", "provision", "account")
        if each != one
    )
    + " are present."
    for one in ("visibility", "monetary", "provision", "account")
}
DAY = "does not match the format YYYY-MM-DD."

TAKEN = {
    "as it is": {},
    "only an account": {"decision_visibility": GONE, "decision_account": "null"},
    "a list given as an object": {"content_type": {"a": "CONTENT_TYPE_TEXT"}},
    "the word null among what was restricted": {"decision_visibility": ["null"]},
    "no territory": {"territorial_scope": None},
    "an empty list of added categories": {"category_addition": []},
    "white space around a word": {"category": "\u200b STATEMENT_CATEGORY_SELF_HARM\u00a0\n"},
    "invisible text where text is optional": {"source_identity": "\u2065\u00ad"},
    "five hundred letters beyond the first plane": {"source_identity": "\U0001f600" * 500},
    "a number where text is asked": {"decision_facts": 5},
    "a list where text is asked": {"decision_facts": ["a"]},
    "false where text is asked": {"decision_facts": False},
    "an integer for a PUID": {"puid": 123},
    "a whole float for a PUID": {"puid": 1000.0},
    "a PUID below zero": {"puid": -5},
    "a day long ago": {"end_date_account_restriction": "0000-02-29"},
    "the last day": {"end_date_service_restriction": "2038-01-01"},
    "an end before the start": {"end_date_visibility_restriction": "2020-01-01"},
    "a number of a product": {"content_id": {"EAN-13": "\t1234567890123 "}},
    "a product without number": {"content_id": {"GTIN": "1"}},
    "a list without product": {"content_id": ["1"]},
    "the alias of the number": {"content_id_ean": "1234567890123"},
    "unknown fields": {"nobody": {"asked": 1}, "content_id.EAN-13": "1"},
    "text that will be dropped": {"illegal_content_explanation": "a", "content_type_other": "b"},
}

REFUSED = {
    "no decision": ({"decision_visibility": []}, WITHOUT_DECISION),
    "an object without members": ({"decision_visibility": {}}, WITHOUT_DECISION),
    "a list where a word is asked": (
        {"decision_monetary": ["DECISION_MONETARY_SUSPENSION"]},
        {"decision_monetary": "The selected decision monetary is invalid."},
    ),
    "false where a word is asked": (
        {"decision_account": False},
        {"decision_account": "The selected decision account is invalid."},
    ),
    "other alone, not in a list": (
        {"content_type": "CONTENT_TYPE_OTHER"},
        {
            "content_type": "The content type field must be an array.",
            "content_type_other": "The content type other field is required.",
        },
    ),
    "null where a list is required": (
        {"content_type": None},
        {"content_type": "The content type field must be an array."},
    ),
    "no list where one is required": (
        {"content_type": []},
        {"content_type": "The content type field is required."},
    ),
    "null among the members": (
        {"content_type": ["CONTENT_TYPE_TEXT", ""]},
        {"content_type": "The selected content type is invalid."},
    ),
    "a list within the list": (
        {"territorial_scope": [["DE"]]},
        {"territorial_scope": "The selected territorial scope is invalid."},
    ),
    "null added": (
        {"category_addition": None},
        {"category_addition": "The category addition field must be an array."},
    ),
    "Greece by its other code": (
        {"territorial_scope": ["EL"]},
        {"territorial_scope": "The selected territorial scope is invalid."},
    ),
    "a small letter": (
        {"content_language": "en"},
        {"content_language": "The selected content language is invalid."},
    ),
    "what is dropped is checked first": (
        {"incompatible_content_illegal": None},
        {"incompatible_content_illegal": "The selected incompatible content illegal is invalid."},
    ),
    "too long though dropped": (
        {"decision_visibility_other": "x" * 501},
        {
            "decision_visibility_other": "The decision visibility other field must not be greater "
            "than 500 characters."
        },
    ),
    "a boolean for yes": (
        {"automated_detection": True},
        {"automated_detection": "The selected automated detection is invalid."},
    ),
    "other payments without words": (
        {"decision_monetary": "DECISION_MONETARY_OTHER"},
        {
            "decision_monetary_other": "The decision monetary other field is required when "
            "decision monetary is other."
        },
    ),
    "no ground in law": (
        {"illegal_content_legal_ground": "  "},
        {
            "illegal_content_legal_ground": "The illegal content legal ground field is required "
            "when decision ground is illegal content."
        },
    ),
    "days of many kinds": (
        {
            "content_date": "2023-02-29",
            "application_date": 20230518,
            "end_date_account_restriction": "2038-01-02",
            "end_date_monetary_restriction": True,
        },
        {
            "content_date": f"The content date {DAY}",
            "application_date": f"The application date {DAY}",
            "end_date_account_restriction": "The end date account restriction field must be a date "
            "before or equal to 2038-01-01.",
            "end_date_monetary_restriction": f"The end date of monetary restriction {DAY}",
        },
    ),
    "days too early": (
        {"content_date": "1999-12-31", "application_date": "2019-12-31"},
        {
            "content_date": "The content date field must be a date after or equal to 2000-01-01.",
            "application_date": "The application date field must be a date after or equal to "
            "2020-01-01.",
        },
    ),
    "a number of a product as a number": (
        {"content_id": {"EAN-13": 1234567890123}},
        {"content_id.EAN-13": "The content id. e a n-13 field must be a string."},
    ),
    "a product that is a string": (
        {"content_id": "1234567890123"},
        {"content_id": "The content id field must be an array."},
    ),
    "a PUID that PHP writes with an exponent": (
        {"puid": 1e15},
        {"puid": "The puid format is invalid."},
    ),
    "a PUID beyond 64 bits": ({"puid": 2**63}, {"puid": "The puid format is invalid."}),
    "a PUID with a dot": ({"puid": "a.b"}, {"puid": "The puid format is invalid."}),
    "true for a PUID": ({"puid": True}, {"puid": "The puid format is invalid."}),
    "a long URL": (
        {"decision_ground_reference_url": "https://a.example/" + "a" * 483},
        {
            "decision_ground_reference_url": "The decision ground reference url field must not be "
            "greater than 500 characters."
        },
    ),
}


@pytest.mark.parametrize("changes", TAKEN.values(), ids=TAKEN)
def test_what_the_database_takes_is_valid(changes: dict[str, Any]) -> None:
    assert check(a_statement(**changes)) == {}


@pytest.mark.parametrize(("changes", "errors"), REFUSED.values(), ids=REFUSED)
def test_what_the_database_refuses_is_refused_in_its_words(
    changes: dict[str, Any], errors: dict[str, str]
) -> None:
    assert check(a_statement(**changes)) == errors


def test_a_decision_on_terms_asks_for_the_clause_and_not_for_the_law() -> None:
    assert check(on_terms()) == {}
    assert check(on_terms(incompatible_content_illegal="Yes")) == {}
    assert list(check(on_terms(incompatible_content_ground=None))) == [
        "incompatible_content_ground"
    ]


@pytest.mark.parametrize("nothing", [{}, [], None, "text", [1], {"decision_facts": "\ud800"}])
def test_a_body_without_fields_misses_all_that_is_required(nothing: object) -> None:
    assert list(check(nothing)) == [
        "decision_visibility",
        "decision_monetary",
        "decision_provision",
        "decision_account",
        "decision_ground",
        "content_type",
        "category",
        "content_date",
        "application_date",
        "decision_facts",
        "source_type",
        "automated_detection",
        "automated_decision",
        "puid",
    ]


def test_errors_come_in_the_order_of_the_call() -> None:
    wrong = {"puid": None, "content_id": "x", "category": "x"}
    assert list(check(a_statement(**wrong))) == ["content_id", "category", "puid"]
    in_batch = check_batch({"statements": [a_statement(), a_statement(**wrong)]})
    assert list(in_batch) == [
        "statement_1.category",
        "statement_1.puid",
        "statement_1.content_id",
    ]


def test_a_statement_nested_beyond_what_php_reads_is_an_empty_one() -> None:
    deep: object = "x"
    for _ in range(510):
        deep = [deep]
    assert check(a_statement(nobody=deep)) == {}
    assert len(check(a_statement(nobody=[deep]))) == 14


def test_a_puid_that_was_filed_is_refused_also_as_a_number() -> None:
    taken = {"puid": "The identifier given is not unique within this platform."}
    assert check(a_statement(puid=7), seen_puids=["7"]) == taken
    assert check(a_statement(puid=" 7"), seen_puids=[7]) == taken
    assert check(a_statement(puid="8"), seen_puids=["7"]) == {}
    assert list(check(a_statement(puid="7", category=None), seen_puids=["7"])) == ["category"]


def test_puids_of_a_batch_are_unique_within_it_and_before_it() -> None:
    taken = {"puid": "The platform identifier(s) are not all unique within this call."}
    twice = {"statements": [a_statement(puid=7), a_statement(puid="7")]}
    once = {"statements": [a_statement(puid="a"), a_statement(puid="b")]}
    assert check_batch(twice) == taken
    assert check_batch(once, seen_puids=["b"]) == taken
    assert check_batch(once, seen_puids=["B"]) == {}


@pytest.mark.parametrize("statements", [GONE, None, [], {}, ""])
def test_a_batch_of_nothing_is_refused(statements: object) -> None:
    body = {} if statements is GONE else {"statements": statements}
    assert check_batch(body) == {"statements": "The statements field is required."}


def test_a_batch_is_a_list_of_at_most_a_hundred() -> None:
    statements = [a_statement(puid=f"p-{number}") for number in range(101)]
    assert check_batch({"statements": statements[:100]}) == {}
    assert check_batch({"statements": statements}) == {
        "statements": "The statements field must have between 1 and 100 items."
    }
    assert check_batch({"statements": "x"}) == {
        "statements": "The statements field must be an array."
    }


def test_statements_of_a_batch_are_named_by_their_key() -> None:
    wrong = a_statement(category=None)
    assert check_batch({"statements": {"a": wrong}}) == {
        "statement_a.category": "The category field is required."
    }
    assert list(check_batch({"statements": [a_statement(), None]})) == ["statement_1"]


def test_a_batch_takes_other_from_lists_alone() -> None:
    alone = a_statement(decision_visibility="DECISION_VISIBILITY_OTHER")
    assert list(check(alone)) == ["decision_visibility", "decision_visibility_other"]
    assert list(check_batch({"statements": [alone]})) == ["statement_0.decision_visibility"]
