"""What joins a lead to the seeds: directly, over others, and how much of it chance would bring."""

from collections.abc import Iterator, Mapping
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
class _Around:
    """What is the same for every lead."""

    matrices: Mapping[str, csr_array]
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
    matrices = _both_ways(graph)
    counts = np.zeros(len(graph.names))
    for matrix in matrices.values():
        counts += np.diff(matrix.indptr)
    is_seed = _mask(len(counts), at=seeds)
    is_near = np.zeros(len(counts), dtype=np.bool_)
    for matrix in matrices.values():
        for seed in seeds.tolist():
            is_near[_row(matrix, account=seed)[0]] = True
    is_near &= ~is_seed
    is_marked = is_seed | _mask(len(counts), at=leads)
    total = max(float(counts.sum()), 1.0)
    return _Around(
        matrices,
        is_seed,
        is_marked,
        is_near,
        near_by_chance=float(counts[is_near].sum()) / total,
        marked_by_chance=float(counts[is_marked].sum()) / total,
        seeds=len(seeds),
    )


def _why(around: _Around, *, lead: int) -> Why:
    met: dict[int, dict[str, float]] = {}
    edges = marked = 0
    for kind, matrix in around.matrices.items():
        others, weights = _row(matrix, account=lead)
        edges += len(others)
        marked += int(around.is_marked[others].sum())
        for other, weight in zip(others.tolist(), weights.tolist(), strict=True):
            met.setdefault(other, {})[kind] = weight
    between = sum(bool(around.is_near[other]) for other in met)
    strangers = sum(not around.is_seed[other] for other in met)
    return Why(
        account=lead,
        edges=edges,
        seeds=_joins({a: kinds for a, kinds in met.items() if around.is_seed[a]}),
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


def _both_ways(graph: Graph) -> dict[str, csr_array]:
    """By kind who is joined to whom; where edges lead one way, each kind the other way too."""
    matrices = dict(graph.adjacency)
    if graph.directed:
        matrices |= {f"{kind}{BACK}": matrix.T.tocsr() for kind, matrix in matrices.items()}
    return matrices


def _row(matrix: csr_array, *, account: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    row = slice(matrix.indptr[account], matrix.indptr[account + 1])
    return matrix.indices[row], matrix.data[row]


def _mask(length: int, *, at: Places) -> NDArray[np.bool_]:
    mask = np.zeros(length, dtype=np.bool_)
    mask[at] = True
    return mask
