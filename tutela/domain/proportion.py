"""What a share in a sample says of the share behind it."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

#: The 0.975 quantile of the standard normal distribution: 95 % lie between it and its negative.
Z_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a share lies, both ends from 0 to 1."""

    low: float
    high: float


def wilson_95(hits: int, *, trials: int) -> Interval:
    """The 95 % score interval of a share (Wilson, 1927, JASA 22:209), with no correction.

    It keeps its promise for small samples and shares near 0 and 1, where the textbook interval does
    not (Brown, Cai and DasGupta, 2001, Statistical Science 16:101). Raises ValueError unless
    0 <= hits <= trials and trials > 0.
    """
    if not 0 <= hits <= trials or trials == 0:
        raise ValueError("needs 0 <= hits <= trials and a trial")
    share, weight = hits / trials, Z_95**2 / trials
    centre = share + weight / 2
    reach = Z_95 * sqrt(share * (1 - share) / trials + weight / (4 * trials))
    low = 0.0 if hits == 0 else (centre - reach) / (1 + weight)
    high = 1.0 if hits == trials else (centre + reach) / (1 + weight)
    return Interval(low, high)
