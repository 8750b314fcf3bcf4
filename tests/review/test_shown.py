"""A decision is about what its page showed, and about nothing that came in later."""

import pytest

from tutela.review.shown import CaseMoved, Shown, as_shown

ITEMS = ["n1/0", "n2/0", "n3/0", "n4/0"]


def test_what_came_in_after_the_page_is_left_out() -> None:
    assert as_shown(ITEMS, shown=Shown(count=3, last="n3/0")) == ITEMS[:3]


@pytest.mark.parametrize(
    "shown",
    [Shown(count=0, last="n1/0"), Shown(count=3, last="n9/0"), Shown(count=2, last="n3/0")],
    ids=["nothing was shown", "the last is gone", "one between came or went"],
)
def test_a_page_that_no_longer_fits_decides_nothing(shown: Shown) -> None:
    with pytest.raises(CaseMoved):
        as_shown(ITEMS, shown=shown)
