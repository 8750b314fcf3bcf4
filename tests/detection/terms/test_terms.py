import random
import time

import pytest

from benchmarks.evasions import pseudo_words
from tutela.detection.terms import pieces
from tutela.detection.terms.matcher import Found, matcher
from tutela.detection.terms.term import TERM_MAX, Refusal, Term, TermKind


def places(text: str, *terms: Term, language: str | None = None) -> list[tuple[str, int, int]]:
    hits = matcher(terms).hits([text], languages=[language])[0]
    return [(hit.term.id, hit.start, hit.end) for hit in hits]


def word(text: str, *, kind: TermKind = TermKind.WORD) -> Term:
    return Term(id=text, text=text, kind=kind)


def substring(text: str) -> Term:
    return Term(id=text, text=text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Refusal.FOLDS_TO_NOTHING),
        ("...", Refusal.FOLDS_TO_NOTHING),
        ("\u200b\u00ad", Refusal.FOLDS_TO_NOTHING),
        ("😀🔥", Refusal.FOLDS_TO_NOTHING),
        ("\u0301\u0301", Refusal.FOLDS_TO_NOTHING),
        ("a", Refusal.FOLDS_TO_EVERYTHING),
        ("aaa", Refusal.FOLDS_TO_EVERYTHING),
        ("é.", Refusal.FOLDS_TO_EVERYTHING),
        ("ж", Refusal.FOLDS_TO_EVERYTHING),
        ("日", Refusal.FOLDS_TO_EVERYTHING),
        ("ab" * TERM_MAX, Refusal.TOO_LONG),
    ],
)
def test_a_term_that_cannot_be_looked_for_is_refused_with_why(text: str, why: Refusal) -> None:
    held = matcher([Term(id="7", text=text), substring("tamiro")])
    assert [(each.id, each.why) for each in held.refused] == [("7", why)]
    assert [hit.term.id for hit in held.hits([f"{text} tamiro"])[0]] == ["tamiro"]


def test_no_terms_find_nothing() -> None:
    assert matcher([]).hits(["tamiro", ""]) == [[], []]


@pytest.mark.parametrize(
    ("text", "is_word"),
    [
        ("tamiro", True),
        ("a tamiro.", True),
        ("#tamiro", True),
        ("tamiro's", True),
        ("T4MIRO!", True),
        ("t a m i r o", True),
        ("tamiros", False),
        ("stamiro", False),
        ("xt.a.m.i.r.ox", False),
        ("日本tamiro日本", True),
    ],
)
def test_a_word_begins_and_ends_a_token(text: str, is_word: bool) -> None:  # noqa: FBT001 - a case of the table
    assert bool(places(text, word("tamiro"))) is is_word


def test_a_substring_is_found_inside_of_words() -> None:
    assert places("xtamirox stamiro", substring("tamiro")) == [("tamiro", 1, 7), ("tamiro", 10, 16)]


@pytest.mark.parametrize(
    "text",
    [
        "kelo miro",
        "KELO   miro",
        "kelo-miro",
        "#kelomiro",
        "k e l o m i r o",
        "kelo\nmiro",
        "ke-lo mi-ro",
    ],
)
def test_a_phrase_is_found_however_its_words_are_separated(text: str) -> None:
    assert len(places(text, word("kelo miro", kind=TermKind.PHRASE))) == 1


@pytest.mark.parametrize("text", ["kelo tamu miro", "kelo miros", "akelo miro", "kelomirota"])
def test_a_phrase_is_whole_words_one_after_the_other(text: str) -> None:
    assert places(text, word("kelo miro", kind=TermKind.PHRASE)) == []


def test_what_the_allow_list_holds_is_no_match() -> None:
    terms = (substring("tamiro"), word("tamirone", kind=TermKind.ALLOW))
    text = "tamirone tamiro TAMIRONES tamiron"
    assert places(text, *terms) == [("tamiro", 9, 15), ("tamiro", 26, 32)]


def test_who_writes_between_the_letters_gets_nothing_from_the_allow_list() -> None:
    terms = (substring("tamiro"), word("tamiro ne", kind=TermKind.ALLOW))
    assert places("t.a.m.i.r.o n.e", *terms) == [("tamiro", 0, 11)]


