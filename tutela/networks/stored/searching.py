"""One search in a graph: who is alike to a few accounts, why, and which belong together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from tutela.networks.choosing.rank import Asked, rank
from tutela.networks.engines.engine import Places
from tutela.networks.engines.local import LocalEngine
from tutela.networks.graph import Graph
from tutela.networks.grouping import cases as grouping
from tutela.networks.grouping.connecting import CONNECTED_BY_RINGS, rings_connect
from tutela.networks.grouping.ties import Ties, ties_of
from tutela.networks.grouping.words import why_a_case
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """How likely an account belongs to a case, from 0 to 1, and to which of its groups, from 1."""

    sure: float
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCase:
    """Accounts that may make up one network, by their places, and why."""

    members: Mapping[int, Member]
    #: By the names of `NetworkCaseFigures`.
    figures: Mapping[str, object]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: leads and seeds, cases, and figures that name nobody."""

    leads: Sequence[FoundLead]
    cases: Sequence[FoundCase]
    figures: Mapping[str, object]


def search(graph: Graph, *, wanted: Wanted) -> Found:
    """The accounts most alike to the seeds; cases only where the seeds connect.

    Members of a case are leads, however far down the ranking they stand.
    """
    wanted.tell("ranking")
    engine = LocalEngine(graph)
    ranking = rank(engine, asked=Asked(seeds=wanted.seeds, seed=wanted.random_seed))
    wanted.tell("grouping")
    ties = ties_of(graph)
    ranking = _by_rings_too(ranking, ties=ties, wanted=wanted)
    cases = _cases(graph, ties=ties, ranking=ranking, wanted=wanted) if ranking.connects else []
    wanted.tell("explaining")
    return Found(
        leads=_leads(graph, ranking=ranking, wanted=wanted, cases=cases),
        cases=cases,
        figures=_figures(engine, graph=graph, ranking=ranking, seeds=wanted.seeds),
    )


def _leads(
    graph: Graph, *, ranking: Ranking, wanted: Wanted, cases: Sequence[FoundCase]
) -> list[FoundLead]:
    members = [place for case in cases for place in case.members]
    is_lead = np.isin(ranking.places, members)
    is_lead[: wanted.leads_max] = True
    ranks = np.flatnonzero(is_lead)
    places, scores = ranking.places[ranks], ranking.scores[ranks]
    reasons = _reasons(graph, seeds=wanted.seeds, leads=places)
    leads = [
        FoundLead(place=place, rank=number + 1, score=score, reasons=why)
        for place, number, score, why in zip(
            places.tolist(), ranks.tolist(), scores.tolist(), reasons, strict=True
        )
    ]
    seeds = [FoundLead(place=place, rank=None, score=1.0) for place in wanted.seeds.tolist()]
    return [*leads, *seeds]


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


def _cases(graph: Graph, *, ties: Ties, ranking: Ranking, wanted: Wanted) -> list[FoundCase]:
    asked = grouping.Asked(
        graph=graph, seeds=wanted.seeds, ranked=ranking.places, seed=wanted.random_seed
    )
    found = grouping.cases_among(ties, asked=asked)
    return [_case(each, seeds=wanted.seeds) for each in found.cases]


def _case(case: grouping.Case, *, seeds: Places) -> FoundCase:
    part = {
        place: number
        for number, group in enumerate(case.groups, start=1)
        for place in group.places.tolist()
    }
    count = int(np.isin(case.places, seeds).sum())
    return FoundCase(
        members={
            place: Member(sure=sure, part=part[place])
            for place, sure in zip(case.places.tolist(), case.sure.tolist(), strict=True)
        },
        figures={
            "seeds": count,
            "groups": len(case.groups),
            "sure": float(case.sure.mean()),
            "expected_wrong": float((1 - case.sure).sum()),
            "density": case.measured.density,
            "conductance": case.measured.conductance,
            "edges": dict(case.measured.inside),
        },
        why=tuple(why_a_case(case, seeds=count)),
    )


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
