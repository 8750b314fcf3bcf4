"""Accounts that are near to every seed, not only to one: where a ring is looked for first.

Whom one seed knows best is its circle of friends, which says nothing of the ring. Walks of two to
four steps are followed from each seed apart, beside what chance gives (the degree), and an
account counts by the seed that it is farthest from.
"""

from typing import Final

import numpy as np
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places

#: Many seeds are dealt into so many groups, and an account is to be near to each of them.
_GROUPS: Final = 3
_STEPS: Final = (2, 3, 4)


def by_consensus(matrix: csr_array, *, seeds: Places, chance: np.random.Generator) -> Places:
    """Accounts near to every group of seeds, best first, without the seeds.

    `matrix` is symmetrical, a one for each two accounts that are joined. An account that some group
    does not reach in four steps is left out.
    """
    size = matrix.shape[0]
    groups = min(_GROUPS, len(seeds))
    degrees = np.maximum(np.diff(matrix.indptr), 1).astype(np.float32)[:, None]
    x = np.zeros((size, groups), np.float32)
    x[chance.permutation(seeds), np.arange(len(seeds)) % groups] = 1
    near = np.zeros_like(x)
    for step in range(1, max(_STEPS) + 1):
        x = matrix @ (x / degrees)
        if step in _STEPS:
            near += x / degrees
    least = near.min(axis=1)
    least[seeds] = 0
    order = np.argsort(-least, kind="stable")
    return order[: np.count_nonzero(least)].astype(np.int64)
