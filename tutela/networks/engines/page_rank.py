"""Personalised PageRank of every account, in few steps over any engine.

Source: conjugate gradients (Hestenes and Stiefel 1952) on `D - (1 - restart) A`, which is positive
definite where edges go both ways, with the degrees `D` as preconditioner.
"""

import numpy as np

from tutela.networks.engines.engine import Engine, Vector
from tutela.networks.engines.push import Walk

#: More than are ever taken: in the worst case a step leaves .56 of the error, at a restart of .15.
_STEPS_AT_MOST = 200


def page_rank(engine: Engine, *, walk: Walk, error: float = 1e-4) -> Vector:
    """How often the walk is at each account; all together off by at most `error` (L1).

    For edges that go both ways. One more plain step would move `restart` times the error at least:
    that tells when to stop, and that step is taken too. `walk.error` is that of the push and plays
    no part here; single precision adds about 1e-6. A walk stays at an account without an edge.
    """
    joined = _Joined(engine, walk=walk)
    residual = np.zeros(engine.accounts, np.float32)
    residual[walk.seeds] = walk.shares * walk.restart
    closeness = np.zeros_like(residual)
    ahead: Vector = residual * joined.inverse
    direction, now = ahead.copy(), _dot(residual, other=ahead)
    for _ in range(_STEPS_AT_MOST):
        if np.abs(residual).sum(dtype=np.float64) <= error * walk.restart:
            break
        moved = joined.kept(direction)
        far = np.float32(now / _dot(direction, other=moved))
        closeness += far * direction
        moved *= far
        residual -= moved
        np.multiply(residual, joined.inverse, out=ahead)
        before, now = now, _dot(residual, other=ahead)
        direction *= np.float32(now / before)
        direction += ahead
    closeness += ahead
    return joined.shares(closeness)


def _dot(one: Vector, *, other: Vector) -> float:
    """Summed in the same order on every machine, which a library of linear algebra does not."""
    return float((one * other).sum(dtype=np.float64))


class _Joined:
    """The edges that a walk takes, of all kinds together; alone, an account is joined to itself."""

    def __init__(self, engine: Engine, *, walk: Walk) -> None:
        self._engine, self._walk = engine, walk
        degrees = np.zeros(engine.accounts, np.float32)
        for name, share in walk.kinds.items():
            degrees += np.float32(share) * engine.degrees(name)
        self._alone = degrees == 0
        self._degrees = degrees
        self._degrees[self._alone] = walk.restart
        self.inverse: Vector = np.reciprocal(self._degrees)

    def kept(self, x: Vector) -> Vector:
        """`(D - (1 - restart) A) x`; where an account is alone, `restart x`."""
        product = self._degrees * x
        for name, share in self._walk.kinds.items():
            spread = self._engine.spread(x, kind=name)
            spread *= np.float32((1 - self._walk.restart) * share)
            product -= spread
        return product

    def shares(self, closeness: Vector) -> Vector:
        """How often the walk is there, from that divided by degree."""
        shares = closeness * self._degrees
        shares[self._alone] /= np.float32(self._walk.restart)
        return shares
