"""One search in a graph: who is alike to a few accounts, why, and which belong together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from tutela.networks.choosing.rank import Asked, rank
from tutela.networks.engines.engine import Places
from tutela.networks.engines.local import LocalEngine
from tutela.networks.graph import Graph
from tutela.networks.ranking import Ranking
from tutela.networks.reasons.joins import whys
from tutela.networks.reasons.words import sentences
from tutela.networks.stored.words import placeholder

#: A group has so many accounts at least.
GROUP_MIN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLead:
    """An account by its place; its rank from 1, None for a seed."""

    place: int
    rank: int | None
    score: float
    #: Sentences that hold digests where they name accounts.
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGroup:
    """Accounts that may belong together, by their places, and why."""

    members: tuple[int, ...]
    figures: Mapping[str, object]
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: leads and seeds, groups, and figures that name nobody."""

    leads: Sequence[FoundLead]
    groups: Sequence[FoundGroup]
    figures: Mapping[str, object] = field(default_factory=dict)


def search(graph: Graph, *, seeds: Places, leads_max: int, random_seed: int) -> Found:
    """The accounts most alike to the seeds; groups only where the seeds connect."""
    engine = LocalEngine(graph)
    ranking = rank(engine, asked=Asked(seeds=seeds, seed=random_seed))
    first = ranking.places[:leads_max]
    reasons = list(_reasons(graph, seeds=seeds, leads=first))
    leads = [
        FoundLead(place=int(place), rank=number, score=float(score), reasons=why)
        for number, (place, score, why) in enumerate(
            zip(first, ranking.scores[:leads_max], reasons, strict=True), start=1
        )
    ]
    leads += [FoundLead(place=int(place), rank=None, score=1.0) for place in seeds]
    groups = list(_groups(graph, leads=first, seeds=seeds)) if ranking.connects else []
    return Found(
        leads=leads,
        groups=groups,
        figures=_figures(engine, graph=graph, ranking=ranking, seeds=seeds),
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


def _reasons(graph: Graph, *, seeds: Places, leads: Places) -> Iterator[tuple[str, ...]]:
    def naming(place: int) -> str:
        return placeholder(bytes.fromhex(graph.names[place].as_py()))

    for why in whys(graph, seeds=seeds, leads=leads):
        yield tuple(sentences(why, naming=naming))


def _groups(graph: Graph, *, leads: Places, seeds: Places) -> Iterator[FoundGroup]:
    """What hangs together among the leads and the seeds, and holds a seed; the largest first."""
    places = np.concatenate([leads, seeds])
    inside = csr_array((len(places), len(places)), dtype=np.float32)
    for matrix in graph.adjacency.values():
        inside = inside + matrix[places][:, places]
    count, labels = connected_components(inside, directed=False)
    is_seed = np.isin(places, seeds)
    sizes = np.bincount(labels, minlength=count)
    for label in np.argsort(-sizes, kind="stable"):
        of_it: NDArray[np.bool_] = labels == label
        if sizes[label] >= GROUP_MIN and is_seed[of_it].any():
            figures = {"seeds": int(is_seed[of_it].sum())}
            yield FoundGroup(members=tuple(places[of_it].tolist()), figures=figures)
