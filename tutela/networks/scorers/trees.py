"""Decision trees that learn seeds against a sample of everybody: boosted, and in a forest.

Weighted so that both sides count the same (positive and unlabelled: Elkan, Noto 2008). Learning
needs some seeds: with five alone a tree has nothing to split.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

from tutela.networks.engines.engine import Vector
from tutela.networks.scorers.trials import Trials

#: So many of everybody are learnt from.
_ACCOUNTS_LEARNT = 2_500
_ROUNDS = 40
_TREES = 100
_BINS = 32


def boosted(
    columns: Vector, *, trials: Trials, seeds: NDArray[np.int64], chance: np.random.Generator
) -> Vector:
    """Gradient boosting: (rows, columns of the trials)."""
    learner = HistGradientBoostingClassifier(
        max_iter=_ROUNDS,
        max_bins=_BINS,
        max_leaf_nodes=8,
        min_samples_leaf=max(2, len(seeds) // 5),
        l2_regularization=1.0,
        early_stopping=False,
        random_state=int(chance.integers(2**31)),
    )
    coded = np.stack([_coded(column) for column in columns.T], axis=1)
    return _learnt(coded, learner=learner, trials=trials, seeds=seeds, chance=chance)


def forest(
    columns: Vector, *, trials: Trials, seeds: NDArray[np.int64], chance: np.random.Generator
) -> Vector:
    """Extremely randomised trees (Geurts, Ernst, Wehenkel 2006): (rows, columns of the trials)."""
    learner = ExtraTreesClassifier(
        _TREES,
        min_samples_leaf=3,
        bootstrap=True,
        random_state=int(chance.integers(2**31)),
    )
    return _learnt(columns, learner=learner, trials=trials, seeds=seeds, chance=chance)


def _coded(column: Vector) -> Vector:
    """The column as the number of its bin: the learner finds its own bins slowly under weights."""
    edges = np.unique(np.quantile(column, np.linspace(0, 1, _BINS + 1)[1:-1]))
    return np.searchsorted(edges, column, side="right").astype(np.float32)


def _learnt(
    columns: Vector,
    *,
    learner: HistGradientBoostingClassifier | ExtraTreesClassifier,
    trials: Trials,
    seeds: NDArray[np.int64],
    chance: np.random.Generator,
) -> Vector:
    scores = np.zeros((len(columns), len(trials.members)), np.float32)
    others = np.setdiff1d(np.arange(len(columns)), seeds)
    others = chance.choice(others, min(_ACCOUNTS_LEARNT, len(others)), replace=False)
    for number, member in enumerate(trials.members):
        own, out = seeds[member], seeds[~member]
        rows = np.concatenate([own, others, out])
        wanted = np.arange(len(rows)) < len(own)
        weight = np.where(wanted, (len(rows) - len(own)) / len(own), 1.0).astype(np.float32)
        learner.fit(columns[rows], wanted, weight)
        scores[:, number] = learner.predict_proba(columns)[:, 1]
    return scores