@pytest.mark.parametrize(
    ("language", "count"), [(None, 1), ("de", 1), ("de-AT", 1), ("DE", 1), ("fr", 0), ("den", 0)]
)
def test_a_term_of_a_language_is_for_texts_of_it(language: str | None, count: int) -> None:
    term = Term(id="1", text="tamiro", languages=("de",))
    assert len(places("tamiro", term, language=language)) == count


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("привет", "ПРИВЕТ"),
        ("привет", "прив3т".replace("3", "е")),
        ("привет", "п.р.и.в.е.т"),
        ("привет", "пpивeт"),
        ("сор", "cop"),
        ("ёлка", "елка"),
        ("καλός", "ΚΑΛΟΣ"),
        ("한국말", "한국말은"),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"),
        ("한국", "ㅎㅏㄴㄱㅜㄱ은"),
        ("日本語", "これは日本語です"),
        ("日本語", "日.本.語"),
        ("カタカナ", "かたかな"),
        ("カタカナ", "ｶﾀｶﾅ"),
        ("ガギグ", "ｶﾞｷﾞｸﾞ"),
        ("مرحبا", "مَرْحَبًا"),
        ("مرحبا", "مـرحـبا"),
        ("שלום", "שָׁלוֹם"),
        ("हिन्दी", "हिन्दी"),
        ("ไทย", "ภาษาไทย"),
        ("2468", "in 2468"),
        ("x9 日本", "X9 日本"),
    ],
)
def test_a_term_of_another_script_goes_by_its_own_rules(term: str, text: str) -> None:
    assert len(places(text, substring(term))) == 1


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("한국", "하국"),
        ("ガギ", "かき"),
        ("हिन", "हुन"),
        ("мир", "мур"),
        ("2468", "2469"),
        ("שלום", "שלוש"),
    ],
)
def test_other_letters_of_a_script_are_other_letters(term: str, text: str) -> None:
    assert places(text, substring(term)) == []


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("well", "we'll"),
        ("intone", "in tone"),
        ("modem", "a modernist"),
        ("god", "good"),
        ("fall", "fail"),
        ("tall", "tailored"),
        ("los", "loss"),
        ("sos", "at 505"),
        ("bota", "a bot a bot"),
        ("boot", "bot"),
    ],
)
def test_what_only_resembles_a_term_is_no_match(term: str, text: str) -> None:
    assert places(text, word(term)) == []


def test_plain_substrings_of_neutral_text_are_found_and_hardly_more() -> None:
    chance = random.Random(4)
    terms, vocabulary = pseudo_words(2_000, seed=8), pseudo_words(2_000, seed=9)
    vocabulary += ["a", "to", "of", "in", "I", "it's", "well-known", "2nd", "10,000", "e.g.", "OK!"]
    texts = [" ".join(chance.choices(vocabulary + terms[:40], k=40)) for _ in range(200)]
    plain = {
        (at, term) for at, text in enumerate(texts) for term in terms if term in text.casefold()
    }
    hits = matcher([substring(term) for term in terms]).hits(texts)
    ours = {(at, hit.term.id) for at, each in enumerate(hits) for hit in each}
    assert len(plain) > 100
    assert plain - ours == set()
    assert len(ours - plain) <= 0.05 * len(plain)


def test_stars_of_one_short_text_are_none_of_the_next() -> None:
    texts = ["a*b", "t*mi", "k*lo", "x", "k*l*"]
    held = matcher([substring("kelo"), substring("tamiro")])
    assert held.hits(texts) == [held.hits([text])[0] for text in texts]
    assert [hit.term.id for hit in held.hits(texts)[2]] == ["kelo"]


def test_a_long_text_is_searched_in_pieces_without_a_seam() -> None:
    text = "".join(f"{'uv' * (450 + at)} t.a.m.i.r.o " for at in range(600))
    assert len(text) > 2 * pieces.BATCH
    expected = [at for at in range(len(text)) if text.startswith("t.a.m.i.r.o", at)]
    hits = matcher([word("tamiro")]).hits([text])[0]
    assert [hit.start for hit in hits] == expected
    assert {hit.found for hit in hits} == {Found.SQUASHED}


def test_a_text_of_one_letter_takes_no_time_to_speak_of() -> None:
    before = time.process_time()
    matcher([substring("ato"), substring("tob")]).hits(
        ["a" * 300_000, "a " * 150_000, "@" * 300_000]
    )
    assert time.process_time() - before < 20
