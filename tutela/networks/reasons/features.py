"""In which of its features an account is as the seeds are, and most accounts are not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Places

#: A column tells seeds apart where so many of them stand beyond this share of accounts.
SEEDS_BEYOND = 0.8
ACCOUNTS_BEYOND = 0.8
#: Fewer seeds than these show nothing by standing together.
SEEDS_LEAST = 3
COLUMNS_MAX = 2
_SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class Features:
    """Numbers by account and column, (accounts, columns); NaN where one is not known."""

    columns: Sequence[str]
    values: NDArray[np.float32]


def alike(features: Features, *, seeds: Places, leads: Places) -> list[tuple[str, ...]]:
    """By lead at most `COLUMNS_MAX` columns, as `name (higher than 95 %)`: of all accounts."""
    said: list[list[tuple[float, str]]] = [[] for _ in leads]
    if len(seeds) < SEEDS_LEAST:
        return [() for _ in leads]
    ordinary = _sample(features.values)
    for column, name in enumerate(features.columns):
        values = features.values[:, column]
        sorted_ = np.sort(ordinary[:, column][~np.isnan(ordinary[:, column])])
        above = _higher_than(values[seeds], sorted_=sorted_)
        for sign, word in ((1, "higher"), (-1, "lower")):
            beyond = above if sign > 0 else 1 - above
            if not len(sorted_) or (beyond >= ACCOUNTS_BEYOND).mean() < SEEDS_BEYOND:
                continue
            own = _higher_than(values[leads], sorted_=sorted_)
            own = own if sign > 0 else 1 - own
            for lead in np.flatnonzero(own >= ACCOUNTS_BEYOND).tolist():
                said[lead].append((-float(own[lead]), f"{name} ({word} than {_share(own[lead])})"))
    return [tuple(text for _, text in sorted(each)[:COLUMNS_MAX]) for each in said]


def _share(beyond: float) -> str:
    return "99 % and more" if beyond > 0.99 else f"{100 * beyond:.0f} %"  # noqa: PLR2004 - rounded, all


def _higher_than(
    values: NDArray[np.float32], *, sorted_: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The share of accounts below each value, those of the same value counted half; NaN is NaN."""
    low = np.searchsorted(sorted_, values, side="left")
    high = np.searchsorted(sorted_, values, side="right")
    share = (low + high) / (2 * max(len(sorted_), 1))
    return np.where(np.isnan(values), np.nan, share)


def _sample(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every so many-th account, so that a million are no more work than some thousands."""
    return values[:: max(1, len(values) // _SAMPLE)]
