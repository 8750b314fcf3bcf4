"""The forecast against brute force: its figures recomputed otherwise, its interval by chance."""

import itertools
import random
import statistics

import pytest

from tutela.reconciliation.forecast import (
    SLOT_SECONDS,
    SLOTS,
    STUDENT_T,
    Slots,
    forecast,
    slot_seconds,
)

WORLDS = 1_500


def draw(chance: random.Random, *, mean: float) -> int:
    """How many came in a slot in which so many are expected (Poisson, by its waiting times)."""
    waited, count = chance.expovariate(mean), 0
    while waited < 1:
        waited += chance.expovariate(mean)
        count += 1
    return count


def test_the_forecast_is_what_going_on_like_before_gives() -> None:
    chance = random.Random(7)
    opened = [draw(chance, mean=9) for _ in range(SLOTS)]
    closed = [draw(chance, mean=11) for _ in range(SLOTS)]
    found = forecast(400, slots=Slots(seconds=60, opened=opened, closed=closed))
    net = (sum(opened) - sum(closed)) / SLOTS
    assert found.opened_per_hour == pytest.approx(sum(opened) / SLOTS * 60)
    assert found.closed_per_hour == pytest.approx(sum(closed) / SLOTS * 60)
    for steps, each in enumerate(found.ahead, 1):
        assert each.seconds == steps * 60
        assert each.expected == pytest.approx(400 + net * steps)
    assert found.empty_in_seconds == pytest.approx(400 / -net * 60)


def test_what_was_open_is_counted_back_from_what_is() -> None:
    opened, closed = [3] * SLOTS, [1] * SLOTS
    found = forecast(100, slots=Slots(seconds=15, opened=opened, closed=closed))
    assert found.past == list(range(52, 101, 2))
    assert found.empty_in_seconds is None
    assert [each.low for each in found.ahead] == [each.high for each in found.ahead]


def test_the_interval_holds_what_comes_as_often_as_it_says() -> None:
    chance = random.Random(20261122)
    held = 0
    for _ in range(WORLDS):
        rates = [(20, 18)] * SLOTS
        opened, closed = (
            [draw(chance, mean=rate) for rate in of] for of in zip(*rates, strict=True)
        )
        found = forecast(5_000, slots=Slots(seconds=3_600, opened=opened, closed=closed)).ahead[-1]
        comes = sum(draw(chance, mean=20) - draw(chance, mean=18) for _ in range(SLOTS))
        held += found.low <= 5_000 + comes <= found.high
    assert 0.93 <= held / WORLDS <= 0.97


def test_no_forecast_is_below_nothing() -> None:
    found = forecast(2, slots=Slots(seconds=60, opened=[0] * SLOTS, closed=[5, 0] * (SLOTS // 2)))
    assert all(0 <= each.low <= each.expected <= each.high for each in found.ahead)


def test_the_slots_are_the_longest_of_which_all_are_there() -> None:
    for shorter, longer in itertools.pairwise(sorted(SLOT_SECONDS)):
        assert slot_seconds(longer * SLOTS - 1) == shorter
        assert slot_seconds(longer * SLOTS) == longer
    assert slot_seconds(min(SLOT_SECONDS) * SLOTS - 1) is None


def test_the_constant_of_the_interval_is_students() -> None:
    from scipy.stats import t  # noqa: PLC0415 - slow to load

    assert pytest.approx(t.ppf(0.975, SLOTS - 1), abs=1e-3) == STUDENT_T
    assert statistics.NormalDist().inv_cdf(0.975) < STUDENT_T
