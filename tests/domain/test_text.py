"""When a text says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.text import is_blank


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "\t\r\n",
        "\u00a0\u2003",
        "\u200b\u200d\ufeff",
        "\u202e\u2066",
        "\u3164\u2800",
        "\u2028",
        "\ufe0f",
        "\x00",
    ],
)
def test_a_text_in_which_a_reader_sees_nothing_is_blank(text: str | None) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", " .", "\u200bя", "0", "ｆ", "𝔞", "👪", "\u0378", "\ue000"])
def test_a_text_with_one_mark_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@given(st.text())
def test_a_text_around_a_word_is_never_blank(text: str) -> None:
    assert not is_blank(text + "word" + text)
