"""A graph of accounts in the memory of one machine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Graph:
    """Accounts by their place, and who is joined to whom by each kind of edge."""

    #: The platform's ids by place: 64-bit integers, or strings.
    names: "pa.Array"
    #: By kind a square matrix of float32 weights, CSR, without self-loops and duplicates;
    #: symmetrical unless it was read as directed.
    adjacency: Mapping[str, csr_array]
    #: What was left out while reading and how often, such as `self_loops`.
    left_out: Mapping[str, int] = field(default_factory=dict)
    #: Whether edges lead one way only.
    directed: bool = False
    #: What whoever reads a ranking of it should know, a sentence each.
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Edges as they were given: any order, any of them again."""

    #: How many accounts there are; `src` and `dst` are their places from 0.
    accounts: int
    src: NDArray[np.int32]
    dst: NDArray[np.int32]
    #: Finite and not negative; None where every edge weighs 1, however often it is given.
    weight: NDArray[np.float32] | None = None
    kinds: tuple[str, ...] = ("edge",)
    #: Which of the kinds each edge is of; None where there is one.
    kind: NDArray[np.int32] | None = None


def joined(edges: Edges, *, directed: bool) -> tuple[dict[str, csr_array], dict[str, int]]:
    """By kind the matrix of its edges, and how many edges were left out for which reason.

    Left out are `self_loops` and edges of weight 0 (`weightless`). `duplicates` were merged: an
    edge given again, either way unless directed, within its kind. Weights are added up.
    """
    left_out = {"self_loops": 0, "weightless": 0, "duplicates": 0}
    matrices = {}
    for name, part in _by_kind(edges):
        matrices[name] = _matrix(part, directed=directed, left_out=left_out)
    return matrices, {why: count for why, count in left_out.items() if count}


def _by_kind(edges: Edges) -> Iterator[tuple[str, Edges]]:
    for number, name in sorted(enumerate(edges.kinds), key=lambda each: each[1]):
        if edges.kind is None:
            yield name, edges
            continue
        of_it = edges.kind == number
        weight = None if edges.weight is None else edges.weight[of_it]
        yield (
            name,
            Edges(
                accounts=edges.accounts, src=edges.src[of_it], dst=edges.dst[of_it], weight=weight
            ),
        )


def _matrix(edges: Edges, *, directed: bool, left_out: dict[str, int]) -> csr_array:
    kept = _kept(edges, left_out=left_out)
    size = (edges.accounts, edges.accounts)
    weight = np.ones(len(kept.src), np.float32) if kept.weight is None else kept.weight
    matrix = csr_array((weight, (kept.src, kept.dst)), shape=size)
    if not directed:
        matrix = matrix + matrix.T.tocsr()
    matrix.sum_duplicates()
    ways = 1 if directed else 2
    left_out["duplicates"] += len(kept.src) - matrix.nnz // ways
    if kept.weight is None:
        matrix.data.fill(1.0)
    return matrix


def _kept(edges: Edges, *, left_out: dict[str, int]) -> Edges:
    """Those edges that join two accounts."""
    is_loop = edges.src == edges.dst
    is_weightless = np.zeros(1, np.bool_) if edges.weight is None else edges.weight == 0
    is_kept = ~(is_loop | is_weightless)
    left_out["self_loops"] += int(is_loop.sum())
    left_out["weightless"] += int((is_weightless & ~is_loop).sum())
    if is_kept.all():
        return edges
    return Edges(
        accounts=edges.accounts,
        src=edges.src[is_kept],
        dst=edges.dst[is_kept],
        weight=None if edges.weight is None else edges.weight[is_kept],
    )
