"""From a ranking to cases: which of its accounts make up one network, in which groups."""

from dataclasses import dataclass

import numpy as np

from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph
from tutela.networks.grouping.communities import communities
from tutela.networks.grouping.growing import Ring, find_rings
from tutela.networks.grouping.measures import Measured, measured
from tutela.networks.grouping.ties import Floats, Ties, ties_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What cases are made of."""

    graph: Graph
    #: The confirmed accounts, each once.
    seeds: Places
    #: Every other account that was ranked, best first.
    ranked: Places
    #: Only so many of the first accounts can be members; None where all can.
    top: int | None = None
    #: All chance comes from it: the same number, the same cases.
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Members of a case that keep closer to each other than to its other members."""

    places: Places
    measured: Measured


@dataclass(frozen=True, slots=True)
class Case:
    """Accounts that make up one network, as leads for a person; never a reason to act by itself."""

    #: Rising; seeds among them.
    places: Places
    #: By member, how likely it belongs there, from 0 to 1.
    sure: Floats
    measured: Measured
    #: Every member is in one, the largest first.
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """What became of a ranking."""

    cases: tuple[Case, ...]
    #: Seeds that are in no case: nothing around them keeps together with another seed.
    alone: Places


def find_cases(asked: Asked) -> Cases:
    """The cases of the seeds, the one with most seeds first."""
    return cases_among(ties_of(asked.graph), asked=asked)


def cases_among(ties: Ties, *, asked: Asked) -> Cases:
    """Likewise, for who has the ties of the graph already."""
    seeds, ranked = np.unique(asked.seeds), asked.ranked[: asked.top]
    chance = np.random.default_rng(asked.seed)
    rings = find_rings(ties, seeds=seeds, ranked=ranked, chance=chance)
    if asked.top is not None:
        allowed = np.union1d(seeds, ranked)
        rings = tuple(ring.only(np.isin(ring.places, allowed)) for ring in rings)
    cases = tuple(_case(ties, ring=ring, seed=asked.seed) for ring in rings)
    held = np.concatenate([case.places for case in cases]) if cases else np.empty(0, np.int64)
    return Cases(cases, np.setdiff1d(seeds, held))


def _case(ties: Ties, *, ring: Ring, seed: int) -> Case:
    labels = communities(ties.within(ring.places), seed=seed)
    of_each = [ring.places[labels == label] for label in range(labels.max() + 1)]
    groups = [Group(places, measured(ties, places=places)) for places in of_each]
    groups.sort(key=lambda group: (-len(group.places), int(group.places[0])))
    return Case(ring.places, ring.sure, measured(ties, places=ring.places), tuple(groups))
