"""What every scorer stands on: one step along all edges, degrees, and who may be a lead at all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Engine, Places, Vector

#: So many steps away from the seeds the two sides of a graph are looked for.
_FURTHEST_STEPS = 64
#: With fewer seeds it may be chance that all are on one side.
_FEWEST_FOR_SIDES = 5


@dataclass(frozen=True, slots=True)
class Ground:
    """A graph as one matrix: the kinds of its edges added up, each with what it counts."""

    engine: Engine
    #: What an edge of the kind counts, beside its own weight.
    kinds: Mapping[str, float]
    #: The sum of what its edges count, by account.
    degree: Vector
    #: Whether the account can be of the seeds' sort: all, or the seeds' side of a two-sided graph.
    alike: NDArray[np.bool_]

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return self.engine.accounts

    @property
    def bounded(self) -> Vector:
        """The degree, 1 for an account without an edge."""
        return np.where(self.degree > 0, self.degree, 1).astype(np.float32)

    def step(self, x: Vector) -> Vector:
        """`A x`."""
        total = np.zeros_like(x)
        for name, weight in self.kinds.items():
            total += weight * self.engine.spread(x, kind=name)
        return total

    def mean(self, x: Vector) -> Vector:
        """The mean of `x` over an account's neighbours; 0 without any."""
        return self.step(x) / _shaped(self.bounded, like=x)


def ground(engine: Engine, *, seeds: Places) -> Ground:
    """The graph with every edge as it is, and who in it is of the seeds' sort."""
    kinds = {kind.name: 1.0 for kind in engine.kinds}
    whole = Ground(engine, kinds, _degree(engine, kinds=kinds), np.ones(engine.accounts, np.bool_))
    return replace(whole, alike=_same_side(whole, seeds=seeds))


def evened(whole: Ground) -> Ground:
    """The same graph where each kind of edges counts the same in all, however few they are."""
    sums = {name: float(whole.engine.degrees(name).sum()) for name in whole.kinds}
    kinds = {name: whole.accounts / total for name, total in sums.items() if total > 0}
    return replace(whole, kinds=kinds, degree=_degree(whole.engine, kinds=kinds))


def _degree(engine: Engine, *, kinds: Mapping[str, float]) -> Vector:
    total = np.zeros(engine.accounts, np.float32)
    for name, weight in kinds.items():
        total += np.float32(weight) * engine.degrees(name)
    return total


def _same_side(whole: Ground, *, seeds: Places) -> NDArray[np.bool_]:
    """Those an even number of steps from the seeds, where no edge joins two of the same side.

    Such a graph joins accounts to something else, such as tags: what is not of the seeds' side is
    no account like them. Accounts that no seed reaches stay in, and so does everybody where the
    seeds are too few: a tree has two sides too, and they may be on one of them by chance.
    """
    everybody = np.ones(whole.accounts, np.bool_)
    if len(seeds) < _FEWEST_FOR_SIDES:
        return everybody
    distance = _distances(whole, seeds=seeds)
    even, odd = (distance >= 0) & (distance % 2 == 0), (distance >= 0) & (distance % 2 == 1)
    sides = np.stack([even, odd], axis=1).astype(np.float32)
    within = (whole.step(sides) * sides).any()
    return everybody if within else ~odd


def _distances(whole: Ground, *, seeds: Places) -> NDArray[np.int64]:
    """Steps to the nearest seed; -1 where none is reached."""
    distance = np.full(whole.accounts, -1)
    distance[seeds] = 0
    edge = np.zeros(whole.accounts, np.float32)
    for steps in range(1, _FURTHEST_STEPS):
        edge[:] = distance == steps - 1
        reached = (whole.step(edge) > 0) & (distance < 0)
        if not reached.any():
            break
        distance[reached] = steps
    return distance


def _shaped(column: Vector, *, like: Vector) -> Vector:
    return column if like.ndim == 1 else column[:, None]
