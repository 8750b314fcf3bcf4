"""Small graphs with rings in them: circles of friends, follows at random, and a ring on top."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph

ACCOUNTS, CIRCLE, FRIENDS, FOLLOWS = 6_000, 60, 6, 8


@dataclass(frozen=True)
class Planted:
    """A graph, and whom a ring was made of."""

    graph: Graph
    ring: Places
    #: Every account but three of the ring, those that a walk meets most first.
    ranked: Places
    seeds: Places


def planted(*, ring: int = 60, edges_each: int = 16, seed: int = 0, seeds: int = 3) -> Planted:
    """A graph of 6,000 accounts with one ring in it, and a plain walk from some of its members."""
    chance = np.random.default_rng(seed)
    members = np.sort(chance.choice(ACCOUNTS, ring, replace=False))
    follow = _matrix(
        _friends(chance) + _follows(chance) + _inside(members, edges_each=edges_each, chance=chance)
    )
    chosen = np.sort(chance.choice(members, seeds, replace=False))
    graph = Graph(pa.array(np.arange(ACCOUNTS)), {"follow": follow})
    return Planted(graph, members, walked(follow, seeds=chosen), chosen)


def walked(matrix: csr_array, *, seeds: Places) -> Places:
    """Every account that is no seed, by a walk of four steps, divided by degree."""
    degrees = np.maximum(matrix.sum(axis=0), 1)
    x = np.zeros(matrix.shape[0])
    x[seeds] = 1
    total = np.zeros_like(x)
    for _ in range(4):
        x = matrix @ (x / degrees)
        total += x
    order = np.argsort(-total / degrees, kind="stable")
    return order[~np.isin(order, seeds)]


Pairs = list[tuple[NDArray[np.int64], NDArray[np.int64]]]


def _friends(chance: np.random.Generator) -> Pairs:
    one = np.repeat(np.arange(ACCOUNTS), FRIENDS // 2)
    return [(one, one // CIRCLE * CIRCLE + chance.integers(0, CIRCLE, len(one)))]


def _follows(chance: np.random.Generator) -> Pairs:
    one = np.repeat(np.arange(ACCOUNTS), FOLLOWS // 2)
    return [(one, (chance.random(len(one)) ** 2 * ACCOUNTS).astype(np.int64))]


def _inside(members: Places, *, edges_each: int, chance: np.random.Generator) -> Pairs:
    one = np.repeat(members, edges_each // 2)
    return [(one, chance.choice(members, len(one)))]


def _matrix(pairs: Pairs) -> csr_array:
    src = np.concatenate([one for one, _ in pairs])
    dst = np.minimum(np.concatenate([other for _, other in pairs]), ACCOUNTS - 1)
    apart = src != dst
    size = (ACCOUNTS, ACCOUNTS)
    way = csr_array((np.ones(apart.sum(), np.float32), (src[apart], dst[apart])), shape=size)
    matrix = (way + way.T).tocsr()
    matrix.data[:] = 1
    return matrix
