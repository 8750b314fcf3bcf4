"""Scorers fused into one ranking, each weighted by how well it finds left-out seeds.

A weighted mean of the logs of ranks: what several scorers put high stands above what one puts
highest. The weights are those of Bayesian model averaging, tempered, since scorers are no
independent hypotheses and a few seeds are little evidence; docs/decisions tells the figures.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.networks.choosing.evidence import floor_of, log_evidence
from tutela.networks.choosing.hearing import Heard
from tutela.networks.scorers.scored import Family

#: The log of the evidence is multiplied with this over the root of the number of seeds.
_TEMPER = 1.6
#: What a family counts beforehand, as a power of e; 0 where it is not named.
_BEFOREHAND = {
    Family.REACH: -1.0,
    Family.NEARNESS: -1.0,
    Family.FEATURES: 1.0,
    Family.NEIGHBOURS: 1.0,
    Family.TOGETHER: 1.0,
}


@dataclass(frozen=True, slots=True)
class Fusion:
    """What each scorer counts, adding up to 1, and from which rank on ranks tell apart."""

    weights: NDArray[np.float64]
    floor: float


def fusion(heard: Sequence[Heard], *, without: int | None = None) -> Fusion:
    """The weights by all left-out seeds, or by all `without` one that is yet to be found."""
    shares = np.stack([each.left_out for each in heard])
    if without is not None:
        shares = np.delete(shares, without, axis=1)
    floor = floor_of(shares)
    evidence = log_evidence(shares, floor=floor) if shares.size else np.zeros(len(heard))
    temper = min(1.0, _TEMPER / np.sqrt(max(shares.shape[1], 1)))
    logs = temper * evidence + _log_prior(heard)
    weights = np.exp(logs - logs.max())
    return Fusion(weights / weights.sum(), floor)


def fused(heard: Sequence[Heard], *, by: Fusion) -> NDArray[np.float64]:
    """One number a candidate: 1 where every scorer puts it first, near 0 where all put it last."""
    total = np.zeros(len(heard[0].shares))
    for each, weight in zip(heard, by.weights, strict=True):
        total += weight * _heights(each.shares, floor=by.floor)
    return total


def fused_left_out(heard: Sequence[Heard], *, seed: int, by: Fusion) -> float:
    """The same number for a seed that each scorer was not told of."""
    shares = np.array([each.left_out[seed] for each in heard])
    return float(by.weights @ _heights(shares, floor=by.floor))


def _heights(shares: NDArray[np.floating], *, floor: float) -> NDArray[np.float64]:
    heights: NDArray[np.float64] = np.log((1 + floor) / (shares + floor)) / np.log(
        (1 + floor) / floor
    )
    return heights


def _log_prior(heard: Sequence[Heard]) -> NDArray[np.float64]:
    voices = Counter(each.family for each in heard)
    return np.array(
        [
            each.beforehand + _BEFOREHAND.get(each.family, 0.0) - np.log(voices[each.family])
            for each in heard
        ]
    )
