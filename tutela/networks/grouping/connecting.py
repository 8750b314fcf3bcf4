"""Whether the rings of some seeds hold the seeds that they were not grown from.

A ranking compares accounts one by one, and three members of a network that share few neighbours
can look like any three. A ring that is grown from all seeds but one is held against the one left
out: by chance that one is in it as often as the ring is large among all accounts.
"""

from typing import Final

import numpy as np

from tutela.networks.engines.engine import Places
from tutela.networks.grouping.growing import find_rings
from tutela.networks.grouping.ties import Ties

#: For the reader where the ranking alone did not connect the seeds.
CONNECTED_BY_RINGS: Final = (
    "The ranking alone does not tell these seeds from any others; rings that were grown without "
    "one of them hold the one left out."
)
#: Seeds connect where chance finds as many of those left out in fewer than this share of cases.
_MOST_BY_CHANCE: Final = 0.05
#: So many seeds are left out, one at a time; each costs as much as finding the cases.
_LEFT_OUT_MOST: Final = 5
_NOBODY: Final = np.empty(0, np.int64)


def rings_connect(ties: Ties, *, seeds: Places, seed: int) -> bool:
    """Whether rings find left-out seeds more often than chance would; never for a single seed."""
    chance = np.random.default_rng(seed)
    seeds = np.unique(seeds)
    if len(seeds) == 1:
        return False
    left_out = chance.permutation(seeds)[:_LEFT_OUT_MOST]
    tried = [_tried(ties, seeds=seeds, without=int(one), chance=chance) for one in left_out]
    hits = sum(found for found, _ in tried)
    return hits > 0 and _at_least(hits, chances=[by_chance for _, by_chance in tried]) <= (
        _MOST_BY_CHANCE
    )


def _tried(
    ties: Ties, *, seeds: Places, without: int, chance: np.random.Generator
) -> tuple[bool, float]:
    """Whether the ring of the others holds the one, and how likely it holds any account."""
    others = seeds[seeds != without]
    rings = find_rings(ties, seeds=others, ranked=_NOBODY, chance=chance)
    if not rings:
        return False, 0.0
    ring = rings[0].places
    beyond = len(ring) - np.isin(others, ring).sum()
    return bool(np.isin(without, ring)), float(beyond) / (ties.accounts - len(others))


def _at_least(hits: int, *, chances: list[float]) -> float:
    """The probability of so many hits or more where each comes by its own chance."""
    spread = np.array([1.0])
    for each in chances:
        spread = np.convolve(spread, [1 - each, each])
    return float(spread[hits:].sum())
