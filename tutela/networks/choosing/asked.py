"""What a ranking is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Places

#: Told what is done, how far it is, and of how much.
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """From whom a ranking starts, and what else is known."""

    #: Each once; at least one.
    seeds: Places
    #: (accounts, columns), NaN where one is not known; None where nothing is.
    features: NDArray[np.float32] | None = None
    #: All chance comes from it: the same number, the same ranking.
    seed: int = 0
    tell: Tell = field(default=lambda _what, _done, _total: None)
