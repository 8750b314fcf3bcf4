"""Statements of reasons for tests: one that is whole, and every one that the type allows."""

from datetime import date
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tutela.domain.countries import COUNTRIES
from tutela.domain.decision import Content
from tutela.domain.notice import Subject
from tutela.domain.statement import Reasons, Redress, Restriction, Source, Statement
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

STATEMENT_ID = UUID("0196f0a0-0000-7000-8000-00000000000a")

STATEMENT = Statement(
    recipient="zq9kd8x",
    subject=Subject(SubjectKind.CONTENT, id="post-91x", account_id="zq9kd8x"),
    restrictions=(Restriction(MeasureKind.VISIBILITY_REMOVED),),
    territory=None,
    applies_from=date(2026, 11, 21),
    until=None,
    facts="qzvkt wplor",
    source=Source.ARTICLE_16,
    automated_detection=True,
    automated_decision=AutomatedDecision.NONE,
    reasons=Reasons(
        ground=Ground.ILLEGAL,
        explanation="bxjmr",
        category=Category.PROTECTION_OF_MINORS,
        legal_ground="law 12",
    ),
    redress=tuple(Redress),
    complaint_window_months=6,
    content=Content(types=(ContentType.TEXT,), date=date(2026, 11, 20), language="de"),
    account_type=None,
)

_SEEN = "abc xyz\u03b1\u0105\u4e00\U0001f600"
_UNSEEN = " \t\n\u200b\u00a0\u2028\ufeff"


def texts(most: int) -> SearchStrategy[str]:
    """Texts around the limit, and some that say nothing."""
    words = st.text(_SEEN + _UNSEEN, max_size=12)
    long = st.integers(most - 1, most + 1).map(lambda size: "x" * size)
    return words | long | words.map(lambda word: f"{_UNSEEN}{word}")


def days() -> SearchStrategy[date]:
    """Days around the limits of the database, and beyond."""
    return st.dates(date(1998, 1, 1), date(2040, 1, 1)) | st.dates(
        date(2019, 12, 30), date(2026, 1, 3)
    )


def _reasons() -> SearchStrategy[Reasons]:
    return st.builds(
        Reasons,
        ground=st.sampled_from(Ground),
        explanation=texts(2_000),
        category=st.sampled_from(Category),
        keyword=st.none() | st.sampled_from(Keyword),
        legal_ground=st.none() | texts(500),
        terms_clause=st.none() | texts(500),
        also_illegal=st.none() | st.booleans(),
    )


def _contents() -> SearchStrategy[Content]:
    return st.builds(
        Content,
        types=st.lists(st.sampled_from(ContentType), max_size=4).map(tuple),
        types_other=st.none() | texts(500),
        date=st.none() | days(),
        language=st.none() | st.sampled_from(("de", "DE-at", "zh-Hant", "iw", "x-a", "deu", "??")),
        id=st.none() | st.sampled_from(("4006381333931", "4006381333932", "post-91x")),
    )


def statements() -> SearchStrategy[Statement]:
    """Whatever the type allows, whether or not a decision could make it."""
    restriction = st.builds(
        Restriction, kind=st.sampled_from(MeasureKind), text=st.none() | texts(500)
    )
    return st.builds(
        Statement,
        recipient=st.none() | st.just("zq9kd8x"),
        subject=st.just(STATEMENT.subject),
        restrictions=st.lists(restriction, max_size=4).map(tuple),
        territory=st.none() | st.lists(st.sampled_from(sorted(COUNTRIES)), max_size=5).map(tuple),
        applies_from=days(),
        until=st.none() | days(),
        facts=texts(5_000),
        source=st.sampled_from(Source),
        automated_detection=st.booleans(),
        automated_decision=st.sampled_from(AutomatedDecision),
        reasons=_reasons(),
        redress=st.just(tuple(Redress)),
        complaint_window_months=st.just(6),
        content=_contents(),
        account_type=st.none() | st.sampled_from(AccountType),
    )
