"""Accounts parted into communities by Leiden (Traag, Waltman, van Eck 2019), and which are one."""

from typing import Final

import graspologic_native
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Labels = NDArray[np.int64]

#: Two communities are one thing where they share so much of the edges that chance would give them.
_ONE_THING: Final = 0.35
_ITERATIONS: Final = 3
_TRIALS: Final = 3


def communities(matrix: csr_array, *, seed: int) -> Labels:
    """The community of each row, from 0; the same for the same seed.

    `matrix` is symmetrical; a row without an entry is a community of its own.
    """
    matrix = matrix.tocsr()
    matrix.sort_indices()
    if not matrix.nnz:
        return np.arange(matrix.shape[0])
    _, by_row = graspologic_native.leiden_csr(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        matrix.data.astype(np.float64),
        matrix.shape[0],
        iterations=_ITERATIONS,
        trials=_TRIALS,
        seed=seed,
    )
    rows = np.arange(matrix.shape[0])
    labels = np.array([by_row.get(int(row), -1 - row) for row in rows], np.int64)
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def parts(matrix: csr_array, *, seed: int) -> Labels:
    """Communities that belong together as one: what keeps apart from the rest is a part of its own.

    Leiden parts any sparse graph, a graph drawn by chance too. Two communities are taken as one
    where the edges between them are at least a third of what chance would lay there.
    """
    labels = communities(matrix, seed=seed)
    count = int(labels.max(initial=-1)) + 1
    member = csr_array(
        (np.ones(len(labels)), (labels, np.arange(len(labels)))), shape=(count, len(labels))
    )
    between = (member @ matrix @ member.T).toarray()
    volumes = between.sum(axis=1)
    by_chance = np.outer(volumes, volumes) / max(1.0, volumes.sum())
    together = (between >= _ONE_THING * by_chance) & (between > 0)
    _, merged = connected_components(csr_array(together), directed=False)
    whole: Labels = merged.astype(np.int64)[labels]
    return whole
