"""From a ranking to cases: which of its accounts make up one network, in which groups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph
from tutela.networks.grouping.communities import communities
from tutela.networks.grouping.growing import Ring, find_rings
from tutela.networks.grouping.joined import Floats, Joined, joined, within
from tutela.networks.grouping.measures import Measured, measured


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
    kinds = joined(asked.graph)
    seeds = np.unique(asked.seeds)
    rings = find_rings(kinds, seeds=seeds, ranked=asked.ranked[: asked.top], seed=asked.seed)
    allowed = np.union1d(seeds, asked.ranked[: asked.top])
    cases = tuple(
        _case(kinds, ring=_only(ring, allowed=allowed), seed=asked.seed) for ring in rings
    )
    held = np.concatenate([case.places for case in cases]) if cases else np.empty(0, np.int64)
    return Cases(cases, np.setdiff1d(seeds, held))


def _only(ring: Ring, *, allowed: Places) -> Ring:
    kept = np.isin(ring.places, allowed)
    return Ring(ring.places[kept], ring.sure[kept], ring.gain[kept])


def _case(kinds: Sequence[Joined], *, ring: Ring, seed: int) -> Case:
    matrix = within(kinds, places=ring.places)
    labels = communities(matrix, seed=seed)
    groups = [
        Group(
            ring.places[rows],
            _measured(kinds, places=ring.places[rows], matrix=matrix[rows][:, rows]),
        )
        for rows in (np.flatnonzero(labels == label) for label in range(labels.max() + 1))
    ]
    groups.sort(key=lambda group: (-len(group.places), int(group.places[0])))
    return Case(
        ring.places,
        ring.sure,
        _measured(kinds, places=ring.places, matrix=matrix),
        tuple(groups),
    )


def _measured(kinds: Sequence[Joined], *, places: Places, matrix: csr_array) -> Measured:
    return measured(kinds, places=places, pairs=matrix.nnz // 2)
