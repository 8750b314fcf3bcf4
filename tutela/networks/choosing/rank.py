"""Ranks every account that is no seed by how near it stands to the seeds."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Engine, Places, Vector
from tutela.networks.ranking import Ranking

#: Told what is done, how far it is, and of how much.
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """From whom a ranking starts, and what else is known."""

    #: Each once; at least one.
    seeds: Places
    #: (accounts, columns), NaN where one is not known; None where nothing is.
    features: NDArray[np.float32] | None = None
    #: All chance comes from it: the same number, the same ranking.
    seed: int = 0
    tell: Tell = field(default=lambda _what, _done, _total: None)


def rank(engine: Engine, *, asked: Asked) -> Ranking:
    """Every account that is no seed, best first: a walk of four steps, divided by degree."""
    scores = _walk(engine, seeds=asked.seeds, steps=4)
    is_seed = np.zeros(engine.accounts, np.bool_)
    is_seed[asked.seeds] = True
    order = np.argsort(-scores, kind="stable")
    places = order[~is_seed[order]]
    best = scores[places]
    top = float(best[0]) if len(best) else 0.0
    return Ranking(
        places=places,
        scores=(best / top if top > 0 else best).astype(np.float64),
        scorers={"walk_4": 1.0},
        held_out=None,
        connects=top > 0,
    )


def _walk(engine: Engine, *, seeds: Places, steps: int) -> Vector:
    names = [kind.name for kind in engine.kinds]
    degree = np.full(engine.accounts, 1e-12, np.float32)
    for name in names:
        degree += engine.degrees(name)
    x = np.zeros(engine.accounts, np.float32)
    x[seeds] = 1 / len(seeds)
    total = np.zeros_like(x)
    for _ in range(steps):
        there = x / degree
        x = np.zeros_like(x)
        for name in names:
            x += engine.spread(there, kind=name)
        total += x
    return total / degree
