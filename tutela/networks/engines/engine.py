"""What a scorer may ask of a graph: who is joined to how much, and one step along the edges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

#: One number an account, or one an account and column.
Vector = NDArray[np.float32]
#: Accounts by their place in the graph, from 0.
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of edge, such as `follow`, and how many of them join two accounts."""

    name: str
    #: Pairs of accounts, each counted once.
    edges: int


class Engine(Protocol):
    """A graph of accounts, held wherever it fits; the same answers from every engine.

    Edges go both ways unless the graph was read as directed: then each kind comes twice, forward
    under its name and backward under its name and `_back`.
    """

    @property
    def accounts(self) -> int:
        """How many accounts there are, those without an edge among them."""

    @property
    def kinds(self) -> Sequence[Kind]:
        """The kinds of edges, by name."""

    def degrees(self, kind: str) -> Vector:
        """The sum of the weights of each account's edges of the kind."""

    def spread(self, x: Vector, *, kind: str) -> Vector:
        """`A x` for the weighted adjacency `A` of the kind; `x` is (accounts,) or (accounts, m)."""
