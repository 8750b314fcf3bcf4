import pytest

from tutela.domain.proportion import Interval, wilson_95


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(hits: int, trials: int, low: float, high: float) -> None:
    """Newcombe, 1998, Statistics in Medicine 17:857, table I, method 3."""
    found = wilson_95(hits, trials=trials)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize("trials", [1, 2, 19, 1000])
def test_the_interval_of_the_rest_is_its_mirror(trials: int) -> None:
    for hits in range(0, trials + 1, max(1, trials // 19)):
        one, rest = wilson_95(hits, trials=trials), wilson_95(trials - hits, trials=trials)
        assert one.low == pytest.approx(1 - rest.high)
        assert 0 <= one.low <= hits / trials <= one.high <= 1


def test_nothing_and_everything_end_where_shares_end() -> None:
    assert wilson_95(0, trials=3).low == 0
    assert wilson_95(3, trials=3) == Interval(wilson_95(3, trials=3).low, 1.0)


@pytest.mark.parametrize(("hits", "trials"), [(0, 0), (2, 1), (-1, 3)])
def test_a_share_that_is_none_is_refused(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match="hits"):
        wilson_95(hits, trials=trials)
