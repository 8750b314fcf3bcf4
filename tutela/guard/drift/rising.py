"""Which values rise with the accounts that used a blocked one: a score, and what it rests on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from tutela.guard.drift.room import ACCOUNTS_MIN

#: What is looked at, and what it is held against.
NOW_HOURS: Final = 24
BEFORE_DAYS: Final = 28
#: For how long an account stays one that used a blocked value.
NEAR_DAYS: Final = 28
#: An account used blocked values often where it did on so many days.
OFTEN_DAYS: Final = 3
#: A score below is chance: one in a thousand, chi-squared with one degree of freedom.
SCORE_MIN: Final = 10.83

_Floats = NDArray[np.float64]


class Circle(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that used a blocked value, ever or often: how many of them are active."""

    #: In the last 24 hours.
    active: int
    #: Each on each of the days before: account-days.
    active_days: int


class Active(msgspec.Struct, frozen=True, kw_only=True):
    """Who used anything at all: what shares are of."""

    #: Everybody, in the last 24 hours.
    everybody: int
    near: Circle
    often: Circle


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How one value was used: by accounts in the last 24 hours, and by accounts a day before."""

    value_key: bytes
    everybody: int
    near: int
    often: int
    near_days: int
    often_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """A value that rises with accounts that used a blocked one, and how surely."""

    counted: Counted
    score: float
    #: Whether those who used blocked values often tell more than all who ever did.
    by_often: bool


def rising(counted: Sequence[Counted], *, active: Active) -> list[Rising]:
    """What rises beyond chance, the surest first.

    A value is scored by the smaller of two signed log-likelihood ratios (G2: Dunning 1993), so that
    it must have both: its share today among the accounts that used a blocked value against its
    share among everybody else, and against its share among those same accounts a day in the four
    weeks before. What everybody takes up fails the first, what those accounts always used the
    second. It is read twice, for all who used a blocked value and for those who did often, since
    many strangers may have tried one once; the better reading counts. At least three accounts of
    the reading must have used it.
    """
    columns = np.array(list(_numbers(counted)), np.float64).reshape(-1, 5).T
    everybody, near, often, near_days, often_days = columns
    by_near = _score((near, near_days, everybody), circle=active.near, active=active.everybody)
    by_often = _score((often, often_days, everybody), circle=active.often, active=active.everybody)
    scores = np.maximum(by_near, by_often)
    order = np.argsort(-scores, kind="stable")
    return [
        Rising(
            counted=counted[place],
            score=float(scores[place]),
            by_often=bool(by_often[place] > by_near[place]),
        )
        for place in order.tolist()
        if scores[place] >= SCORE_MIN
    ]


def _numbers(counted: Iterable[Counted]) -> Iterator[tuple[int, ...]]:
    for each in counted:
        yield each.everybody, each.near, each.often, each.near_days, each.often_days


def _score(columns: tuple[_Floats, _Floats, _Floats], *, circle: Circle, active: int) -> _Floats:
    within, days, everybody = columns
    if not 0 < circle.active < active or not circle.active_days:
        return np.full(len(within), -np.inf)
    others = active - circle.active
    share = _ratio((within, circle.active), against=(everybody - within, others))
    rise = _ratio((within, circle.active), against=(days, circle.active_days))
    return np.where(within >= ACCOUNTS_MIN, np.minimum(share, rise), -np.inf)


def _ratio(one: tuple[_Floats, int], *, against: tuple[_Floats, int]) -> _Floats:
    """G2 of some of so many against others of so many; negative where the share is the smaller."""
    (a, n), (b, m) = one, against
    p = (a + b) / (n + m)
    sum_of_logs = (
        _x_log(a, y=a / n)
        + _x_log(n - a, y=1 - a / n)
        + _x_log(b, y=b / m)
        + _x_log(m - b, y=1 - b / m)
        - _x_log(a + b, y=p)
        - _x_log(n + m - a - b, y=1 - p)
    )
    return np.where(a / n > b / m, 2 * sum_of_logs, -2 * sum_of_logs)


def _x_log(x: _Floats, *, y: _Floats) -> _Floats:
    return x * np.log(np.where(x > 0, y, 1.0))
