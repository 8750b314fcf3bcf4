"""What joins a lead to the seeds: directly, over others, and how much of it chance would bring."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph
from tutela.networks.reasons.tokens import Shared

#: How the kind of an edge is called that leads to the lead.
BACK = "_back"


@dataclass(frozen=True, slots=True)
class Join:
    """One account that a lead is joined to, and by which kinds of edges."""

    account: int
    #: The sum of the weights by kind, the heaviest first.
    kinds: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What joins one lead to the seeds; shares lie between 0 and 1."""

    account: int
    #: Its edges, each kind counted for itself.
    edges: int
    #: The seeds that it is joined to, most kinds and then most weight first.
    seeds: tuple[Join, ...]
    seeds_known: int
    #: Its neighbours, no seeds, that are joined to a seed themselves.
    between: int
    neighbours: int
    #: How many of its neighbours would be if edges fell by chance.
    between_by_chance: float
    #: The share of its edges that go to seeds and to the first leads.
    share: float
    share_by_chance: float
    #: What is alike in its features, by name; none where no features were read.
    features: tuple[str, ...] = ()
    #: Rare tokens that it shares with seeds; none where none were read.
    tokens: tuple[Shared, ...] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    """One kind of edges, as they lead from an account and, where they lead one way, to it."""

    kind: str
    there: csr_array
    back: csr_array | None

    def others(self, account: int) -> NDArray[np.int64]:
        """The accounts that the kind joins to this one, each once."""
        there = _row(self.there, account=account)[0]
        if self.back is None:
            return there.astype(np.int64)
        return np.union1d(there, _row(self.back, account=account)[0])

    def weights(self, account: int) -> Iterator[tuple[str, int, float]]:
        """By name of the kind and other account the weight; `_back` where it leads from there."""
        for name, matrix in ((self.kind, self.there), (f"{self.kind}{BACK}", self.back)):
            if matrix is not None:
                others, weights = _row(matrix, account=account)
                yield from (
                    (name, *each) for each in zip(others.tolist(), weights.tolist(), strict=True)
                )


@dataclass(frozen=True, slots=True)
class _Around:
    """What is the same for every lead."""

    ways: tuple[_Way, ...]
    is_seed: NDArray[np.bool_]
    #: Seeds and the first leads.
    is_marked: NDArray[np.bool_]
    #: Accounts, no seeds, that an edge joins to a seed.
    is_near: NDArray[np.bool_]
    near_by_chance: float
    marked_by_chance: float
    seeds: int


def whys(graph: Graph, *, seeds: Places, leads: Places) -> Iterator[Why]:
    """Why each lead stands where it does, in the order of the leads.

    Only the edges of seeds and leads are looked at. By chance means: edges fall on accounts in
    proportion to how many edges these have.
    """
    around = _around(graph, seeds=seeds, leads=leads)
    for lead in leads.tolist():
        yield _why(around, lead=lead)


def _around(graph: Graph, *, seeds: Places, leads: Places) -> _Around:
    ways = tuple(
        _Way(kind, matrix, matrix.T.tocsr() if graph.directed else None)
        for kind, matrix in graph.adjacency.items()
    )
    counts = _edge_counts(graph, ways=ways)
    is_seed = _mask(len(counts), at=seeds)
    is_near = np.zeros(len(counts), dtype=np.bool_)
    for way in ways:
        for seed in seeds.tolist():
            is_near[way.others(seed)] = True
    is_near &= ~is_seed
    is_marked = is_seed | _mask(len(counts), at=leads)
    total = max(float(counts.sum()), 1.0)
    return _Around(
        ways,
        is_seed,
        is_marked,
        is_near,
        near_by_chance=float(counts[is_near].sum()) / total,
        marked_by_chance=float(counts[is_marked].sum()) / total,
        seeds=len(seeds),
    )


def _edge_counts(graph: Graph, *, ways: tuple[_Way, ...]) -> NDArray[np.int64]:
    if graph.edge_counts is not None:
        return graph.edge_counts
    counts = np.zeros(len(graph.names), np.int64)
    for way in ways:
        counts += np.diff(way.there.indptr)
        counts += 0 if way.back is None else np.diff(way.back.indptr)
    return counts


def _why(around: _Around, *, lead: int) -> Why:
    met: set[int] = set()
    seeds: dict[int, dict[str, float]] = {}
    edges = marked = 0
    for way in around.ways:
        others = way.others(lead)
        edges += len(others)
        marked += int(around.is_marked[others].sum())
        met.update(others.tolist())
        for kind, other, weight in way.weights(lead):
            if around.is_seed[other]:
                seeds.setdefault(other, {})[kind] = weight
    between = sum(bool(around.is_near[other]) for other in met)
    strangers = sum(not around.is_seed[other] for other in met)
    return Why(
        account=lead,
        edges=edges,
        seeds=_joins(seeds),
        seeds_known=around.seeds,
        between=between,
        neighbours=len(met),
        between_by_chance=strangers * around.near_by_chance,
        share=marked / max(edges, 1),
        share_by_chance=around.marked_by_chance,
    )


def _joins(met: dict[int, dict[str, float]]) -> tuple[Join, ...]:
    joins = [
        Join(account, tuple(sorted(kinds.items(), key=lambda each: (-each[1], each[0]))))
        for account, kinds in met.items()
    ]
    weight = {join.account: sum(w for _, w in join.kinds) for join in joins}
    return tuple(sorted(joins, key=lambda j: (-len(j.kinds), -weight[j.account], j.account)))


def _row(matrix: csr_array, *, account: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    row = slice(matrix.indptr[account], matrix.indptr[account + 1])
    return matrix.indices[row], matrix.data[row]


def _mask(length: int, *, at: Places) -> NDArray[np.bool_]:
    mask = np.zeros(length, dtype=np.bool_)
    mask[at] = True
    return mask
