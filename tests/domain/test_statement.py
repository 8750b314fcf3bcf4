"""Statements of reasons: one per affected recipient, content item and scope."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.decision import Content, Decision, Measure, check
from tutela.domain.notice import Subject
from tutela.domain.statement import (
    Circumstances,
    Reasons,
    Redress,
    Restriction,
    Source,
    Statement,
    source,
    statements,
)
from tutela.domain.vocabulary import (
    AccountType,
    AutomatedDecision,
    Category,
    Channel,
    ContentType,
    Ground,
    Keyword,
    MeasureKind,
    Outcome,
    SubjectKind,
)

POST = Subject(kind=SubjectKind.CONTENT, id="post-91", account_id="a-7")
ACCOUNT = Subject(kind=SubjectKind.ACCOUNT, id="a-7")
REMOVED = Measure(kind=MeasureKind.VISIBILITY_REMOVED, subject=POST, territory=("FR", "DE", "FR"))
CONTENT = Content(types=(ContentType.TEXT,), date=date(2026, 11, 20), language="de")
ACT = Decision(
    lease_token="lease",
    items=("i-1",),
    outcome=Outcome.ACT,
    category=Category.PROTECTION_OF_MINORS,
    keyword=Keyword.UNSAFE_CHALLENGES,
    ground=Ground.ILLEGAL,
    legal_ground="Act 1, section 2",
    terms_clause="4.2",
    terms_version="2026-09",
    also_illegal=True,
    facts="what happened",
    explanation="why it is illegal",
    content=CONTENT,
    account_type=AccountType.PRIVATE,
    measures=(REMOVED,),
    automated_detection=True,
    automated_decision=AutomatedDecision.PARTIAL,
    application_date=date(2026, 11, 21),
    guideline_version="2026-10",
)
BY_USER = Circumstances(channels=frozenset({Channel.USER}), complaint_window_months=6)


def issued(*measures: Measure, circumstances: Circumstances = BY_USER) -> tuple[Statement, ...]:
    decision = msgspec.structs.replace(ACT, measures=measures)
    return statements(decision, circumstances=circumstances)


def test_a_statement_holds_everything_that_article_17_asks_for() -> None:
    (statement,) = issued(msgspec.structs.replace(REMOVED, until=date(2027, 1, 31)))
    assert statement == Statement(
        recipient="a-7",
        subject=POST,
        restrictions=(Restriction(kind=MeasureKind.VISIBILITY_REMOVED),),
        territory=("DE", "FR"),
        applies_from=date(2026, 11, 21),
        until=date(2027, 1, 31),
        facts="what happened",
        source=Source.ARTICLE_16,
        automated_detection=True,
        automated_decision=AutomatedDecision.PARTIAL,
        reasons=Reasons(
            ground=Ground.ILLEGAL,
            explanation="why it is illegal",
            category=Category.PROTECTION_OF_MINORS,
            keyword=Keyword.UNSAFE_CHALLENGES,
            legal_ground="Act 1, section 2",
        ),
        redress=(
            Redress.INTERNAL_COMPLAINT,
            Redress.OUT_OF_COURT_DISPUTE_SETTLEMENT,
            Redress.JUDICIAL_REDRESS,
        ),
        complaint_window_months=6,
        content=CONTENT,
        account_type=AccountType.PRIVATE,
    )


def test_a_contractual_ground_names_the_clause_and_no_law() -> None:
    (statement,) = statements(
        msgspec.structs.replace(ACT, ground=Ground.TERMS), circumstances=BY_USER
    )
    assert statement.reasons == Reasons(
        ground=Ground.TERMS,
        explanation="why it is illegal",
        category=Category.PROTECTION_OF_MINORS,
        keyword=Keyword.UNSAFE_CHALLENGES,
        terms_clause="4.2",
        terms_version="2026-09",
        also_illegal=True,
    )


def test_measures_of_one_subject_and_scope_share_a_statement() -> None:
    labelled = Measure(
        kind=MeasureKind.VISIBILITY_OTHER, subject=POST, territory=("DE", "FR"), text="a banner"
    )
    (statement,) = issued(REMOVED, labelled)
    assert statement.restrictions == (
        Restriction(kind=MeasureKind.VISIBILITY_REMOVED),
        Restriction(kind=MeasureKind.VISIBILITY_OTHER, text="a banner"),
    )


@pytest.mark.parametrize(
    "other",
    [
        msgspec.structs.replace(REMOVED, territory=("AT",)),
        msgspec.structs.replace(REMOVED, territory=None),
        msgspec.structs.replace(REMOVED, until=date(2027, 1, 31)),
        msgspec.structs.replace(REMOVED, subject=Subject(kind=SubjectKind.CONTENT, id="post-92")),
        Measure(kind=MeasureKind.ACCOUNT_SUSPENDED, subject=ACCOUNT, territory=("DE", "FR")),
    ],
    ids=["another country", "everywhere", "another end", "another content", "the account"],
)
def test_another_content_item_or_scope_has_its_own_statement(other: Measure) -> None:
    first, second = issued(REMOVED, other)
    assert first == issued(REMOVED)[0]
    assert second == issued(other)[0]


def test_a_subject_without_id_is_told_apart_by_its_url() -> None:
    places = [Subject(kind=SubjectKind.URL, url=f"https://example.social/{n}") for n in (1, 2, 1)]
    kinds = [
        MeasureKind.VISIBILITY_REMOVED,
        MeasureKind.VISIBILITY_REMOVED,
        MeasureKind.VISIBILITY_LABELLED,
    ]
    made = issued(*(Measure(kind=k, subject=s) for k, s in zip(kinds, places, strict=True)))
    assert [len(statement.restrictions) for statement in made] == [2, 1]


@pytest.mark.parametrize(
    ("subject", "recipient"),
    [
        (POST, "a-7"),
        (ACCOUNT, "a-7"),
        (Subject(kind=SubjectKind.CONTENT, id="post-93"), "a-9"),
        (Subject(kind=SubjectKind.CONTENT, id="post-94"), None),
        (Subject(kind=SubjectKind.URL, url="https://example.social/p/1"), None),
        (Subject(kind=SubjectKind.TAG, id="qx7"), None),
    ],
    ids=["named by the measure", "the account", "known to us", "unknown", "a url", "a tag"],
)
def test_the_recipient_is_whose_content_or_account_it_is(
    subject: Subject, recipient: str | None
) -> None:
    circumstances = msgspec.structs.replace(BY_USER, account_ids={"post-93": "a-9", "a-7": "a-1"})
    measure = Measure(kind=MeasureKind.VISIBILITY_REMOVED, subject=subject)
    (statement,) = issued(measure, circumstances=circumstances)
    assert statement.recipient == recipient


@pytest.mark.parametrize("outcome", [Outcome.DISMISS, Outcome.ESCALATE])
def test_a_decision_that_restricts_nothing_has_no_statement(outcome: Outcome) -> None:
    decision = msgspec.structs.replace(ACT, outcome=outcome, measures=())
    assert statements(decision, circumstances=BY_USER) == ()


@pytest.mark.parametrize("field", ["facts", "explanation", "category", "content", "ground"])
def test_no_statement_is_made_from_a_decision_that_was_refused(field: str) -> None:
    decision = msgspec.structs.replace(ACT, **{field: None})
    assert check(decision)
    with pytest.raises(ValueError, match="check it first"):
        statements(decision, circumstances=BY_USER)


def test_a_small_enterprise_may_offer_fewer_ways_of_redress() -> None:
    circumstances = msgspec.structs.replace(BY_USER, redress=(Redress.JUDICIAL_REDRESS,))
    (statement,) = issued(REMOVED, circumstances=circumstances)
    assert statement.redress == (Redress.JUDICIAL_REDRESS,)


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        (set(), Source.OWN_INITIATIVE),
        ({Channel.AUTOMATED}, Source.OWN_INITIATIVE),
        ({Channel.INTERNAL, Channel.AUTOMATED}, Source.OWN_INITIATIVE),
        ({Channel.AUTHORITY, Channel.INTERNAL}, Source.OTHER_NOTIFICATION),
        ({Channel.USER, Channel.AUTHORITY}, Source.ARTICLE_16),
        ({Channel.HOTLINE}, Source.ARTICLE_16),
        ({Channel.RESEARCHER, Channel.AUTOMATED}, Source.ARTICLE_16),
        ({Channel.TRUSTED_FLAGGER, *Channel}, Source.TRUSTED_FLAGGER),
    ],
)
def test_the_source_is_the_strongest_notice_among_them(
    channels: set[Channel], expected: Source
) -> None:
    assert source(channels) is expected


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_has_a_source(channel: Channel) -> None:
    assert source({channel}) in Source


def test_a_statement_has_no_place_for_a_notifier_a_lease_or_an_item() -> None:
    fields = set(Statement.__struct_fields__)
    assert not {"notifier", "name", "email", "items", "lease_token", "channels"} & fields
    (statement,) = issued(REMOVED)
    text = msgspec.json.encode(statement).decode()
    assert "lease" not in text
    assert "i-1" not in text


measures = st.builds(
    Measure,
    kind=st.sampled_from(
        [
            kind
            for kind in MeasureKind
            if kind.startswith("visibility") and not kind.endswith("other")
        ]
    ),
    subject=st.builds(
        Subject, kind=st.just(SubjectKind.CONTENT), id=st.sampled_from(["p-1", "p-2"])
    ),
    until=st.sampled_from([None, date(2027, 1, 1)]),
    territory=st.sampled_from([None, ("DE",), ("DE", "FR"), ("FR", "DE")]),
)


@given(st.lists(measures, min_size=1, max_size=12))
def test_every_measure_stands_in_exactly_one_statement(chosen: list[Measure]) -> None:
    decision = msgspec.structs.replace(ACT, measures=tuple(chosen))
    if check(decision):
        return
    made = statements(decision, circumstances=BY_USER)
    stated = [
        (restriction.kind, statement.subject.id, statement.until, statement.territory)
        for statement in made
        for restriction in statement.restrictions
    ]
    asked = [
        (m.kind, m.subject.id, m.until, m.territory and tuple(sorted(m.territory))) for m in chosen
    ]
    assert sorted(stated, key=repr) == sorted(asked, key=repr)
    scopes = [(s.recipient, s.subject.id, s.until, s.territory) for s in made]
    assert len(set(scopes)) == len(scopes)
