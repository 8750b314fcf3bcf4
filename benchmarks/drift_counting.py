"""Counts in arrays what the drift watch counts in its database; a test holds them together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.drift_world import HOURS_OF_DAY, Ints, World
from tutela.guard.drift.rising import (
    BEFORE_DAYS,
    NEAR_DAYS,
    NOW_HOURS,
    OFTEN_DAYS,
    Active,
    Circle,
    Counted,
)
from tutela.guard.drift.room import ACCOUNTS_MIN

#: More than there are days.
_DAYS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How each value was used up to an hour, by its number; days are account-days."""

    everybody: Ints
    near: Ints
    often: Ints
    near_days: Ints
    often_days: Ints
    #: Every use, today and in all the days before.
    uses: Ints
    uses_before: Ints
    active: Active

    def counted(self, *, without: Ints) -> list[Counted]:
        """What the score takes, of every value that is not listed; keys are numbers."""
        fit = self.near >= ACCOUNTS_MIN
        fit[without] = False
        return [
            Counted(
                value_key=int(value).to_bytes(8),
                everybody=int(self.everybody[value]),
                near=int(self.near[value]),
                often=int(self.often[value]),
                near_days=int(self.near_days[value]),
                often_days=int(self.often_days[value]),
            )
            for value in np.flatnonzero(fit)
        ]


def tally(world: World, *, until: int) -> Tally:
    """The counts of a world as they stand when the hour `until` begins."""
    accounts = int(world.account.max()) + 1
    since = until - NOW_HOURS
    before = since - BEFORE_DAYS * HOURS_OF_DAY
    today = (world.hour >= since) & (world.hour < until)
    earlier = (world.hour >= before) & (world.hour < since)
    days = _near_days(world, until=until, accounts=accounts)
    near, often = days > 0, days >= OFTEN_DAYS
    pairs = np.unique(world.value[today] * accounts + world.account[today])
    there, count = np.unique(world.account[today]), len(world.sorts)
    of_near = earlier & near[world.account]
    of_day = (world.hour[of_near] - before) // HOURS_OF_DAY
    used = (world.value[of_near] * accounts + world.account[of_near]) * _DAYS + of_day
    used = np.unique(used) // _DAYS
    account_days = np.unique(world.account[of_near] * _DAYS + of_day) // _DAYS
    return Tally(
        everybody=_by_value(pairs, accounts=accounts, count=count),
        near=_by_value(pairs[near[pairs % accounts]], accounts=accounts, count=count),
        often=_by_value(pairs[often[pairs % accounts]], accounts=accounts, count=count),
        near_days=_by_value(used, accounts=accounts, count=count),
        often_days=_by_value(used[often[used % accounts]], accounts=accounts, count=count),
        uses=np.bincount(world.value[today], minlength=count),
        uses_before=np.bincount(world.value[earlier], minlength=count),
        active=Active(
            everybody=len(there),
            near=_circle(near, there=there, account_days=account_days),
            often=_circle(often, there=there, account_days=account_days),
        ),
    )


def _near_days(world: World, *, until: int, accounts: int) -> Ints:
    since = until - NEAR_DAYS * HOURS_OF_DAY
    blocked = np.isin(world.value, world.blocked) & (world.hour >= since) & (world.hour < until)
    of_day = (world.hour[blocked] - since) // HOURS_OF_DAY
    pairs = np.unique(world.account[blocked] * _DAYS + of_day)
    return np.bincount(pairs // _DAYS, minlength=accounts)


def _by_value(pairs: Ints, *, accounts: int, count: int) -> Ints:
    return np.bincount(pairs // accounts, minlength=count)


def _circle(within: NDArray[np.bool_], *, there: Ints, account_days: Ints) -> Circle:
    return Circle(active=int(within[there].sum()), active_days=int(within[account_days].sum()))
