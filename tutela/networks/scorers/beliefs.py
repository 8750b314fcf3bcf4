"""Belief propagation in its linear form, FaBP: Koutra and others (2011)."""

import numpy as np

from tutela.networks.engines.engine import Vector
from tutela.networks.scorers.ground import Ground
from tutela.networks.scorers.scored import Family, Scored, Scorings
from tutela.networks.scorers.trials import Trials

_STEPS = 12
#: No coupling is stronger, however few edges there are.
_STRONGEST = 0.3


def beliefs(on: Ground, *, trials: Trials) -> Scorings:
    """What neighbours believe of each other when the seeds are known to be of the network."""
    marks = (trials.marks(on.accounts) > 0).astype(np.float32)
    coupling = _coupling(on)
    echo = np.float32(4 * coupling**2 / (1 - 4 * coupling**2))
    pull = np.float32(2 * coupling / (1 - 4 * coupling**2))
    degree = on.bounded[:, None]
    root: Vector = np.sqrt(degree)
    belief = marks
    for _ in range(_STEPS):
        belief = marks + pull * on.step(belief) - echo * degree * belief
    yield Scored("beliefs", Family.OVERLAP, belief, trials)
    yield Scored("beliefs_per_root", Family.OVERLAP, belief / root, trials)


def _coupling(on: Ground) -> float:
    """The strongest coupling for which the paper shows that the iteration converges."""
    degree = on.degree.astype(np.float64)
    first, second = 2 + degree.sum(), max((degree**2).sum() - 1, 1.0)
    by_norm = np.sqrt((-first + np.sqrt(first**2 + 4 * second)) / (8 * second))
    return float(min(max(by_norm, 1 / (2 + 2 * degree.max())), _STRONGEST))
