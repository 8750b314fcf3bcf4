"""How a set of accounts stands in the graph: how dense, how closed, by which edges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tutela.networks.engines.engine import Places
from tutela.networks.grouping.joined import Joined


@dataclass(frozen=True, slots=True)
class Measured:
    """Edges of a set of accounts; two accounts joined by two kinds have two edges."""

    #: How many edges join two of them, by kind; kinds without one are left out.
    inside: Mapping[str, int]
    #: How many edges lead out of it, of all kinds.
    leaving: int
    #: Which share of all pairs is joined by at least one kind of edge, from 0 to 1.
    density: float
    #: The edges that lead out by all ends of edges here, or of the rest where that has fewer;
    #: from 0 (closed) to 1.
    conductance: float

    @property
    def kept(self) -> float:
        """Which share of the ends of their edges stays with them."""
        ends = 2 * sum(self.inside.values())
        return ends / max(1, ends + self.leaving)


def measured(kinds: Sequence[Joined], *, places: Places, pairs: int) -> Measured:
    """The measures of a set of accounts in which `pairs` pairs are joined."""
    here = np.zeros(len(kinds[0].degrees), bool)
    here[places] = True
    ends_inside = {kind.kind: int(here[kind.around(places)].sum()) for kind in kinds}
    ends = sum(int(kind.degrees[places].sum()) for kind in kinds)
    leaving = ends - sum(ends_inside.values())
    elsewhere = sum(kind.volume for kind in kinds) - ends
    return Measured(
        inside={name: count // 2 for name, count in ends_inside.items() if count},
        leaving=leaving,
        density=2 * pairs / max(1, len(places) * (len(places) - 1)),
        conductance=leaving / max(1, min(ends, elsewhere)),
    )
