import math

import pytest

from tutela.domain.backoff import doubled_seconds


@pytest.mark.parametrize(
    ("times", "seconds"), [(0, 0.1), (1, 0.2), (5, 3.2), (6, 5.0), (1_100, 5.0), (10**9, 5.0)]
)
def test_a_pause_doubles_up_to_its_most_however_often(times: int, seconds: float) -> None:
    assert math.isclose(doubled_seconds(0.1, times=times, most_seconds=5.0), seconds)
