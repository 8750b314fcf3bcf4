"""A graph of accounts in the memory of one machine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

_NUMBERS_AT_ONCE: Final = 1 << 22


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
    #: How many edges each account has; None where that is how many `adjacency` holds, which it does
    #: not where only the edges of some accounts were fetched.
    edge_counts: NDArray[np.int64] | None = None


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


def both_ways(graph: Graph) -> Graph:
    """A directed graph with each edge leading either way; weights of two that meet are added up."""
    merged = 0
    matrices = {}
    for kind, matrix in graph.adjacency.items():
        matrices[kind] = (matrix + matrix.T.tocsr()).tocsr()
        merged += matrix.nnz - matrices[kind].nnz // 2
    left_out = dict(graph.left_out)
    if merged:
        left_out["duplicates"] = left_out.get("duplicates", 0) + merged
    return replace(graph, adjacency=matrices, directed=False, left_out=left_out)


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
    if kept.weight is None:
        matrix = _unweighted(kept, directed=directed)
    else:
        size = (kept.accounts, kept.accounts)
        matrix = csr_array((kept.weight, (kept.src, kept.dst)), shape=size)
        if not directed:
            matrix = matrix + matrix.T.tocsr()
    left_out["duplicates"] += len(kept.src) - matrix.nnz // (1 if directed else 2)
    return matrix


def _unweighted(edges: Edges, *, directed: bool) -> csr_array:
    """Each pair once; sorting pairs as single numbers is faster than the matrices' own way."""
    bits = max(1, (edges.accounts - 1).bit_length())
    pairs = (
        [(edges.src, edges.dst)] if directed else [(edges.src, edges.dst), (edges.dst, edges.src)]
    )
    keys = np.empty(len(pairs) * len(edges.src), np.int64)
    for part, (row, column) in zip(np.split(keys, len(pairs)), pairs, strict=True):
        np.left_shift(row, bits, out=part, dtype=np.int64)
        np.bitwise_or(part, column, out=part)
    keys.sort()
    keys = _each_once(keys)
    starts = np.searchsorted(keys, np.arange(edges.accounts + 1, dtype=np.int64) << bits)
    keys &= (1 << bits) - 1
    index = np.int32 if len(keys) < np.iinfo(np.int32).max else np.int64
    columns = keys.astype(index)
    ones = np.ones(len(columns), np.float32)
    size = (edges.accounts, edges.accounts)
    return csr_array((ones, columns, starts.astype(index)), shape=size)


def _each_once(rising: NDArray[np.int64]) -> NDArray[np.int64]:
    """The different ones of rising numbers, in their place, so that no second copy is needed."""
    count, last = 0, -1
    for begin in range(0, len(rising), _NUMBERS_AT_ONCE):
        part = rising[begin : begin + _NUMBERS_AT_ONCE]
        different = part[np.diff(part, prepend=last) != 0]
        last = int(part[-1])
        rising[count : count + len(different)] = different
        count += len(different)
    return rising[:count]


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
