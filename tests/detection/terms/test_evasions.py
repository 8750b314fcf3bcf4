import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.evasions import FURTHER, LETTERS, NINETEEN, Evasion, pseudo_words, undone
from tutela.detection.terms.matcher import TermMatcher, matcher
from tutela.detection.terms.skeleton import skeleton
from tutela.detection.terms.term import Term

WORDS = pseudo_words(60, seed=20_261_122)
#: A trailing exclamation mark is none of the word: what ends with i is told apart by nothing.
SHARES = {"symbols for letters": 0.9}


def finder(words: list[str]) -> TermMatcher:
    return matcher([Term(id=word, text=word) for word in words])


MATCHER = finder(WORDS)


def found(texts: list[str]) -> list[bool]:
    hits = MATCHER.hits(texts)
    return [
        any(hit.term.id == word for hit in each) for word, each in zip(WORDS, hits, strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "evasion"), [pytest.param(*each, id=each[0]) for each in (NINETEEN | FURTHER).items()]
)
def test_a_word_is_found_however_it_is_written(name: str, evasion: Evasion) -> None:
    assert undone(evasion, words=WORDS, seed=3, finds=found) >= SHARES.get(name, 1.0)


@pytest.mark.parametrize(
    "evasion", [pytest.param(each, id=name) for name, each in NINETEEN.items()]
)
def test_its_place_is_where_it_is_written(evasion: Evasion) -> None:
    chance = random.Random(5)
    written = [evasion(word, chance=chance) for word in WORDS]
    hits = MATCHER.hits([f"\u00e9\U0001f600, {each} \u00e9" for each in written])
    places = [
        {(hit.start, hit.end) for hit in each if hit.term.id == word}
        for word, each in zip(WORDS, hits, strict=True)
    ]
    assert places == [{(4, 4 + len(each))} for each in written]


def alike() -> dict[str, list[str]]:
    """The characters that Unicode itself calls a letter's likeness or compatible form."""
    signs: dict[str, list[str]] = {letter: [] for letter in LETTERS}
    for sign in map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x20000)]):
        letter = unicodedata.normalize("NFKC", sign).casefold()
        if letter in signs and len(letter) == 1:
            signs[letter].append(sign)
        elif sign.islower() and skeleton(sign) in signs:
            signs[skeleton(sign)].append(sign)
    return signs


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_may_be_any_that_unicode_calls_its_likeness(letter: str) -> None:
    signs = alike()[letter]
    assert signs
    word = f"ta{letter}mu" if letter not in "aeiou" else f"t{letter}mub"
    hits = finder([word]).hits([word.replace(letter, sign) for sign in signs])
    assert [sign for sign, each in zip(signs, hits, strict=True) if not each] == []


HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "kelokelo k.3l0\u200b\u202e\u202c\U000e006b\u0301\ufe0f\u20e3ǝʞ@!ﬃ㎏½ßİ\ud800"
        ),
    ),
    max_size=60,
)
LETTERS_ONLY = finder(["kelo", "ke", "lok", "ffi", "ss", "приве", "日本"])


@given(st.lists(HOSTILE, max_size=4))
def test_a_place_is_never_outside_the_text(texts: list[str]) -> None:
    hits = LETTERS_ONLY.hits(texts)
    assert len(hits) == len(texts)
    for text, each in zip(texts, hits, strict=True):
        assert all(0 <= hit.start < hit.end <= len(text) for hit in each)


@given(HOSTILE, HOSTILE)
def test_a_plain_word_is_found_whatever_stands_around_it(before: str, after: str) -> None:
    text = f"{before} tamiro {after}"
    hits = finder(["tamiro"]).hits([text])[0]
    assert text.index("tamiro") in {hit.start for hit in hits} or "\u202e" in before


@given(st.lists(HOSTILE, min_size=1, max_size=6))
def test_a_text_has_the_same_hits_alone_and_among_others(texts: list[str]) -> None:
    assert LETTERS_ONLY.hits(texts) == [LETTERS_ONLY.hits([text])[0] for text in texts]
