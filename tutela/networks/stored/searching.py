"""One search in a graph: who is alike to a few accounts, why, and which belong together."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from tutela.networks.choosing.rank import Asked, rank
from tutela.networks.engines.engine import Places
from tutela.networks.engines.local import LocalEngine
from tutela.networks.graph import Graph, both_ways
from tutela.networks.grouping import cases as grouping
from tutela.networks.grouping.cautions import cautions
from tutela.networks.grouping.choices import choices_of
from tutela.networks.grouping.connecting import CONNECTED_BY_RINGS, rings_connect
from tutela.networks.grouping.facts import Facts, tokens_of
from tutela.networks.grouping.returns import Returned, Traces, returned
from tutela.networks.grouping.roles import Role, roles
from tutela.networks.grouping.ties import Ties, ties_of
from tutela.networks.grouping.words import why_a_case, why_returned
from tutela.networks.ranking import Ranking
from tutela.networks.reasons.joins import whys
from tutela.networks.reasons.words import sentences
from tutela.networks.stored.words import placeholder

#: Told what is done now.
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a search begins with, and how much of it is kept."""

    #: Each once, rising; at least one.
    seeds: Places
    leads_max: int
    random_seed: int = 0
    tell: Tell = field(default=lambda _stage: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLead:
    """An account by its place; its rank from 1, None for a seed."""

    place: int
    rank: int | None
    score: float
    #: Sentences that hold digests where they name accounts.
    reasons: tuple[str, ...] = ()
    #: The removed member of a case that it looks like to have come back from.
    returned_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """How likely an account belongs to a case, from 0 to 1, and to which of its groups, from 1."""

    sure: float
    part: int
    #: What it looks like by its position alone.
    role: Role | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCase:
    """Accounts that may make up one network, by their places, and why."""

    members: Mapping[int, Member]
    #: By the names of `NetworkCaseFigures`.
    figures: Mapping[str, object]
    why: tuple[str, ...]
    #: Who looks like a removed member under a new id.
    returned: Sequence[Returned]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: leads and seeds, cases, and figures that name nobody."""

    leads: Sequence[FoundLead]
    cases: Sequence[FoundCase]
    figures: Mapping[str, object]


def search(graph: Graph, *, facts: Facts, wanted: Wanted) -> Found:
    """The accounts most alike to the seeds in a directed graph; cases only where the seeds connect.

    Members of a case are leads, however far down the ranking they stand, and so is whoever looks
    like a removed member that came back.
    """
    wanted.tell("ranking")
    undirected = both_ways(graph)
    engine = LocalEngine(undirected)
    ranking = rank(engine, asked=Asked(seeds=wanted.seeds, seed=wanted.random_seed))
    wanted.tell("grouping")
    seen = _Seen(graph=undirected, directed=graph, ties=ties_of(undirected), facts=facts)
    ranking = _by_rings_too(ranking, ties=seen.ties, wanted=wanted)
    cases = _cases(seen, ranking=ranking, wanted=wanted) if ranking.connects else []
    wanted.tell("explaining")
    return Found(
        leads=_leads(undirected, ranking=ranking, wanted=wanted, cases=cases),
        cases=cases,
        figures=_figures(engine, graph=undirected, ranking=ranking, seeds=wanted.seeds),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What cases are made of."""

    graph: Graph
    directed: Graph
    ties: Ties
    facts: Facts


def _leads(
    graph: Graph, *, ranking: Ranking, wanted: Wanted, cases: Sequence[FoundCase]
) -> list[FoundLead]:
    back = {each.new: each for case in cases for each in case.returned}
    members = [place for case in cases for place in case.members]
    is_lead = np.isin(ranking.places, [*members, *back])
    is_lead[: wanted.leads_max] = True
    ranks = np.flatnonzero(is_lead)
    places, scores = ranking.places[ranks], ranking.scores[ranks]
    reasons = _reasons(graph, seeds=wanted.seeds, leads=places)
    leads = [
        _came_back(FoundLead(place=place, rank=number + 1, score=score, reasons=why), back=back)
        for place, number, score, why in zip(
            places.tolist(), ranks.tolist(), scores.tolist(), reasons, strict=True
        )
    ]
    seeds = [FoundLead(place=place, rank=None, score=1.0) for place in wanted.seeds.tolist()]
    return [*leads, *(_came_back(seed, back=back) for seed in seeds)]


def _came_back(lead: FoundLead, *, back: Mapping[int, Returned]) -> FoundLead:
    """The lead, with why it looks like a removed member where it does."""
    like = back.get(lead.place)
    if like is None:
        return lead
    why = f"It looks like a removed member of its group under a new id. {why_returned(like)}"
    return replace(lead, reasons=(*lead.reasons, why), returned_of=like.old)


def _reasons(graph: Graph, *, seeds: Places, leads: Places) -> Iterator[tuple[str, ...]]:
    def naming(place: int) -> str:
        return placeholder(bytes.fromhex(graph.names[place].as_py()))

    for why in whys(graph, seeds=seeds, leads=leads):
        yield tuple(sentences(why, naming=naming))


def _by_rings_too(ranking: Ranking, *, ties: Ties, wanted: Wanted) -> Ranking:
    """As it is, unless the rings of the seeds connect them where it does not."""
    if ranking.connects or not rings_connect(ties, seeds=wanted.seeds, seed=wanted.random_seed):
        return ranking
    return replace(ranking, connects=True, remarks=(*ranking.remarks, CONNECTED_BY_RINGS))


def _cases(seen: _Seen, *, ranking: Ranking, wanted: Wanted) -> list[FoundCase]:
    asked = grouping.Asked(
        graph=seen.graph, seeds=wanted.seeds, ranked=ranking.places, seed=wanted.random_seed
    )
    found = grouping.cases_among(seen.ties, asked=asked)
    traces = Traces(seen.ties, choices_of(seen.directed), seen.facts, tokens_of(seen.directed))
    return [_case(each, seen=seen, traces=traces, seeds=wanted.seeds) for each in found.cases]


def _case(case: grouping.Case, *, seen: _Seen, traces: Traces, seeds: Places) -> FoundCase:
    is_seed = np.zeros(seen.ties.accounts, np.bool_)
    is_seed[seeds] = True
    like = roles(seen.directed, places=case.places)
    removed = case.places[seen.facts.removed_ms[case.places] >= 0]
    back = returned(traces, removed=removed)
    count = int(is_seed[case.places].sum())
    return FoundCase(
        members=_members(case, like=like),
        figures={
            **_measured(case, seeds=count),
            "roles": dict(sorted(Counter(role for role in like if role).items())),
            "cautions": list(cautions(case, is_seed=is_seed, ages=seen.facts.ages)),
            "removed": len(removed),
            "returned": len(back),
        },
        why=tuple(why_a_case(case, seeds=count)),
        returned=back,
    )


def _members(case: grouping.Case, *, like: Sequence[Role | None]) -> dict[int, Member]:
    part = {
        place: number
        for number, group in enumerate(case.groups, start=1)
        for place in group.places.tolist()
    }
    return {
        place: Member(sure=sure, part=part[place], role=role)
        for place, sure, role in zip(case.places.tolist(), case.sure.tolist(), like, strict=True)
    }


def _measured(case: grouping.Case, *, seeds: int) -> dict[str, object]:
    return {
        "seeds": seeds,
        "groups": len(case.groups),
        "sure": float(case.sure.mean()),
        "expected_wrong": float((1 - case.sure).sum()),
        "density": case.measured.density,
        "conductance": case.measured.conductance,
        "edges": dict(case.measured.inside),
    }


def _figures(
    engine: LocalEngine, *, graph: Graph, ranking: Ranking, seeds: Places
) -> dict[str, object]:
    held_out = ranking.held_out
    return {
        "connects": ranking.connects,
        "scorer": ranking.scorer,
        "scorers": dict(ranking.scorers),
        "held_out": None if held_out is None else asdict(held_out),
        "accounts": engine.accounts,
        "edges": {kind.name: kind.edges for kind in engine.kinds},
        "seeds": len(seeds),
        "left_out": dict(graph.left_out),
        "remarks": [*graph.remarks, *ranking.remarks],
    }
