"""Common neighbours with the seeds, as two products.

Adamic, Adar (2003); resource allocation: Zhou, Lue, Zhang (2009).
"""

import numpy as np

from tutela.networks.engines.engine import Vector
from tutela.networks.scorers.ground import Ground
from tutela.networks.scorers.scored import Family, Scored, Scorings
from tutela.networks.scorers.trials import Trials

#: An account with two edges is the rarest that two others can have in common.
_FEWEST = np.float32(2)


def overlap(on: Ground, *, trials: Trials) -> Scorings:
    """Neighbours in common with seeds, each the less the more edges it has."""
    marks = (trials.marks(on.accounts) > 0).astype(np.float32)
    degree = on.bounded[:, None]
    root: Vector = np.sqrt(degree)
    rarity: Vector = np.log(np.maximum(degree, _FEWEST))
    joined = on.step(marks)
    adar = on.step(joined / rarity)
    allocated = on.step(joined / degree)
    common = on.step(joined)
    of_seeds = (degree * marks).sum(axis=0) / marks.sum(axis=0)
    named = {
        "adamic_adar": adar,
        "adamic_adar_joined": adar + joined,
        "adamic_adar_per_edge": adar / degree,
        "allocation": allocated,
        "allocation_per_root": allocated / root,
        "share_in_common": common / (degree + of_seeds),
    }
    yield from (Scored(name, Family.OVERLAP, scores, trials) for name, scores in named.items())
