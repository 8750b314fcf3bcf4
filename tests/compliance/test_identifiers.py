"""The scanner: what may name somebody is found however it is written, and numbers stay numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compliance.statements import STATEMENT
from tutela.compliance.filing.identifiers import IdentifierKind, findings
from tutela.compliance.filing.parties import Parties, of_notifier, of_statement, of_subject
from tutela.compliance.filing.payload import FREE_TEXTS
from tutela.domain.notice import Notifier, Subject
from tutela.domain.vocabulary import SubjectKind

EMAIL, PHONE, HANDLE = IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.HANDLE
NETWORK, LINK = IdentifierKind.NETWORK_ADDRESS, IdentifierKind.ACCOUNT_LINK
BANK, NUMBER, PARTY = (
    IdentifierKind.BANK_ACCOUNT,
    IdentifierKind.LONG_NUMBER,
    IdentifierKind.KNOWN_PARTY,
)
KNOWN = Parties(
    ids=frozenset({"zq9kd8x", "a-7", "qzvkt@example.org"}),
    names=frozenset({"A. N. Other"}),
    hosts=frozenset({"example.social"}),
)


def kinds(text: str, *, known: Parties = KNOWN) -> set[IdentifierKind]:
    return {finding.kind for finding in findings(text, known=known)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("bxjmr wplor@example.org bxjmr", EMAIL),
        ("wplor (at) example dot org", EMAIL),
        ("wplor [at] mail [dot] example [dot] org", EMAIL),
        ("wplor at example dot org", EMAIL),
        ("wplor (arobase) example point org", EMAIL),
        ("wplor małpa example kropka org", EMAIL),
        ("wplor παπάκι example τελεία org", EMAIL),
        ("ｗｐｌｏｒ＠ｅｘａｍｐｌｅ．ｏｒｇ", EMAIL),
        ("wplor @ example . org", EMAIL),
        ("wpl\u200bor\u00ad@exam\u200bple.org", EMAIL),
        ("wplor@qzvkt", EMAIL),
        ("+49 170 1234567", PHONE),
        ("0049 (170) 123-4567", PHONE),
        ("06 12 34 56 78", PHONE),
        ("06.12.34.56.78", PHONE),
        ("612 345 678", PHONE),
        ("６１２ ３４５ ６７８", PHONE),
        ("0 6 1 2 3 4 5 6 7 8", PHONE),
        ("030/1234567", PHONE),
        ("τηλ. 123456", PHONE),
        ("612345678", NUMBER),
        ("@wplor", HANDLE),
        ("(@wplor_7)", HANDLE),
        ("u/wplor", HANDLE),
        ("192.0.2.17", NETWORK),
        ("192[.]0[.]2[.]17", NETWORK),
        ("2001:db8::17", NETWORK),
        ("02:00:5e:10:00:01", NETWORK),
        ("https://example.org/users/wplor", LINK),
        ("hxxps://example[.]org/@wplor", LINK),
        ("https://example.org/?user_id=7", LINK),
        ("https://wplor:bxjmr@example.org/", LINK),
        ("t.me/wplor", LINK),
        ("example.social/p/91", LINK),
        ("GB82 WEST 1234 5698 7654 32", BANK),
        ("gb82west12345698765432", BANK),
        ("bxjmr zq9kd8x bxjmr", PARTY),
        ("ZQ9 KD-8X", PARTY),
        ("ｚｑ９ｋｄ８ｘ", PARTY),
        ("A. N. Other", PARTY),
        ("other, a n", PARTY),
        ("by Other, bxjmr", PARTY),
        ("Á.N.Ǒther", PARTY),
    ],
)
def test_an_identifier_is_found_however_it_is_written(text: str, kind: IdentifierKind) -> None:
    assert kind in kinds(text)
    assert kind in kinds(f"bxjmr qzvkt {text}, bxjmr.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "qzvkt wplor at bxjmr",
        "on 2026-11-21 and 21.11.2026, 21. 11. 2026, 21/11/26, from 2019-2024",
        "at 10:15 or 10:15:00, 2026-11-21T10:15:00Z, 21.11.2026 10:15",
        "Art. 17(3)(d) and (EU) 2022/2065, C-123/45, § 184, file 2026-00123",
        "Section 2.3.1.4, version 10.0.2.1, v2026.10.1, Wersja 1.2.3.4",
        "1 234 567,89 €, EUR 1.234.567, 490,000 accounts, 12 345 678 views, 1.234.567",
        "EAN 4006381333931, ISBN 978-3-16-148410-0",
        "https://eur-lex.example.org/eli/reg/article and rules.example.org/terms",
        "removed from example.social, met at example.org, 5 @ 3.50 each, und/oder",
        "std::vector, 16:9, 1:2:3",
        "another, each other, other people, a 7th",
    ],
)
def test_numbers_dates_references_and_prices_stop_nothing(text: str) -> None:
    assert findings(text, known=KNOWN) == ()


def test_a_finding_names_the_part_of_the_text_as_it_was_written() -> None:
    text = "ﬁ ß\u200b ｑｚｖｋｔ＠ｅｘａｍｐｌｅ．ｏｒｇ end"
    (found,) = findings(text)
    assert text[found.start : found.end] == "ｑｚｖｋｔ＠ｅｘａｍｐｌｅ．ｏｒｇ"


@given(text=st.text(max_size=200) | st.text("a1@. -:/+()[]dot＠é\u200b0", max_size=60))
def test_any_text_is_scanned_and_findings_lie_within_it(text: str) -> None:
    for found in findings(text, known=KNOWN):
        assert 0 <= found.start < found.end <= len(text)


@given(
    before=st.sampled_from(("", "qzvkt ", "qzvkt, (", "Ωμέγα ", "zażółć: ")),
    after=st.sampled_from(("", " wplor", ".", ") ok", ", ")),
)
def test_what_stands_around_an_address_hides_it_from_nobody(before: str, after: str) -> None:
    assert EMAIL in kinds(f"{before}qzvkt@example.org{after}")
    assert PARTY in kinds(f"{before}zq9kd8x{after}")


def test_a_long_text_costs_no_more_than_its_length() -> None:
    for part in ("a.", "1 ", "@", "(at) ", "a:", "0-", "dot ", "x@y.", "https://a/"):
        findings(part * (max(FREE_TEXTS.values()) // len(part)), known=KNOWN)


def test_recipient_subject_and_notifier_are_known_and_a_tag_is_nobody() -> None:
    subject = Subject(SubjectKind.CONTENT, id="p-1", url="https://e.example/p/1", account_id="a-1")
    assert of_statement(STATEMENT).ids == {"zq9kd8x", "post-91x"}
    assert of_subject(subject) == Parties(
        ids=frozenset({"p-1", "a-1", "https://e.example/p/1"}), hosts=frozenset({"e.example"})
    )
    assert of_subject(Subject(SubjectKind.TAG, id="qzvkt")) == Parties()
    told = of_notifier(Notifier(name="A. N. Other", email="a@example.org"))
    assert told == Parties(ids=frozenset({"a@example.org"}), names=frozenset({"A. N. Other"}))
    assert of_notifier(None) == Parties()


def test_ids_too_short_to_name_anybody_are_not_looked_for() -> None:
    assert kinds("7 ab 1234", known=Parties(ids=frozenset({"7", "ab", "1234"}))) == set()
    assert kinds("12345", known=Parties(ids=frozenset({"12345"}))) == {PARTY}
