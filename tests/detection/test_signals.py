import pytest

from tutela.domain.signals import Match, Result, Signal, together

FOUND = Signal(detector="a", result=Result.MATCH, matches=(Match(list="l", entry="e", version=1),))
CLEAN = Signal(detector="b", result=Result.NO_MATCH)
UNKNOWN = Signal(detector="c", result=Result.UNAVAILABLE, why="stale_list")


@pytest.mark.parametrize(
    ("signals", "result"),
    [
        ((), Result.UNAVAILABLE),
        ((CLEAN,), Result.NO_MATCH),
        ((CLEAN, UNKNOWN), Result.UNAVAILABLE),
        ((CLEAN, UNKNOWN, FOUND), Result.MATCH),
        ((CLEAN, CLEAN), Result.NO_MATCH),
    ],
)
def test_what_is_unknown_is_never_clean(signals: tuple[Signal, ...], result: Result) -> None:
    assert together(signals) is result


def test_only_a_detector_that_looked_and_found_nothing_says_clean() -> None:
    assert [each.is_clean for each in (FOUND, CLEAN, UNKNOWN)] == [False, True, False]
