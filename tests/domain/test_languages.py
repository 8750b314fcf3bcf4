"""Language tags by the grammar of RFC 5646."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.languages import is_language_tag, primary_language

WELL_FORMED = re.findall(
    r"\S+",
    """
de fr ja i-enochian zh-Hant zh-Hans sr-Cyrl sr-Latn zh-cmn-Hans-CN cmn-Hans-CN zh-yue-HK yue-HK
zh-Hans-CN sr-Latn-RS sl-rozaj sl-rozaj-biske sl-nedis de-CH-1901 sl-IT-nedis hy-Latn-IT-arevela
de-DE en-US es-419 de-CH-x-phonebk az-Arab-x-AZE-derbend x-whatever qaa-Qaaa-QM-x-southern
de-Qaaa sr-Latn-QM sr-Qaaa-RS en-US-u-islamcal zh-CN-a-myext-x-private en-a-myext-b-another
en-GB-oed sgn-BE-FR art-lojban zh-min-nan qqq tlh root reserved de-DE-u-co-phonebk ZH-HANT-TW x-1
""",
)

MALFORMED = [
    "", "d", "-", "de-", "-de", "de--DE", "de_DE", "de DE", " de", "de ", "de\n", "a-DE", "1a",
    "x", "x-", "x-toolonghere", "de-x", "de-u", "de-419-DE", "languages", "de-toolongvariant",
    "de-a", "de-u-x-y", "ar-a-aaa-b", "i-house", "de\x00", "dé", "ſe", "\u212ar", "٣de", "de-٤١٩",
]  # fmt: skip

letters = st.sampled_from("abcXYZ")
alphanumerics = st.sampled_from("abXY019")


def subtag(alphabet: st.SearchStrategy[str], *, sizes: tuple[int, int]) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=sizes[0], max_size=sizes[1])


@st.composite
def tags(draw: st.DrawFn) -> str:
    parts = [draw(subtag(letters, sizes=(2, 8)))]
    parts += draw(st.lists(subtag(letters, sizes=(4, 4)), max_size=1))
    parts += draw(st.lists(subtag(letters, sizes=(2, 2)) | st.just("419"), max_size=1))
    parts += draw(st.lists(subtag(alphanumerics, sizes=(5, 8)) | st.just("1901"), max_size=2))
    for singleton in draw(st.lists(st.sampled_from("aAuU09"), max_size=2)):
        parts += [singleton, draw(subtag(alphanumerics, sizes=(2, 8)))]
    private = draw(st.lists(subtag(alphanumerics, sizes=(1, 8)), max_size=2))
    return "-".join([*parts, *(["x", *private] if private else [])])


@pytest.mark.parametrize("tag", WELL_FORMED)
def test_a_tag_of_the_grammar_is_a_language_tag(tag: str) -> None:
    assert is_language_tag(tag)
    assert is_language_tag(tag.upper())


@pytest.mark.parametrize("text", MALFORMED)
def test_what_the_grammar_does_not_have_is_none(text: str) -> None:
    assert not is_language_tag(text)
    with pytest.raises(ValueError, match="not a well-formed"):
        primary_language(text)


@given(tags())
def test_every_tag_built_by_the_grammar_is_a_language_tag(tag: str) -> None:
    assert is_language_tag(tag)
    assert primary_language(tag) == tag.partition("-")[0].lower()


@given(st.text(max_size=80))
def test_no_text_but_ascii_words_and_hyphens_is_a_language_tag(text: str) -> None:
    if is_language_tag(text):
        assert re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", text)


@given(st.integers(1, 5_000))
def test_a_long_tag_is_judged_too(length: int) -> None:
    assert is_language_tag("de-x" + "-aaaaaaaa" * length)
    assert not is_language_tag("de" + "-aaaaa" * length + "-")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("de-CH-1901", "de"),
        ("ZH-Hant", "zh"),
        ("yue", "yue"),
        ("en-GB-oed", "en"),
        ("x-house", "und"),
        ("i-lux", "und"),
    ],
)
def test_the_primary_language_is_the_first_subtag_or_undetermined(tag: str, language: str) -> None:
    assert primary_language(tag) == language
