"""Small graphs with a planted ring."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from tutela.networks.engines.local import LocalEngine
from tutela.networks.graph import Graph

ACCOUNTS = 1_500
RING = 60


def joined(pairs: NDArray[np.int64], *, accounts: int = ACCOUNTS) -> csr_array:
    """The pairs as edges both ways, each once."""
    one, other = pairs[:, pairs[0] != pairs[1]]
    both = np.concatenate([one, other]), np.concatenate([other, one])
    matrix = csr_array(coo_array((np.ones(len(both[0]), np.float32), both), (accounts, accounts)))
    matrix.data[:] = 1
    return matrix


def engine(**kinds: csr_array) -> LocalEngine:
    """An engine over the kinds."""
    accounts = next(iter(kinds.values())).shape[0]
    return LocalEngine(Graph(names=pa.array(np.arange(accounts)), adjacency=kinds))


def crowd(chance: np.random.Generator, *, edges: int = 9_000) -> NDArray[np.int64]:
    """Edges of a crowd with a few popular accounts."""
    fame = chance.pareto(2.2, ACCOUNTS) + 0.3
    return chance.choice(ACCOUNTS, (2, edges), p=fame / fame.sum())


def ring(
    chance: np.random.Generator, *, edges: int = 300
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Members of a ring, and the edges among them."""
    members = chance.choice(ACCOUNTS, RING, replace=False)
    return members, chance.choice(members, (2, edges))
