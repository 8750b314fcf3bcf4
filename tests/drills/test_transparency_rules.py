"""The stand-in's rules of a statement, quirks and all, case by case."""

import pytest

from tests.fixtures.transparency import statement
from tutela.drills.transparency_database import normal, rules
from tutela.drills.transparency_database.validation import judged, summary

LONG = "x" * 501
INCOMPATIBLE: dict[str, object] = {
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "terms",
    "incompatible_content_explanation": "why",
}
ARRAY = "The {} field must be an array."
INVALID = "The selected {} is invalid."
TOO_LONG = "The {} field must not be greater than {} characters."
REQUIRED = "The {} field is required."
WHY_NOT = (
    "The incompatible content ground field is required "
    "when decision ground is incompatible content."
)
NO_DAY = "The {} does not match the format YYYY-MM-DD."
AFTER = "The {} field must be a date after or equal to {}."
BEFORE = "The {} field must be a date before or equal to 2038-01-01."


def found(given: dict[str, object], *, batch: bool = False) -> dict[str, list[str]]:
    """Field -> its messages."""
    trimmed = normal.trim(given)
    assert isinstance(trimmed, dict)
    return judged(trimmed, fields=rules.batch() if batch else rules.single())[0]


#: Change to a good statement -> field -> messages, the same in both calls.
Wrong = dict[str, list[str]]
BOTH: list[tuple[dict[str, object], Wrong]] = [
    ({}, {}),
    ({"account_type": "null", "category_specification": ["null"]}, {}),
    ({"content_language": "null"}, {"content_language": [INVALID.format("content language")]}),
    ({"decision_visibility": "DECISION_VISIBILITY_CONTENT_REMOVED"},
     {"decision_visibility": [ARRAY.format("decision visibility")]}),
    ({"decision_visibility": "gone"},
     {"decision_visibility": [ARRAY.format("decision visibility"),
                              INVALID.format("decision visibility")]}),
    ({"decision_visibility": [["DECISION_VISIBILITY_CONTENT_REMOVED"]]},
     {"decision_visibility": [INVALID.format("decision visibility")]}),
    ({"decision_visibility": {"a": "DECISION_VISIBILITY_CONTENT_REMOVED"}}, {}),
    ({"decision_visibility": ["DECISION_VISIBILITY_OTHER"]},
     {"decision_visibility_other": [REQUIRED.format("decision visibility other")]}),
    ({"decision_visibility_other": LONG},
     {"decision_visibility_other": [TOO_LONG.format("decision visibility other", 500)]}),
    ({"decision_monetary": "DECISION_MONETARY_OTHER"},
     {"decision_monetary_other":
      ["The decision monetary other field is required when decision monetary is other."]}),
    ({"decision_monetary_other": LONG}, {}),
    ({"decision_monetary": ["DECISION_MONETARY_OTHER"]},
     {"decision_monetary": [INVALID.format("decision monetary")]}),
    ({"category_addition": []}, {}),
    ({"territorial_scope": ["EL"]}, {"territorial_scope": [INVALID.format("territorial scope")]}),
    ({"territorial_scope": []}, {}),
    ({"puid": "a" * 501 + "!"},
     {"puid": [TOO_LONG.format("puid", 500), "The puid format is invalid."]}),
    ({"puid": 12}, {}),
    ({"puid": True}, {"puid": ["The puid format is invalid."]}),
    ({"puid": " p-1\n"}, {}),
    ({"decision_facts": "\u200b \ufeff"}, {"decision_facts": [REQUIRED.format("decision facts")]}),
    ({"decision_facts": "x" * 5001}, {"decision_facts": [TOO_LONG.format("decision facts", 5000)]}),
    ({"automated_detection": True},
     {"automated_detection": [INVALID.format("automated detection")]}),
    ({"incompatible_content_illegal": "Maybe"},
     {"incompatible_content_illegal": [INVALID.format("incompatible content illegal")]}),
    ({"illegal_content_explanation": "x" * 2001},
     {"illegal_content_explanation": [TOO_LONG.format("illegal content explanation", 2000)]}),
    (INCOMPATIBLE | {"illegal_content_explanation": "x" * 2001}, {}),
    (INCOMPATIBLE | {"incompatible_content_ground": " "},
     {"incompatible_content_ground":
      [WHY_NOT]}),
    ({"content_date": "1999-12-31"},
     {"content_date": [AFTER.format("content date", "2000-01-01")]}),
    ({"content_date": "soon"},
     {"content_date": [NO_DAY.format("content date"), AFTER.format("content date", "2000-01-01"),
                       BEFORE.format("content date")]}),
    ({"application_date": "2024-02-30"}, {"application_date": [NO_DAY.format("application date")]}),
    ({"application_date": "2019-2-3"},
     {"application_date": [NO_DAY.format("application date"),
                           AFTER.format("application date", "2020-01-01")]}),
    ({"end_date_service_restriction": "2038-01-02"},
     {"end_date_service_restriction": [BEFORE.format("end date service restriction")]}),
    ({"end_date_service_restriction": "8 August"},
     {"end_date_service_restriction": [NO_DAY.format("end date of service restriction"),
                                       BEFORE.format("end date service restriction")]}),
    ({"end_date_account_restriction": "0000-01-01"}, {}),
    ({"content_id": {"EAN-13": 1234567890123}},
     {"content_id.EAN-13": ["The content id. e a n-13 field must be a string."]}),
    ({"content_id": "1"}, {"content_id": [ARRAY.format("content id")]}),
    ({"content_id": {"ISBN": "x"}}, {}),
    ({"content_type": []}, {"content_type": [REQUIRED.format("content type")]}),
]  # fmt: skip


