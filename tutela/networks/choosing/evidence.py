"""How well a scorer finds seeds that it was not told of, against chance.

Chance puts a left-out seed anywhere: its share of the ranking is even between 0 and 1. A scorer
that finds seeds puts them near 0, with a density that falls as `(share + floor) ** -steepness`; the
steepness is unknown and averaged over. The floor says how far down the ranking the network may go:
before it, all ranks are as good.
"""

import numpy as np
from numpy.typing import NDArray

#: Steepnesses that are averaged over, all equally likely beforehand; 0 is chance.
_STEEPNESSES = np.linspace(0, 1.5, 40)
#: Of the scorers, so many are thought to find the network when its size is guessed.
_BEST_SHARE = 0.1
_LOWEST_FLOOR = 1e-4
_HIGHEST_FLOOR = 0.3


def log_evidence(shares: NDArray[np.float64], *, floor: float) -> NDArray[np.float64]:
    """The log of how much likelier the shares are than by chance: (rows,) for (rows, seeds)."""
    falls = np.log((1 + floor) / (shares + floor))
    steep = _STEEPNESSES[None]
    logs = steep * falls.sum(axis=1)[:, None] - falls.shape[1] * np.log(_whole(steep, floor=floor))
    most = logs.max(axis=1)
    means: NDArray[np.float64] = most + np.log(np.exp(logs - most[:, None]).mean(axis=1))
    return means


def floor_of(shares: NDArray[np.float64]) -> float:
    """How far down the best scorers' rankings the network goes: where half the seeds stand."""
    if not shares.size:
        return _HIGHEST_FLOOR
    middle = np.quantile(np.median(shares, axis=1), _BEST_SHARE)
    return float(np.clip(middle, _LOWEST_FLOOR, _HIGHEST_FLOOR))


def _whole(steep: NDArray[np.float64], *, floor: float) -> NDArray[np.float64]:
    """The integral over 0 to 1 of `((1 + floor) / (share + floor)) ** steep`."""
    rest = 1 - steep
    powers = np.where(
        np.abs(rest) < 1e-9,  # noqa: PLR2004 - rounding
        np.log((1 + floor) / floor),
        ((1 + floor) ** rest - floor**rest) / np.where(np.abs(rest) < 1e-9, 1, rest),  # noqa: PLR2004
    )
    whole: NDArray[np.float64] = (1 + floor) ** steep * powers
    return whole
