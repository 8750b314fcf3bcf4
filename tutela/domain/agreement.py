"""How far two people who look at the same things agree, beyond what chance gives."""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import NormalDist
from typing import Final

import msgspec

_LEVEL: Final = 0.95
_Z: Final = NormalDist().inv_cdf((1 + _LEVEL) / 2)


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A share or a coefficient with its interval of 95 %."""

    value: float
    low: float
    high: float


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Of so many pairs: the share that is the same, and Cohen's kappa; None where it has none."""

    pairs: int
    same: Interval
    kappa: Interval | None


def share(part: int, *, of: int) -> Interval:
    """A share with Wilson's interval (Wilson 1927); of nothing, it may be anything."""
    if of == 0:
        return Interval(value=0.0, low=0.0, high=1.0)
    found, spread = part / of, _Z * _Z / of
    middle = (found + spread / 2) / (1 + spread)
    half = _Z * sqrt(found * (1 - found) / of + spread / (4 * of)) / (1 + spread)
    return Interval(value=found, low=max(0.0, middle - half), high=min(1.0, middle + half))


def agreement(pairs: Mapping[tuple[str, str], int]) -> Agreement | None:
    """The agreement of pairs of answers, by how often each came; None of no pairs.

    The interval of kappa is the large-sample one (Fleiss, Cohen, Everitt 1969, equation 13).
    """
    total = sum(pairs.values())
    if total == 0:
        return None
    alike = sum(count for (one, other), count in pairs.items() if one == other)
    return Agreement(pairs=total, same=share(alike, of=total), kappa=_kappa(pairs, total=total))


def _kappa(pairs: Mapping[tuple[str, str], int], *, total: int) -> Interval | None:
    answers = sorted({answer for pair in pairs for answer in pair})
    joint = {pair: count / total for pair, count in pairs.items()}
    rows = [sum(joint.get((one, other), 0.0) for other in answers) for one in answers]
    columns = [sum(joint.get((one, other), 0.0) for one in answers) for other in answers]
    observed = sum(joint.get((one, one), 0.0) for one in answers)
    expected = sum(row * column for row, column in zip(rows, columns, strict=True))
    if expected >= 1:
        return None
    kappa = (observed - expected) / (1 - expected)
    half = _Z * sqrt(_variance(joint, answers=answers, kappa=kappa, expected=expected) / total)
    return Interval(value=kappa, low=max(-1.0, kappa - half), high=min(1.0, kappa + half))


def _variance(
    joint: Mapping[tuple[str, str], float],
    *,
    answers: Sequence[str],
    kappa: float,
    expected: float,
) -> float:
    """The variance of kappa, times the number of pairs."""
    row = {one: sum(joint.get((one, other), 0.0) for other in answers) for one in answers}
    column = {other: sum(joint.get((one, other), 0.0) for one in answers) for other in answers}
    kept = 1 - kappa
    alike = sum(
        joint.get((one, one), 0.0) * (1 - (row[one] + column[one]) * kept) ** 2 for one in answers
    )
    apart = kept**2 * sum(
        count * (column[one] + row[other]) ** 2
        for (one, other), count in joint.items()
        if one != other
    )
    return max(0.0, alike + apart - (kappa - expected * kept) ** 2) / (1 - expected) ** 2
