"""What a decision must hold before it may be taken."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.decision import Content, Decision, Measure, check
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import (
    AutomatedDecision,
    Category,
    ContentType,
    Ground,
    Keyword,
    MeasureKind,
    Outcome,
    SubjectKind,
)

POST = Subject(kind=SubjectKind.CONTENT, id="post-91")
ACCOUNT = Subject(kind=SubjectKind.ACCOUNT, id="a-7")
REMOVED = Measure(kind=MeasureKind.VISIBILITY_REMOVED, subject=POST, territory=("DE",))

ACT = Decision(
    lease_token="lease",
    items=("i-1", "i-2"),
    outcome=Outcome.ACT,
    category=Category.PROTECTION_OF_MINORS,
    keyword=Keyword.UNSAFE_CHALLENGES,
    ground=Ground.ILLEGAL,
    legal_ground="Act 1, section 2",
    facts="what happened",
    explanation="why it is illegal",
    content=Content(types=(ContentType.TEXT,), date=date(2026, 11, 20), language="de"),
    measures=(REMOVED,),
    automated_detection=False,
    automated_decision=AutomatedDecision.NONE,
    application_date=date(2026, 11, 21),
    guideline_version="2026-10",
)
TERMS = msgspec.structs.replace(
    ACT, ground=Ground.TERMS, legal_ground=None, terms_clause="4.2", terms_version="2026-09"
)
DISMISS = Decision(
    lease_token="lease",
    items=("i-1",),
    outcome=Outcome.DISMISS,
    explanation="why nothing is restricted",
    guideline_version="2026-10",
)
ESCALATE = Decision(
    lease_token="lease", items=("i-1",), outcome=Outcome.ESCALATE, explanation="a possible minor"
)

BODY = {
    "lease_token": "lease",
    "items": ["i-1", "i-2"],
    "outcome": "act",
    "category": "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "keyword": "KEYWORD_UNSAFE_CHALLENGES",
    "ground": "illegal",
    "legal_ground": "Act 1, section 2",
    "facts": "what happened",
    "explanation": "why it is illegal",
    "content": {"types": ["text"], "date": "2026-11-20", "language": "de", "id": "post-91"},
    "account_type": "private",
    "measures": [
        {
            "kind": "visibility_removed",
            "subject": {"kind": "content", "id": "post-91"},
            "until": None,
            "territory": ["DE"],
        }
    ],
    "automated_detection": True,
    "automated_decision": "none",
    "application_date": "2026-11-21",
    "guideline_version": "2026-10",
}


def pointers(decision: Decision) -> list[str]:
    return [error.pointer for error in check(decision)]


def with_measures(*measures: Measure) -> Decision:
    return msgspec.structs.replace(ACT, measures=measures)


def with_content(content: Content) -> Decision:
    return msgspec.structs.replace(ACT, content=content)


def decode(**changes: object) -> Decision:
    return msgspec.json.decode(msgspec.json.encode({**BODY, **changes}), type=Decision)


@pytest.mark.parametrize(
    "decision", [ACT, TERMS, DISMISS, ESCALATE], ids=["act", "terms", "dismiss", "escalate"]
)
def test_a_complete_decision_may_be_taken(decision: Decision) -> None:
    assert check(decision) == ()


def test_the_body_of_the_contract_is_read_and_may_be_taken() -> None:
    assert check(decode()) == ()


ALWAYS = [
    "category", "ground", "legal_ground", "facts", "explanation", "content", "automated_detection",
    "automated_decision", "application_date", "guideline_version",
]  # fmt: skip


@pytest.mark.parametrize("field", ALWAYS)
def test_to_act_each_reason_is_required(field: str) -> None:
    assert pointers(msgspec.structs.replace(ACT, **{field: None})) == [f"/{field}"]


@pytest.mark.parametrize("field", ["terms_clause", "terms_version"])
def test_the_contractual_ground_names_clause_and_version(field: str) -> None:
    assert pointers(msgspec.structs.replace(TERMS, **{field: None})) == [f"/{field}"]


@pytest.mark.parametrize("field", ["facts", "explanation", "legal_ground", "guideline_version"])
@pytest.mark.parametrize("blank", ["", "  ", "\u200b"])
def test_a_blank_reason_is_none(field: str, blank: str) -> None:
    assert pointers(msgspec.structs.replace(ACT, **{field: blank})) == [f"/{field}"]


def test_to_act_a_measure_is_required() -> None:
    assert pointers(with_measures()) == ["/measures"]


@pytest.mark.parametrize("also_illegal", [True, False, None])
def test_a_breach_of_terms_may_be_illegal_too(*, also_illegal: bool | None) -> None:
    assert check(msgspec.structs.replace(TERMS, also_illegal=also_illegal)) == ()


@pytest.mark.parametrize(
    ("decision", "fields"),
    [(DISMISS, ["explanation", "guideline_version"]), (ESCALATE, ["explanation"])],
    ids=["dismiss", "escalate"],
)
def test_an_answer_without_measures_needs_its_reasons(
    decision: Decision, fields: list[str]
) -> None:
    for field in fields:
        assert pointers(msgspec.structs.replace(decision, **{field: None})) == [f"/{field}"]


@pytest.mark.parametrize("decision", [DISMISS, ESCALATE], ids=["dismiss", "escalate"])
def test_only_to_act_are_there_measures(decision: Decision) -> None:
    assert pointers(msgspec.structs.replace(decision, measures=(REMOVED,))) == ["/measures"]


def test_an_item_is_named_once() -> None:
    assert pointers(msgspec.structs.replace(ACT, items=("i-1", "i-2", "i-1"))) == ["/items/2"]


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        (date(2019, 12, 31), True),
        (date(2020, 1, 1), False),
        (date(2038, 1, 1), False),
        (date(2038, 1, 2), True),
    ],
)
def test_the_application_date_is_one_the_public_database_takes(*, day: date, wrong: bool) -> None:
    decision = msgspec.structs.replace(ACT, application_date=day)
    assert pointers(decision) == (["/application_date"] if wrong else [])


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        (date(1999, 12, 31), True),
        (date(2000, 1, 1), False),
        (date(2038, 1, 1), False),
        (date(2038, 1, 2), True),
    ],
)
def test_the_contents_date_is_one_the_public_database_takes(*, day: date, wrong: bool) -> None:
    content = Content(types=(ContentType.TEXT,), date=day)
    assert pointers(with_content(content)) == (["/content/date"] if wrong else [])


def test_to_act_the_contents_types_and_date_are_required() -> None:
    assert pointers(with_content(Content())) == ["/content/types", "/content/date"]


def test_without_measures_the_content_may_stay_vague() -> None:
    assert check(msgspec.structs.replace(DISMISS, content=Content())) == ()


def test_another_content_type_is_named() -> None:
    content = Content(types=(ContentType.TEXT, ContentType.OTHER), date=date(2026, 11, 20))
    assert pointers(with_content(content)) == ["/content/types_other"]
    assert check(with_content(msgspec.structs.replace(content, types_other="a game level"))) == ()


def test_the_contents_language_is_a_language_tag() -> None:
    content = Content(types=(ContentType.TEXT,), date=date(2026, 11, 20), language="de_DE")
    assert pointers(with_content(content)) == ["/content/language"]


@pytest.mark.parametrize(
    ("until", "wrong"),
    [
        (None, False),
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2038, 1, 1), False),
        (date(2038, 1, 2), True),
        (date(2019, 1, 1), True),
    ],
)
def test_a_measure_ends_no_earlier_than_it_begins(*, until: date | None, wrong: bool) -> None:
    measure = msgspec.structs.replace(REMOVED, until=until)
    assert pointers(with_measures(measure)) == (["/measures/0/until"] if wrong else [])


@pytest.mark.parametrize("kind", [MeasureKind.VISIBILITY_OTHER, MeasureKind.MONETARY_OTHER])
def test_another_measure_is_named(kind: MeasureKind) -> None:
    assert pointers(with_measures(Measure(kind=kind, subject=POST))) == ["/measures/0/text"]
    assert check(with_measures(Measure(kind=kind, subject=POST, text="a banner"))) == ()


@pytest.mark.parametrize("kind", [MeasureKind.ACCOUNT_SUSPENDED, MeasureKind.ACCOUNT_TERMINATED])
def test_a_measure_of_an_account_names_an_account(kind: MeasureKind) -> None:
    assert check(with_measures(Measure(kind=kind, subject=ACCOUNT))) == ()
    assert pointers(with_measures(Measure(kind=kind, subject=POST))) == ["/measures/0/subject/kind"]


def test_a_measure_names_its_subject() -> None:
    nowhere = Measure(kind=MeasureKind.VISIBILITY_REMOVED, subject=Subject(kind=SubjectKind.URL))
    assert pointers(with_measures(nowhere)) == ["/measures/0/subject"]


def test_a_territory_is_made_of_countries() -> None:
    measure = msgspec.structs.replace(REMOVED, territory=("DE", "EL", "FR", "eu"))
    assert pointers(with_measures(measure)) == [
        "/measures/0/territory/1",
        "/measures/0/territory/3",
    ]


def test_an_empty_territory_is_nowhere() -> None:
    assert pointers(with_measures(msgspec.structs.replace(REMOVED, territory=()))) == [
        "/measures/0/territory"
    ]
    assert check(with_measures(msgspec.structs.replace(REMOVED, territory=None))) == ()


def test_restrictions_of_visibility_add_up_but_none_is_repeated() -> None:
    labelled = msgspec.structs.replace(REMOVED, kind=MeasureKind.VISIBILITY_LABELLED)
    assert check(with_measures(REMOVED, labelled)) == ()
    assert pointers(with_measures(REMOVED, labelled, REMOVED)) == ["/measures/2"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (MeasureKind.MONETARY_SUSPENDED, MeasureKind.MONETARY_TERMINATED),
        (MeasureKind.SERVICE_SUSPENDED, MeasureKind.SERVICE_PARTIALLY_TERMINATED),
        (MeasureKind.ACCOUNT_SUSPENDED, MeasureKind.ACCOUNT_TERMINATED),
    ],
)
def test_measures_that_contradict_each_other_are_refused(
    one: MeasureKind, other: MeasureKind
) -> None:
    first, second = (
        Measure(kind=kind, subject=ACCOUNT, territory=("DE", "FR")) for kind in (one, other)
    )
    assert pointers(with_measures(first, second)) == ["/measures/1"]
    reordered = msgspec.structs.replace(second, territory=("FR", "DE", "FR"))
    assert pointers(with_measures(first, reordered)) == ["/measures/1"]
    elsewhere = msgspec.structs.replace(second, territory=("AT",))
    assert check(with_measures(first, elsewhere)) == ()
    another = msgspec.structs.replace(second, subject=Subject(kind=SubjectKind.ACCOUNT, id="a-8"))
    assert check(with_measures(first, another)) == ()


LENGTHS = [
    ("facts", 5_000), ("explanation", 2_000), ("legal_ground", 500), ("terms_clause", 500),
    ("terms_version", 100), ("guideline_version", 100),
]  # fmt: skip


@pytest.mark.parametrize(("field", "most"), LENGTHS)
def test_a_text_is_as_long_as_the_public_database_takes_it(field: str, most: int) -> None:
    assert len(getattr(decode(**{field: "👪" * most}), field)) == most
    with pytest.raises(msgspec.ValidationError, match=field):
        decode(**{field: "👪" * (most + 1)})


WRONG: dict[str, dict[str, object]] = {
    "unknown field": {"mood": "calm"},
    "no item": {"items": []},
    "an empty item": {"items": [""]},
    "items as text": {"items": "i-1"},
    "unknown outcome": {"outcome": "shrug"},
    "unknown category": {"category": "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT"},
    "unknown measure": {"measures": [{"kind": "visibility_blurred", "subject": {"kind": "tag"}}]},
    "unknown field of a measure": {
        "measures": [{"kind": "visibility_removed", "subject": {"kind": "tag"}, "why": "x"}]
    },
    "unknown field of the content": {"content": {"types": ["text"], "size": 3}},
    "unknown content type": {"content": {"types": ["smell"]}},
    "automation in words": {"automated_detection": "Yes"},
    "a date that is none": {"application_date": "2026-02-30"},
    "a date with a time": {"application_date": "2026-11-21T00:00:00Z"},
    "a null outcome": {"outcome": None},
    "an empty lease": {"lease_token": ""},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_what_does_not_fit_the_contract_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(**changes)


texts = st.none() | st.sampled_from(["", " ", "word"])
days = st.none() | st.dates()


@given(
    outcome=st.sampled_from(Outcome),
    ground=st.none() | st.sampled_from(Ground),
    fields=st.fixed_dictionaries(
        {},
        optional={
            "legal_ground": texts,
            "terms_clause": texts,
            "terms_version": texts,
            "facts": texts,
            "explanation": texts,
            "guideline_version": texts,
            "application_date": days,
            "category": st.none() | st.sampled_from(Category),
            "content": st.none() | st.builds(Content, types=st.just(()), date=days),
            "measures": st.just(()) | st.just((REMOVED,)),
        },
    ),
)
def test_every_error_names_a_field_of_the_body(
    outcome: Outcome, ground: Ground | None, fields: dict[str, object]
) -> None:
    decision = msgspec.structs.replace(ACT, outcome=outcome, ground=ground, **fields)
    for pointer in pointers(decision):
        assert pointer.split("/")[1] in Decision.__struct_fields__
