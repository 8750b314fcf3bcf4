"""What else ranks accounts from a few: each method with one fixed setting, plainly written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, log2

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from sklearn.ensemble import HistGradientBoostingClassifier

_RESTART = 0.15
_STEPS = 50
_ROUNDS = 100
_BINS = 32


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where a method starts."""

    adjacency: csr_array
    seeds: NDArray[np.int64]
    features: NDArray[np.float32] | None

    @property
    def degree(self) -> NDArray[np.float64]:
        """The number of edges by account, at least 1."""
        return np.maximum(np.asarray(self.adjacency.sum(axis=1), np.float64), 1)

    @property
    def start(self) -> NDArray[np.float64]:
        """1 over the seeds at each of them."""
        start = np.zeros(self.adjacency.shape[0])
        start[self.seeds] = 1 / len(self.seeds)
        return start


def pagerank(of: Drawn) -> NDArray[np.float64]:
    """Personalised PageRank with a restart of 0.15."""
    now = start = of.start
    for _ in range(_STEPS):
        now = _RESTART * start + (1 - _RESTART) * (of.adjacency @ (now / of.degree))
    return now


def pagerank_per_degree(of: Drawn) -> NDArray[np.float64]:
    """The same over the degree."""
    return pagerank(of) / of.degree


def walk(of: Drawn, *, steps: int) -> NDArray[np.float64]:
    """Where a walk of so many steps ends, over the degree."""
    now = of.start
    for _ in range(steps):
        now = of.adjacency @ (now / of.degree)
    scores: NDArray[np.float64] = now / of.degree
    return scores


def sybilrank(of: Drawn) -> NDArray[np.float64]:
    """A walk of about as many steps as the logarithm of the accounts (Cao and others 2012).

    An even number: in a graph of two sides an odd one ends on the other side.
    """
    return walk(of, steps=2 * ceil(log2(of.adjacency.shape[0]) / 2))


def adamic_adar(of: Drawn) -> NDArray[np.float64]:
    """Common neighbours, each over the log of its degree (2003)."""
    joined = of.adjacency @ (of.start > 0).astype(np.float64)
    scores: NDArray[np.float64] = of.adjacency @ (joined / np.log(np.maximum(of.degree, 2)))
    return scores


def boosting(of: Drawn) -> NDArray[np.float64]:
    """Gradient boosting of seeds against all others, over features, those around and degrees.

    Without features over walks: learnt from each half of the seeds, with walks from the other half,
    since a seed's walk tells that it is one.
    """
    if of.features is not None:
        known = np.nan_to_num(of.features)
        return _boosted(of, columns=[known, _around(of) @ known])
    halves = of.seeds[::2], of.seeds[1::2]
    total = np.zeros(of.adjacency.shape[0])
    for learnt, walked in (halves, halves[::-1]):
        start = replace(of, seeds=walked)
        walks = [pagerank(start), walk(start, steps=4), walk(start, steps=32)]
        total += _boosted(replace(of, seeds=learnt), columns=[column[:, None] for column in walks])
    return total


def _boosted(of: Drawn, *, columns: Sequence[NDArray[np.floating]]) -> NDArray[np.float64]:
    depth = np.log(of.degree)[:, None]
    rows = np.hstack([depth, _around(of) @ depth, *columns])
    wanted = of.start > 0
    weight = np.where(wanted, (~wanted).sum() / wanted.sum(), 1.0)
    learner = HistGradientBoostingClassifier(
        max_iter=_ROUNDS,
        max_bins=_BINS,
        max_leaf_nodes=8,
        min_samples_leaf=max(2, len(of.seeds) // 5),
        random_state=0,
    )
    learner.fit(rows, wanted, weight)
    scores: NDArray[np.float64] = learner.predict_proba(rows)[:, 1]
    return scores


def _around(of: Drawn) -> csr_array:
    return csr_array(diags_array(1 / of.degree) @ of.adjacency)


OTHERS: dict[str, Callable[[Drawn], NDArray[np.float64]]] = {
    "PPR": pagerank,
    "PPR/degree": pagerank_per_degree,
    "4 steps/degree": lambda of: walk(of, steps=4),
    "32 steps/degree": lambda of: walk(of, steps=32),
    "SybilRank": sybilrank,
    "Adamic-Adar": adamic_adar,
    "PU boosting": boosting,
}
