"""What each scorer says of the accounts, and where it puts the seeds that it was not told of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from tutela.networks.engines.engine import Places, Vector
from tutela.networks.scorers.ground import Ground
from tutela.networks.scorers.scored import Family, Scored
from tutela.networks.scorers.trials import Held

#: Accounts of like degree are those in the same doubling; so many at least, where there are.
_FEWEST_OF_LIKE_DEGREE = 200


@dataclass(frozen=True, slots=True)
class Audience:
    """Among whom a rank is counted: accounts of the seeds' sort that are no seeds."""

    candidates: Places
    #: By seed, those candidates that have about as many edges as it.
    of_like_degree: tuple[Places, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """One scorer. A share is a place in its ranking over the number of accounts; ties split."""

    name: str
    family: Family
    #: By candidate; the seeds all told.
    shares: NDArray[np.float32]
    #: By seed, it left out.
    left_out: NDArray[np.float64]
    #: By order, each seed but the first ones among accounts of like degree, told those before.
    orders: tuple[NDArray[np.float64], ...]
    #: What the graph alone says for it, as a power of e.
    beforehand: float = 0.0


def audience(on: Ground, *, seeds: Places) -> Audience:
    """Those that can be found, and by seed those of like degree."""
    stays = on.alike.copy()
    stays[seeds] = False
    candidates = np.flatnonzero(stays)
    doubling = np.frexp(on.degree)[1]
    there = doubling[candidates]
    like = tuple(
        _of_like_degree(candidates, doubling=there, own=int(doubling[seed])) for seed in seeds
    )
    return Audience(candidates, like)


def hear(scored: Scored, *, among: Audience) -> Heard:
    """The scorer's ranks; what is no number stands last."""
    scores = scored.scores
    if not np.isfinite(scores).all():
        scores = np.nan_to_num(scores, nan=-np.inf, neginf=-np.inf)
    trials, candidates = scored.trials, among.candidates
    ranks = rankdata(-scores[candidates, 0])
    left_out = np.ones(len(trials.seeds))
    by_column: dict[int, Vector] = {}
    for held in sorted(trials.left_out, key=lambda each: each.column):
        if held.column not in by_column:
            by_column = {held.column: scores[candidates, held.column]}
        own = scores[trials.seeds[held.seed], held.column]
        left_out[held.seed] = _share(own, of=by_column[held.column])
    orders = tuple(
        _order(scored, order=order, scores=scores, among=among) for order in trials.orders
    )
    shares = ((ranks - 0.5) / max(len(candidates), 1)).astype(np.float32)
    return Heard(scored.name, scored.family, shares, left_out, orders, scored.beforehand)


def hear_all(scorings: Iterable[Scored], *, among: Audience) -> list[Heard]:
    """Every scorer heard in turn, so that only one's numbers are in memory."""
    return [hear(scored, among=among) for scored in scorings]


def _order(
    scored: Scored, *, order: Sequence[Held], scores: Vector, among: Audience
) -> NDArray[np.float64]:
    return np.array(
        [
            _share(
                scores[scored.trials.seeds[held.seed], held.column],
                of=scores[among.of_like_degree[held.seed], held.column],
            )
            for held in order
        ]
    )


def _share(own: np.float32, *, of: Vector) -> float:
    above, even = np.count_nonzero(of > own), np.count_nonzero(of == own)
    return float((above + even / 2 + 0.5) / (len(of) + 1))


def _of_like_degree(candidates: Places, *, doubling: NDArray[np.int32], own: int) -> Places:
    """The nearest doublings around the own one until there are enough accounts."""
    apart = np.abs(doubling - own)
    for furthest in range(int(apart.max(initial=0)) + 1):
        found = candidates[apart <= furthest]
        if len(found) >= _FEWEST_OF_LIKE_DEGREE:
            return found
    return candidates
