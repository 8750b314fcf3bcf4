"""The graph in this process: each step is one product of a matrix of single precision."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Kind, Vector
from tutela.networks.graph import Graph

#: What the backward edges of a directed kind are called after.
BACK = "_back"


class LocalEngine:
    """A graph in the memory of this machine."""

    def __init__(self, graph: Graph) -> None:
        self._accounts = len(graph.names)
        self._matrices = _both_ways(graph) if graph.directed else dict(graph.adjacency)
        ways = 1 if graph.directed else 2
        self._kinds = tuple(
            Kind(name, matrix.nnz // ways) for name, matrix in sorted(self._matrices.items())
        )

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return self._accounts

    @property
    def kinds(self) -> Sequence[Kind]:
        """The kinds of edges, by name."""
        return self._kinds

    def degrees(self, kind: str) -> Vector:
        """The sum of the weights of each account's edges of the kind."""
        sums: Vector = np.asarray(self._matrices[kind].sum(axis=1, dtype=np.float64), np.float32)
        return sums

    def spread(self, x: Vector, *, kind: str) -> Vector:
        """`A x` for the adjacency of the kind; `x` is (accounts,) or (accounts, m)."""
        product: Vector = self._matrices[kind] @ x.astype(np.float32, copy=False)
        return product


def _both_ways(graph: Graph) -> Mapping[str, csr_array]:
    forward = dict(graph.adjacency)
    return forward | {f"{name}{BACK}": matrix.T.tocsr() for name, matrix in forward.items()}
