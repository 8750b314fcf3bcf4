"""Personalised PageRank near the seeds, at a cost that does not grow with the graph.

Source: Andersen, Chung and Lang, Local Graph Partitioning using PageRank Vectors (FOCS 2006).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places, Vector

_Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A walk along edges that begins again at its seeds with the chance `restart` a step."""

    #: Where it begins, each place once, and how often of all, adding up to 1.
    seeds: Places
    shares: _Numbers
    restart: float = 0.15
    #: No account's share, divided by its degree, comes out lower by more than this (undirected).
    error: float = 1e-6
    #: By kind what an edge of it counts for, times its weight; a kind not named here is not walked.
    kinds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Pushed:
    """How often the walk is where, from below; accounts not named are 0."""

    #: Rising.
    places: Places
    shares: _Numbers
    #: What all shares together lack to 1: the error in the sum of all accounts (L1).
    lacking: float


@dataclass(frozen=True, slots=True)
class Joined:
    """One kind of edges: the matrix of its weights and the sum of each row."""

    matrix: csr_array
    degrees: Vector


def push(kinds: Mapping[str, Joined], *, walk: Walk) -> Pushed:
    """The walk's shares, each too low by at most `walk.error` times the account's degree.

    All accounts whose residual exceeds `error` times their degree are pushed at once, until none
    does; the edges looked at weigh at most `1 / (restart * error)` together. Where edges lead one
    way the bound by degree does not hold, `lacking` does. A walk stays at an account from which no
    edge leads.
    """
    work = _Work(kinds, walk=walk)
    front = work.due(walk.seeds)
    while len(front):
        front = work.due(work.pushed(front))
    places = np.flatnonzero(work.shares)
    return Pushed(places, work.shares[places], float(work.residual.sum()))


class _Work:
    """Shares found so far, and for each account the residual that was not walked on from it."""

    def __init__(self, kinds: Mapping[str, Joined], *, walk: Walk) -> None:
        self._walk = walk
        self._walked = [(kinds[name].matrix, share) for name, share in walk.kinds.items()]
        first, *others = (kinds[name].degrees * np.float32(s) for name, s in walk.kinds.items())
        self._degrees = sum(others, first)
        accounts = len(self._degrees)
        self.shares, self.residual = np.zeros(accounts), np.zeros(accounts)
        self.residual[walk.seeds] = walk.shares
        self._last_named = np.empty(accounts, np.int64)

    def due(self, places: Places) -> Places:
        """Those whose residual is too large, each once."""
        due = places[self.residual[places] > self._walk.error * self._degrees[places]]
        turns = np.arange(len(due))
        self._last_named[due] = turns
        once: Places = due[self._last_named[due] == turns]
        return once

    def pushed(self, front: Places) -> Places:
        """Where the residuals of the front, each named once, have gone; some more than once."""
        residual, degrees = self.residual[front], self._degrees[front].astype(np.float64)
        self.residual[front] = 0
        stays = np.where(degrees > 0, self._walk.restart, 1.0)
        self.shares[front] += stays * residual
        a_weight = np.divide((1 - stays) * residual, degrees, where=degrees > 0, out=degrees)
        return np.concatenate(
            [self._spread(front, a_weight=a_weight * s, matrix=m) for m, s in self._walked]
        )

    def _spread(self, front: Places, *, a_weight: _Numbers, matrix: csr_array) -> Places:
        """Adds to the residual of every account that an edge leads to from the front: those."""
        starts = matrix.indptr[front].astype(np.int64)
        counts = matrix.indptr[front + 1] - starts
        ends = np.cumsum(counts)
        edges = np.arange(ends[-1]) + np.repeat(starts - ends + counts, counts)
        there: Places = matrix.indices[edges].astype(np.int64)
        np.add.at(self.residual, there, np.repeat(a_weight, counts) * matrix.data[edges])
        return there
