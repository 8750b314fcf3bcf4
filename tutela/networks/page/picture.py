"""Who stands in the picture and which edges are drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph
from tutela.networks.page.layout import Spots, laid_out

#: So many edges are drawn; of more, the strongest of each account.
EDGES_MAX = 4_000
#: Pictures are this many times as wide as high.
WIDE = 1.4


@dataclass(frozen=True, slots=True)
class Picture:
    """Accounts by their number in the picture, seeds first, then leads by rank."""

    accounts: Places
    spots: Spots
    #: Drawn edges, (edges, 2): numbers of accounts in the picture, the smaller first.
    ends: NDArray[np.int64]
    #: By drawn edge the kinds it stands for, one bit a kind.
    kinds: NDArray[np.int64]
    #: The kinds of the bits, the commonest first.
    names_of_kinds: tuple[str, ...]
    #: Edges between the accounts shown, drawn or not.
    edges: int


def picture(graph: Graph, *, accounts: Places, chance: np.random.Generator) -> Picture:
    """The accounts with the edges among them; edges of several kinds are drawn as one."""
    names = tuple(sorted(graph.adjacency, key=lambda kind: -graph.adjacency[kind].nnz))
    number = len(accounts)
    weight = csr_array((number, number), dtype=np.float64)
    bits = csr_array((number, number), dtype=np.int64)
    for bit, name in enumerate(names):
        among = graph.adjacency[name][accounts][:, accounts]
        among = (among + among.T).tocsr()
        among.data /= among.data.max(initial=1e-30)
        weight = weight + among
        bits = bits + (among > 0).astype(np.int64) * (1 << bit)
    rows, columns = weight.nonzero()
    upper = rows < columns
    ends = np.stack([rows[upper], columns[upper]], axis=1).astype(np.int64)
    drawn = _strongest(ends, weight=np.asarray(weight[ends[:, 0], ends[:, 1]]).ravel())
    kinds = np.asarray(bits[drawn[:, 0], drawn[:, 1]]).ravel().astype(np.int64)
    spots = laid_out(number, ends=drawn, chance=chance, wide=WIDE)
    return Picture(accounts, spots, drawn, kinds, names, edges=len(ends))


def _strongest(ends: NDArray[np.int64], *, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """At most `EDGES_MAX` edges: each account's best first, then its second, and so on."""
    if len(ends) <= EDGES_MAX:
        return ends
    turn = np.minimum(_turns(ends[:, 0], weight=weight), _turns(ends[:, 1], weight=weight))
    chosen = np.lexsort((-weight, turn))[:EDGES_MAX]
    return ends[np.sort(chosen)]


def _turns(side: NDArray[np.int64], *, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """By edge the place that it has among the edges of its account, the strongest first."""
    order = np.lexsort((-weight, side))
    starts = np.searchsorted(side[order], side[order])
    turns = np.empty(len(side), dtype=np.int64)
    turns[order] = np.arange(len(side)) - starts
    return turns
