"""What a ranking says: every account that is no seed, best first, how sure, and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Places


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How many seeds the others found of those left out, and what chance would find."""

    seeds: int
    #: The share of the seeds that stood among the first `within` when left out.
    recall: float
    #: So many of the first accounts were looked at.
    within: int
    #: The recall of a ranking by chance.
    recall_by_chance: float
    #: How likely chance alone does as well, from 0 to 1.
    chance: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Leads for a person; a score says how alike an account is to the seeds, never what it did."""

    #: Every account that is no seed, best first; ties stand by place.
    places: Places
    #: Falling with the rank, from 1 to 0; no probability.
    scores: NDArray[np.float64]
    #: What each scorer counts for, adding up to 1.
    scorers: Mapping[str, float]
    held_out: HeldOut | None
    #: False where the seeds find each other no better than chance does: then nobody should act.
    connects: bool
    #: What the reader should know, a sentence each.
    remarks: tuple[str, ...] = ()

    @property
    def scorer(self) -> str:
        """The scorer that counts most."""
        return max(self.scorers, key=self.scorers.__getitem__)
