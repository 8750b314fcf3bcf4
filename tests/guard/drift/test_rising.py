"""What is a lead and what is none: by a score that asks for a share and for a rise."""

import numpy as np
import pytest

from tutela.guard.drift.evidence import evidence_of, in_words
from tutela.guard.drift.rising import SCORE_MIN, Active, Circle, Counted, rising

ACTIVE = Active(
    everybody=10_000,
    near=Circle(active=200, active_days=5_600),
    often=Circle(active=100, active_days=2_800),
)


def counted(key: str = "v", **changed: int) -> Counted:
    zero = {"everybody": 0, "near": 0, "often": 0, "near_days": 0, "often_days": 0}
    return Counted(value_key=key.encode(), **{**zero, **changed})


REPLACEMENT = counted("new", everybody=20, near=15, often=14)
TREND = counted("trend", everybody=2_000, near=40, often=20)
HABIT = counted("habit", everybody=60, near=30, often=20, near_days=840, often_days=560)


def test_what_takes_the_place_of_something_blocked_stands_before_trends_and_habits() -> None:
    found = rising([TREND, HABIT, REPLACEMENT], active=ACTIVE)
    assert [each.counted.value_key for each in found] == [b"new"]


@pytest.mark.parametrize("each", [TREND, HABIT], ids=["a trend", "a habit"])
def test_each_of_the_two_alone_is_no_lead(each: Counted) -> None:
    assert rising([each], active=ACTIVE) == []


def test_fewer_than_three_of_those_accounts_are_no_lead() -> None:
    assert rising([counted(everybody=2, near=2, often=2)], active=ACTIVE) == []
    assert len(rising([counted(everybody=3, near=3, often=3)], active=ACTIVE)) == 1


def test_many_strangers_who_tried_a_blocked_value_once_hide_nothing() -> None:
    active = Active(
        everybody=10_000,
        near=Circle(active=4_000, active_days=112_000),
        often=Circle(active=100, active_days=2_800),
    )
    ((found),) = rising([counted(everybody=12, near=9, often=8)], active=active)
    assert found.by_often
    assert found.score > 50


def test_the_score_is_the_log_likelihood_ratio_of_a_table_of_four() -> None:
    (found,) = rising([counted(everybody=20, near=15)], active=ACTIVE)
    share, rise = expected((15, 200), (5, 9_800)), expected((15, 200), (0, 5_600))
    assert found.score == pytest.approx(min(share, rise))


def expected(*rows: tuple[int, int]) -> float:
    """G2 by its definition: twice the sum of observed times log of observed over expected."""
    seen = np.array([(some, of - some) for some, of in rows], float)
    meant = np.outer(seen.sum(1), seen.sum(0)) / seen.sum()
    cells = zip(seen.flat, meant.flat, strict=True)
    return float(2 * sum(found * np.log(found / wanted) for found, wanted in cells if found))


@pytest.mark.parametrize(
    "active",
    [
        Active(
            everybody=0, near=Circle(active=0, active_days=0), often=Circle(active=0, active_days=0)
        ),
        Active(
            everybody=5, near=Circle(active=5, active_days=9), often=Circle(active=0, active_days=0)
        ),
        Active(
            everybody=50,
            near=Circle(active=5, active_days=0),
            often=Circle(active=0, active_days=0),
        ),
    ],
    ids=["nobody", "nobody else", "no day before"],
)
def test_without_anything_to_hold_it_against_there_is_no_lead(active: Active) -> None:
    assert rising([counted(everybody=5, near=5)], active=active) == []
    assert rising([], active=active) == []


def test_the_evidence_says_in_words_what_the_score_rests_on() -> None:
    (found,) = rising([counted(everybody=20, near=15, often=14, near_days=56)], active=ACTIVE)
    said = list(in_words(evidence_of(found, active=ACTIVE, beside=(30, 4))))
    assert said == [
        (
            "20 accounts used it in the last 24 hours; 15 of them had used something blocked in the"
            " last 28 days, 14 of them on three days or more."
        ),
        (
            "Of all 10000 accounts that were active, 200 had used something blocked: 2.0 %. Among"
            " those who used this it is 75.0 %."
        ),
        "In the 28 days before, 2.0 of those accounts used it on a day like this; now 15 did.",
        (
            "It stood on 30 pieces of content in the last 28 days, and on 4 of them something"
            " blocked stood as well."
        ),
    ]
    assert found.score > SCORE_MIN