@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
@pytest.mark.parametrize(("change", "errors"), BOTH, ids=lambda value: str(value)[:60])
def test_both_calls_find_the_same(change: dict[str, object], errors: Wrong, *, batch: bool) -> None:
    assert found(statement(**change), batch=batch) == errors


@pytest.mark.parametrize("field", ["content_type", "category_addition"])
def test_an_explicit_null_of_a_list_that_may_not_be_null_is_refused(field: str) -> None:
    given = statement() | {field: None}
    assert found(given)[field][0] == ARRAY.format(field.replace("_", " "))


def test_no_decision_at_all_is_told_four_times() -> None:
    errors = found(statement(decision_visibility=[]))
    assert list(errors) == [
        "decision_visibility",
        "decision_monetary",
        "decision_provision",
        "decision_account",
    ]
    assert summary(errors).endswith("are present. (and 3 more errors)")


def test_the_single_call_reads_a_lone_word_as_a_list_and_the_batch_call_does_not() -> None:
    given = statement(content_type="CONTENT_TYPE_OTHER")
    assert list(found(given)) == ["content_type", "content_type_other"]
    assert list(found(given, batch=True)) == ["content_type"]


def test_only_the_single_call_knows_the_alias_of_the_article_number() -> None:
    given = statement(content_id_ean="12")
    assert found(given) == {"content_id_ean": ["The content id ean field format is invalid."]}
    assert found(given, batch=True) == {}


def test_what_belongs_to_another_choice_is_dropped() -> None:
    given = statement(
        **INCOMPATIBLE,
        source_type="SOURCE_VOLUNTARY",
        source_identity="somebody",
        content_type_other="more",
        decision_monetary_other="more",
    )
    _, kept = judged(given, fields=rules.single())
    dropped = ("illegal_content_legal_ground", "illegal_content_explanation", "source_identity")
    assert not {*dropped, "content_type_other", "decision_monetary_other"} & set(kept)


@pytest.mark.parametrize(
    ("url", "passes"),
    [
        ("https://example.com", True),
        ("https://a.example.com:8443/p/q?x=1&y[]=2#z", True),
        ("https://user:secret@example.com/", True),
        ("http://localhost", True),
        ("https://[2001:db8::1]/", True),
        ("https://exämple.com/straße", True),
        ("https://☃.example", True),
        ("example.com", False),
        ("https://", False),
        ("https://a b.com", False),
        ("javascript:alert(1)", False),
        ("https://example.com/<x>", False),
    ],
)
def test_a_reference_is_an_absolute_url(url: str, *, passes: bool) -> None:
    errors = found(statement(decision_ground_reference_url=url))
    message = "The decision ground reference url field must be a valid URL."
    assert errors == ({} if passes else {"decision_ground_reference_url": [message]})
