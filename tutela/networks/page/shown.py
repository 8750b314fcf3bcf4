"""What a page shows: a ranking with its graph, its reasons, and the groups that were found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tutela.networks.engines.engine import Places
from tutela.networks.files.known import Known
from tutela.networks.graph import Graph
from tutela.networks.ranking import Ranking
from tutela.networks.reasons.joins import Why

#: So many groups have a shape and a colour of their own; further ones share the last.
GROUPS_APART = 6
MINOR = "possible minor: a specialist's"
REMOVED = "removed already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything on the page; accounts by their place in the graph."""

    graph: Graph
    ranking: Ranking
    #: Called seed 1, seed 2 and so on.
    seeds: Places
    #: Why the first leads stand where they do; so many are shown.
    whys: Sequence[Why]
    made_at: datetime
    #: What the reader should know, a sentence each.
    remarks: tuple[str, ...] = ()
    #: The group of an account, such as `Group 2`, the same text for all its members.
    groups: Mapping[int, str] = field(default_factory=dict)
    #: What a person should know of an account before anything else, such as `possible minor`.
    cautions: Mapping[int, Sequence[str]] = field(default_factory=dict)
    #: What an account looks like, such as `looks like a seller`.
    notes: Mapping[int, Sequence[str]] = field(default_factory=dict)


Marks = dict[int, Sequence[str]]


def marks_of(whys: Sequence[Why], *, known: Known) -> tuple[Marks, Marks]:
    """By lead its cautions and its notes, from what the platform knows of its accounts."""
    leads = [why.account for why in whys]
    cautions: Marks = {lead: (MINOR,) for lead in leads if known.maybe_minor[lead]}
    notes: Marks = {lead: (REMOVED,) for lead in leads if known.removed[lead]}
    return cautions, notes


def group_of(why: Why, *, groups: Mapping[int, str]) -> str:
    """The lead's group; where none were made, how near it stands to the seeds."""
    if groups:
        return groups.get(why.account, "In no group")
    if why.seeds:
        return "Joined to a seed"
    return "Joined over others" if why.between else "Only further away"


def odds(chance: float) -> str:
    """A probability for people: `about 1 in 500`."""
    if chance <= 0:
        return "practically never"
    if chance < 1e-6:  # noqa: PLR2004 - what a permutation of seeds can tell apart
        return "less than 1 time in 1,000,000"
    if chance < 0.1:  # noqa: PLR2004 - below, a ratio reads better
        return f"about 1 time in {1 / chance:,.0f}"
    return f"{100 * chance:.0f} times in 100"
