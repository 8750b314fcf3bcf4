"""Numbers by account made comparable: each column to a bell curve, many columns to few."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata
from sklearn.utils.extmath import randomized_svd

from tutela.networks.engines.engine import Vector

#: Up to so many columns stay as they are; more become `_KEPT` directions.
_MOST_COLUMNS = 100
_KEPT = 64
#: What stands in fewer accounts counts no rarer.
_RAREST = 1e-3
_ROUNDING = 1e-6
#: No directions are looked for in more rows than these; the others are turned the same way.
_ROWS_LOOKED_AT = 50_000


def bell(columns: Vector) -> Vector:
    """Each column by its ranks as normal quantiles, mean 0 and deviation 1; NaN becomes 0."""
    out = np.zeros(columns.shape, np.float32)
    for number in range(columns.shape[1]):
        known = ~np.isnan(columns[:, number])
        if known.any():
            ranks = rankdata(columns[known, number])
            out[known, number] = ndtri((ranks - 0.5) / len(ranks))
    return standard(out)


def standard(columns: Vector) -> Vector:
    """Each column with mean 0 and deviation 1; a constant one becomes 0."""
    deviation = columns.std(axis=0)
    centred: Vector = columns - columns.mean(axis=0)
    spread: Vector = np.where(deviation > _ROUNDING, deviation, 1).astype(np.float32)
    even: Vector = centred / spread
    return even


def condensed(features: Vector, *, chance: np.random.Generator) -> Vector:
    """The features as at most a hundred columns of the same spread.

    Few columns go to a bell curve each. Many, such as a bag of words, are weighted by rarity where
    they are counts, and turned into their main directions (truncated singular values).
    """
    varying = features[:, np.nanstd(features, axis=0) > 0]
    if varying.shape[1] <= _MOST_COLUMNS:
        return bell(varying)
    return _directions(_weighted(np.nan_to_num(varying)), chance=chance)


def _weighted(columns: Vector) -> Vector:
    if (columns < 0).any():
        return np.clip(standard(columns), -5, 5)
    share = np.maximum((columns > 0).mean(axis=0), _RAREST)
    weighted = columns / np.sqrt(share)
    length = np.linalg.norm(weighted, axis=1, keepdims=True)
    unit = weighted / np.maximum(length, 1e-9)
    centred: Vector = unit - unit.mean(axis=0)
    return centred


def _directions(columns: Vector, *, chance: np.random.Generator) -> Vector:
    rows = _some(len(columns), chance=chance)
    kept = min(_KEPT, len(rows) - 1)
    state = int(chance.integers(2**31))
    _, strengths, turned = randomized_svd(columns[rows], kept, random_state=state)
    damped: Vector = np.sqrt(strengths / max(float(strengths[0]), 1e-12)).astype(np.float32)
    there: Vector = columns @ turned.T.astype(np.float32)
    return standard(there) * damped


def _some(rows: int, *, chance: np.random.Generator) -> NDArray[np.int64]:
    if rows <= _ROWS_LOOKED_AT:
        return np.arange(rows)
    return np.sort(chance.choice(rows, _ROWS_LOOKED_AT, replace=False))
