"""What a page shows: a ranking with its graph, its reasons, and the groups that were found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tutela.networks.engines.engine import Places
from tutela.networks.files.known import Known
from tutela.networks.graph import Graph
from tutela.networks.ranking import HeldOut, Ranking
from tutela.networks.reasons.joins import Why

#: So many groups have a shape and a colour of their own; further ones share the last.
GROUPS_APART = 6
#: Groups of leads where none were made, the nearest to the seeds first.
NEARNESS = ("Joined to a seed", "Joined over others", "Only further away")
MINOR = "possible minor: a specialist's"
REMOVED = "removed already"


class Names(StrEnum):
    """What becomes of the ids of accounts."""

    #: In the file, and shown when somebody asks.
    HIDDEN = "hidden"
    #: Not in the file at all.
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An account that is listed and drawn."""

    why: Why
    #: Its place in the whole ranking, from 1.
    rank: int
    #: Between 0 and 1: what its bar shows.
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Leads that are taken together, as a person reads of them first."""

    name: str
    members: int
    why: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything on the page; accounts by their place in the graph."""

    graph: Graph
    #: Called seed 1, seed 2 and so on.
    seeds: Places
    #: Each once, in the order of the list.
    leads: Sequence[Lead]
    #: What the bars of the leads show.
    scored: str = "score"
    #: What each scorer counts for, adding up to 1.
    scorers: Mapping[str, float]
    held_out: HeldOut | None
    connects: bool
    made_at: datetime
    #: What the reader should know, a sentence each.
    remarks: tuple[str, ...] = ()
    cases: Sequence[Case] = ()
    names: Names = Names.HIDDEN
    #: The group of an account, such as `Group 2`, the same text for all its members.
    groups: Mapping[int, str] = field(default_factory=dict)
    #: What a person should know of an account before anything else, such as `possible minor`.
    cautions: Mapping[int, Sequence[str]] = field(default_factory=dict)
    #: What an account looks like, such as `looks like a seller`.
    notes: Mapping[int, Sequence[str]] = field(default_factory=dict)


def leads_of(ranking: Ranking, *, whys: Sequence[Why]) -> list[Lead]:
    """The first accounts of the ranking, those that were explained."""
    return [
        Lead(why=why, rank=rank, score=float(ranking.scores[rank - 1]))
        for rank, why in enumerate(whys, 1)
    ]


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
    near, between, far = NEARNESS
    if why.seeds:
        return near
    return between if why.between else far
