"""What a notice lacks of Article 16(2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.article16 import missing
from tutela.domain.notice import Notice, Notifier, Subject
from tutela.domain.vocabulary import Category, Keyword, SubjectKind

WAIVED = frozenset({Keyword.CHILD_SEXUAL_ABUSE_MATERIAL})
PERSON = Notifier(name="A. N. Other", email="a@example.org")
POST = Subject(kind=SubjectKind.CONTENT, id="post-91", url="https://example.social/p/91")

blanks = st.sampled_from([None, "", " \t", "\u200b", "\u3164"])


def notice(
    *subjects: Subject,
    explanation: str | None = "why",
    notifier: Notifier | None = PERSON,
    good_faith: bool | None = True,
    keyword: Keyword | None = None,
) -> Notice:
    return Notice(
        category=Category.PROTECTION_OF_MINORS,
        keyword=keyword,
        explanation=explanation,
        subjects=subjects or (POST,),
        notifier=notifier,
        good_faith=good_faith,
    )


def lacks(given_notice: Notice) -> tuple[str, ...]:
    return missing(given_notice, anonymous_keywords=WAIVED)


def test_a_notice_with_all_four_elements_lacks_nothing() -> None:
    assert lacks(notice()) == ()


@given(blanks)
def test_a_blank_explanation_is_missing(text: str | None) -> None:
    assert lacks(notice(explanation=text)) == ("/explanation",)


@pytest.mark.parametrize("answer", [None, False])
def test_good_faith_is_missing_unless_it_is_stated(answer: bool | None) -> None:  # noqa: FBT001
    assert lacks(notice(good_faith=answer)) == ("/good_faith",)


def test_an_absent_notifier_is_missing_as_a_whole() -> None:
    assert lacks(notice(notifier=None)) == ("/notifier",)


@given(name=blanks, email=blanks)
def test_a_notifier_without_name_or_address_lacks_each(name: str | None, email: str | None) -> None:
    assert lacks(notice(notifier=Notifier(name=name, email=email))) == (
        "/notifier/name",
        "/notifier/email",
    )
    assert lacks(notice(notifier=Notifier(name="N", email=email))) == ("/notifier/email",)
    assert lacks(notice(notifier=Notifier(name=name, email="a@example.org"))) == ("/notifier/name",)


@pytest.mark.parametrize("notifier", [None, Notifier(), Notifier(name=" "), PERSON])
def test_the_notifier_of_a_listed_offence_may_stay_unknown(notifier: Notifier | None) -> None:
    assert lacks(notice(notifier=notifier, keyword=Keyword.CHILD_SEXUAL_ABUSE_MATERIAL)) == ()


@pytest.mark.parametrize("keyword", [None, *(k for k in Keyword if k not in WAIVED)])
def test_the_notifier_of_any_other_offence_is_asked_for(keyword: Keyword | None) -> None:
    assert lacks(notice(notifier=None, keyword=keyword)) == ("/notifier",)


@pytest.mark.parametrize("kind", SubjectKind)
def test_a_url_is_an_exact_location_of_any_subject(kind: SubjectKind) -> None:
    assert lacks(notice(Subject(kind=kind, url="https://example.social/p/91"))) == ()


@pytest.mark.parametrize("kind", [SubjectKind.CONTENT, SubjectKind.ACCOUNT, SubjectKind.URL])
@pytest.mark.parametrize("name", ["post-91", "did:plc:abc", "://", "1a://b", "at://a b", " "])
def test_a_bare_id_is_no_exact_location(kind: SubjectKind, name: str) -> None:
    assert lacks(notice(Subject(kind=kind, id=name))) == ("/subjects/0/url",)


@pytest.mark.parametrize("kind", SubjectKind)
def test_an_id_that_is_a_uri_is_an_exact_location(kind: SubjectKind) -> None:
    subject = Subject(kind=kind, id="at://did:plc:abc/app.bsky.feed.post/1")
    assert lacks(notice(subject)) == ()


@pytest.mark.parametrize("kind", [SubjectKind.TAG, SubjectKind.QUERY])
def test_a_tag_or_a_query_is_found_by_its_own_words(kind: SubjectKind) -> None:
    assert lacks(notice(Subject(kind=kind, id="qx7"))) == ()
    assert lacks(notice(Subject(kind=kind, id=" "))) == ("/subjects/0/url",)


def test_a_blank_url_is_no_location() -> None:
    assert lacks(notice(Subject(kind=SubjectKind.URL, url="\u200b"))) == ("/subjects/0/url",)


def test_the_pointer_names_the_subject_that_lacks_its_location() -> None:
    bare = Subject(kind=SubjectKind.CONTENT, id="post-92")
    assert lacks(notice(POST, bare, POST, bare)) == ("/subjects/1/url", "/subjects/3/url")


def test_pointers_come_in_the_order_of_the_article() -> None:
    empty = Notice(
        category=Category.NOT_SPECIFIED_NOTICE,
        subjects=(Subject(kind=SubjectKind.ACCOUNT, id="a-7"),),
    )
    assert lacks(empty) == ("/explanation", "/subjects/0/url", "/notifier", "/good_faith")
