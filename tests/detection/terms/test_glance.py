"""What is told of one text at a glance is what a whole look finds."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.evasions import FURTHER, NINETEEN, pseudo_words
from tutela.detection.terms.ascii_signs import LETTERS, SEPARATORS
from tutela.detection.terms.matcher import TermMatcher, matcher
from tutela.detection.terms.term import Term, TermKind

WORDS = pseudo_words(300, seed=7)
OTHERS = ["привет", "ёлка", "日本語", "한국", "καλός", "מרחב", "2468", "x9z", "aab", "boot", "warm"]
PHRASES = ["kelo miro", "us sam", "a-b cd", "one two one"]


def held(*kinds: TermKind, more: tuple[Term, ...] = (), others: list[str] = OTHERS) -> TermMatcher:
    texts = [*WORDS, *others, *PHRASES]
    terms = [Term(id=text, text=text, kind=kinds[at % len(kinds)]) for at, text in enumerate(texts)]
    return matcher([*terms, *more])


MATCHERS = {
    "words": held(TermKind.WORD, others=OTHERS[-4:]),
    "all kinds": held(TermKind.WORD, TermKind.SUBSTRING, TermKind.PHRASE),
    "short": matcher(
        [Term(id=text, text=text) for text in ("lo", "tib", "gq", "b9", "z67", "67t ", "95s", "аб")]
    ),
    "allowed": held(
        TermKind.SUBSTRING,
        more=(Term(id="allow", text=f"the {WORDS[0]}", kind=TermKind.ALLOW),),
        others=OTHERS[-4:],
    ),
    "none": matcher([]),
}


def agrees(held: TermMatcher, *, text: str) -> bool | None:
    """None where a glance can't tell."""
    told = held.glance(text)
    if told is None:
        return None
    found = {hit.term.id for hit in held.hits([text])[0]}
    return {term.id for term in told} <= found and bool(told) is bool(found)


SIGNS = st.sampled_from(
    "abilmnorstvwz  069671 ..-_,'#@$|!*+?&;%\\/<>()[]éßſ\u0301\u200b\U000e0061\u202e\u202cɐʞ"
    "вгдпинлжаеоσξψ日本かｶﾞ한ㅎㅏ١٦९６ⓐ🇦½ﬃ\ud800\x01\x7f\t\n😀"
)
PIECES = st.one_of(
    st.sampled_from([*WORDS[:8], *OTHERS, *PHRASES, "the", "lo", "b9", "z67", "rn", "vv", "1976"]),
    st.text(SIGNS, max_size=6),
    st.text(max_size=4),
)
TEXTS = st.lists(PIECES, min_size=1, max_size=6).flatmap(
    lambda pieces: st.sampled_from(["", " ", ".", "1"]).map(lambda sign: sign.join(pieces))
)


@pytest.mark.parametrize("name", MATCHERS)
@settings(max_examples=400)
@given(text=TEXTS)
def test_a_glance_never_says_otherwise_than_a_whole_look(name: str, text: str) -> None:
    assert agrees(MATCHERS[name], text=text) is not False


@pytest.mark.parametrize("name", MATCHERS)
@settings(max_examples=300)
@given(text=st.lists(st.sampled_from([*WORDS[:9], *PHRASES, "rn", "nn", "vv", "b"])).map("".join))
def test_letters_that_are_cleared_hold_nothing(name: str, text: str) -> None:
    signs = text.encode().translate(LETTERS, SEPARATORS)
    assert not (MATCHERS[name].clears(signs) and MATCHERS[name].hits([text])[0])


@pytest.mark.parametrize("name", ["words", "all kinds", "allowed"])
def test_nor_of_words_that_are_written_otherwise(name: str) -> None:
    chance = random.Random(11)
    wrong = [
        (evasion, text)
        for evasion, write in (NINETEEN | FURTHER).items()
        for word in chance.sample(WORDS, 6)
        for text in (
            write(word, chance=chance),
            f"some {write(word, chance=chance)} more",
            f"{write(word, chance=chance)}7{write(chance.choice(WORDS), chance=chance)}",
        )
        if agrees(MATCHERS[name], text=text) is False
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the summer of 1979", []),
        ("Sommer über Köln, 2024", []),
        ("what is #this thing?", []),
        ("лето в городе", []),
        ("東京の夏", []),
        (f"The {WORDS[3]}!", [WORDS[3]]),
        (f"{WORDS[3].upper()} 24", [WORDS[3]]),
        ("US-SAM", ["us sam"]),
    ],
)
def test_what_is_plain_is_told_at_a_glance(text: str, told: list[str]) -> None:
    found = MATCHERS["words"].glance(text)
    assert found is not None
    assert [term.id for term in found] == told


@pytest.mark.parametrize(
    "text", [".".join(WORDS[0]), f"@{WORDS[0]}", "\u202eoleK", "k" * 5_000, "a*b", "p&#105;x"]
)
def test_what_is_not_plain_is_left_to_a_whole_look(text: str) -> None:
    assert MATCHERS["words"].glance(f"{WORDS[1]}7a {text}") is None


@pytest.mark.parametrize(
    "text", ["2z67", "2 z67", "|% we 498", "z67з日", "b9e\x85", "z67", "8b9", "67t7z9b29", " 95S"]
)
def test_a_digit_before_a_term_makes_no_letter_of_it_sure(text: str) -> None:
    assert agrees(MATCHERS["short"], text=text) is not False


@pytest.mark.parametrize(
    "text", ["the suite", "sulte 76", "pep 484", "Самоанская Сара", "sul-coreano (1962)"]
)
def test_what_lacks_a_run_or_lies_across_words_is_told_at_a_glance(text: str) -> None:
    held = matcher([Term(id=each, text=each, kind=TermKind.WORD) for each in ("sulite", "pepaba")])
    assert agrees(held, text=text)


def test_a_letter_of_two_meanings_ends_no_word() -> None:
    held = matcher([Term(id="dobe", text="dobe", kind=TermKind.WORD)])
    assert agrees(held, text="dobe\u0437\u65e5") is not False


def test_what_an_allow_term_may_hold_is_left_to_a_whole_look() -> None:
    assert MATCHERS["allowed"].glance(f"the {WORDS[0]}") is None
    assert MATCHERS["allowed"].glance("the summer") == ()


def test_many_scripts_leave_little_behind() -> None:
    signs = "".join(map(chr, range(0x4E00, 0x9F00)))
    for begin in range(0, len(signs), 900):
        assert MATCHERS["words"].glance(signs[begin : begin + 900]) == ()
