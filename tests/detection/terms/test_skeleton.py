import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.oracles import oracle
from tutela.detection.terms.skeleton import are_confusable, skeleton
from tutela.detection.terms.table import table

icu = oracle("icu")

CHECKER = icu.SpoofChecker()
IN_ICU = 0


def known(code_point: int) -> bool:
    """Whether ICU's Unicode has it, or ours: a surrogate is no character."""
    return not 0xD800 <= code_point < 0xE000


def test_icu_has_the_unicode_of_our_table() -> None:
    assert table().unicode_version.startswith(icu.UNICODE_VERSION)


def test_icu_agrees_on_every_code_point() -> None:
    others = [
        f"U+{code_point:04X}"
        for code_point in filter(known, range(sys.maxunicode + 1))
        if CHECKER.getSkeleton(IN_ICU, chr(code_point)) != skeleton(chr(code_point))
    ]
    assert others == []


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_icu_agrees_on_texts(text: str) -> None:
    assert CHECKER.getSkeleton(IN_ICU, text) == skeleton(text)


@given(st.text(st.sampled_from("a\u0301\u0316\u0323\u0308q\u05b4\u05b7가\u1100"), max_size=12))
def test_icu_agrees_on_the_order_of_marks(text: str) -> None:
    assert CHECKER.getSkeleton(IN_ICU, text) == skeleton(text)


@pytest.mark.parametrize(("one", "other"), [("paypal", "раураl"), ("rn", "m"), ("I1l", "lIl")])
def test_texts_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert are_confusable(one, other=other)


def test_texts_that_differ_have_two() -> None:
    assert not are_confusable("tamiro", other="tamira")
