"""What a scorer says of every account, for all columns of the trials."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tutela.networks.engines.engine import Vector
from tutela.networks.scorers.trials import Trials


class Family(StrEnum):
    """Scorers that say nearly the same share one voice."""

    #: Walks as they go: favours accounts with many edges.
    REACH = "reach"
    #: Walks divided by the root of the degree.
    CLOSENESS = "closeness"
    #: Short walks divided by the degree: favours accounts with few edges.
    NEARNESS = "nearness"
    #: Walks of some steps divided by the degree.
    VICINITY = "vicinity"
    #: Long walks divided by the degree: finds whole communities.
    COMMUNITY = "community"
    #: Common neighbours and beliefs passed on.
    OVERLAP = "overlap"
    #: Degrees around the account: looks joined like the seeds, wherever it stands.
    ROLE = "role"
    #: Where the account lies among the graph's large parts.
    POSITION = "position"
    #: The account's own features.
    FEATURES = "features"
    #: The features of its neighbours.
    NEIGHBOURS = "neighbours"
    #: Features, neighbours' features and role together.
    TOGETHER = "together"
    #: Decision trees over all of these.
    TREES = "trees"


@dataclass(frozen=True, slots=True)
class Scored:
    """One scorer's numbers; the higher the more alike, comparable within a column only."""

    name: str
    family: Family
    #: (accounts, columns of the trials).
    scores: Vector
    trials: Trials
    #: What the graph alone says for the scorer before any seed is left out, as a power of e.
    beforehand: float = 0.0


Scorings = Iterator[Scored]
Scorer = Callable[..., Scorings]
