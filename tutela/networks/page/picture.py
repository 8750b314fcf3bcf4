"""Who stands in the picture and which edges are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph
from tutela.networks.page.layout import Spots, laid_out

#: So many edges are drawn; of more, the strongest of each account.
EDGES_MAX = 4_000
#: So many kinds of edges are told apart; rarer ones are one.
KINDS_MAX = 8
OTHER_KINDS = "other kinds"
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
    kinds_by_size = sorted(graph.adjacency, key=lambda kind: -graph.adjacency[kind].nnz)
    names = tuple(kinds_by_size[:KINDS_MAX])
    number = len(accounts)
    pairs, heavy, bits = _among(graph, kinds=kinds_by_size, accounts=accounts)
    keys, where = np.unique(pairs, return_inverse=True)
    weight = np.bincount(where, weights=heavy, minlength=len(keys)).astype(np.float64)
    kinds = np.zeros(len(keys), dtype=np.int64)
    np.bitwise_or.at(kinds, where, bits)
    drawn = _strongest(np.stack([keys // number, keys % number], axis=1), weight=weight)
    ends = np.stack([keys[drawn] // number, keys[drawn] % number], axis=1)
    spots = laid_out(number, ends=ends, chance=chance, wide=WIDE)
    if len(kinds_by_size) > KINDS_MAX:
        names = (*names[:-1], OTHER_KINDS)
    return Picture(accounts, spots, ends, kinds[drawn], names, edges=len(keys))


def _among(
    graph: Graph, *, kinds: Sequence[str], accounts: Places
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """By edge its two ends as one number, its weight within its kind, and the bit of the kind."""
    pairs, weights, bits = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0, np.int64)]
    for bit, kind in enumerate(kinds):
        among = graph.adjacency[kind][accounts][:, accounts].tocoo()
        one, other = (np.asarray(end, dtype=np.int64) for end in among.coords)
        pairs.append(np.minimum(one, other) * len(accounts) + np.maximum(one, other))
        weights.append(among.data / among.data.max(initial=1e-30))
        bits.append(np.full(len(one), 1 << min(bit, KINDS_MAX - 1), dtype=np.int64))
    return np.concatenate(pairs), np.concatenate(weights), np.concatenate(bits)


def _strongest(ends: NDArray[np.int64], *, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which edges, at most `EDGES_MAX`: each account's best first, then its second, and so on."""
    if len(ends) <= EDGES_MAX:
        return np.arange(len(ends))
    turn = np.minimum(_turns(ends[:, 0], weight=weight), _turns(ends[:, 1], weight=weight))
    chosen = np.lexsort((-weight, turn))[:EDGES_MAX]
    return np.sort(chosen)


def _turns(side: NDArray[np.int64], *, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """By edge the place that it has among the edges of its account, the strongest first."""
    order = np.lexsort((-weight, side))
    starts = np.searchsorted(side[order], side[order])
    turns = np.empty(len(side), dtype=np.int64)
    turns[order] = np.arange(len(side)) - starts
    return turns
