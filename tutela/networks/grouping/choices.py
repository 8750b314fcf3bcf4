"""Whom each account chose: the edges that lead from it, of kinds that one does choose."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from tutela.networks.graph import Graph
from tutela.networks.grouping.ties import Wholes

#: Edges of kinds that begin so come about by what two accounts use, and nobody chose them.
_SHARED = "shared_"


@dataclass(frozen=True, slots=True)
class Choices:
    """Each choice once, whatever the number of kinds; both are (accounts, accounts)."""

    #: By account whom it chose.
    chosen: csr_array
    #: By account who chose it.
    choosers: csr_array

    def of(self, account: int) -> Wholes:
        """Whom the account chose."""
        row = slice(*self.chosen.indptr[[account, account + 1]])
        return np.asarray(self.chosen.indices[row], np.int64)

    @property
    def made(self) -> Wholes:
        """How many accounts each chose."""
        return np.asarray(np.diff(self.chosen.indptr), np.int64)

    @property
    def met(self) -> Wholes:
        """By how many accounts each was chosen."""
        return np.asarray(np.diff(self.choosers.indptr), np.int64)


def choices_of(graph: Graph) -> Choices:
    """Those of a graph that was read as directed; of any other, every edge is one both ways."""
    size = (len(graph.names), len(graph.names))
    chosen = csr_array(size, dtype=np.int8)
    for kind, matrix in graph.adjacency.items():
        if not kind.startswith(_SHARED):
            ones = np.ones(matrix.nnz, np.int8)
            chosen = chosen + csr_array((ones, matrix.indices, matrix.indptr), shape=size)
    return Choices(chosen, chosen.T.tocsr())
