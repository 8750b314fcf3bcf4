"""How a set of accounts stands in the graph: how dense, how closed, by which edges."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tutela.networks.engines.engine import Places
from tutela.networks.grouping.ties import Ties


@dataclass(frozen=True, slots=True)
class Measured:
    """Ties of a set of accounts: each two that are joined have one, by all kinds together."""

    #: How many ties join two of them, by kinds; kinds without one are left out.
    inside: Mapping[str, int]
    #: How many ties lead out of it.
    leaving: int
    #: Which share of all pairs is joined, from 0 to 1.
    density: float
    #: The ties that lead out by all ends of ties here, or of the rest where that has fewer;
    #: from 0 (closed) to 1.
    conductance: float

    @property
    def kept(self) -> float:
        """Which share of the ends of their ties stays with them."""
        ends = 2 * sum(self.inside.values())
        return ends / max(1, ends + self.leaving)


def measured(ties: Ties, *, places: Places) -> Measured:
    """The measures of a set of accounts, which rise."""
    around = ties.around(places)
    inside = np.isin(around.other, places)
    counts = np.bincount(around.kind[inside], minlength=len(ties.kinds))
    ends = len(around.other)
    leaving = ends - int(inside.sum())
    elsewhere = len(ties.others) - ends
    return Measured(
        inside={
            name: int(count) // 2 for name, count in zip(ties.kinds, counts, strict=True) if count
        },
        leaving=leaving,
        density=int(inside.sum()) / max(1, len(places) * (len(places) - 1)),
        conductance=leaving / max(1, min(ends, elsewhere)),
    )
