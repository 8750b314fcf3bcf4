"""Ranks every account that is no seed by how alike it is to the seeds, and how sure that is."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tutela.networks.choosing.asked import Asked, Tell
from tutela.networks.choosing.connecting import MOST_BY_CHANCE, by_chance
from tutela.networks.choosing.fusing import Fusion, fused, fused_left_out, fusion
from tutela.networks.choosing.hearing import Audience, Heard, audience, hear
from tutela.networks.engines.engine import Engine, Places
from tutela.networks.ranking import HeldOut, Ranking
from tutela.networks.scorers.described import described
from tutela.networks.scorers.ground import Ground, ground
from tutela.networks.scorers.pool import by_edges, by_numbers, by_trees
from tutela.networks.scorers.scored import Scored
from tutela.networks.scorers.trials import few_trials, trials

__all__ = ["Asked", "Tell", "rank"]

#: A left-out seed counts as found among this share of the accounts, but not past so many.
_FOUND_SHARE = 0.05
_FOUND_MOST = 1_000
#: Among fewer accounts even seeds that are all joined stand no better than chance may put them.
_FEWEST_TO_TELL = 20
#: About so many scorers are heard; for the progress alone.
_SCORERS = 60


def rank(engine: Engine, *, asked: Asked) -> Ranking:
    """Every account that is no seed, best first, by scorers fused for these seeds.

    The engine may use all processors; the small matrices here are faster, and the same on every
    machine, on one.
    """
    with threadpool_limits(limits=1):
        return _ranked(engine, asked=asked)


def _ranked(engine: Engine, *, asked: Asked) -> Ranking:
    on = ground(engine, seeds=asked.seeds)
    among = audience(on, seeds=asked.seeds)
    heard = list(_hear(_scorings(on, asked=asked), among=among, tell=asked.tell))
    by = fusion(heard)
    scores = fused(heard, by=by)
    places, falling = _all_places(on, asked=asked, among=among, scores=scores)
    chance = by_chance(heard)
    return Ranking(
        places=places,
        scores=falling,
        scorers=_weights(heard, by=by),
        held_out=_held_out(heard, scores=scores, chance=chance),
        connects=chance <= MOST_BY_CHANCE,
        remarks=tuple(_remarks(on, asked=asked)),
    )


def _scorings(on: Ground, *, asked: Asked) -> Iterator[Scored]:
    chance = np.random.default_rng(asked.seed)
    each = trials(asked.seeds, chance=chance)
    few = few_trials(each, chance=chance)
    yield from by_edges(on, trials=each)
    of = described(on, features=asked.features, chance=chance)
    yield from chain(
        by_numbers(of, on=on, trials=each), by_trees(of, on=on, trials=few, chance=chance)
    )


def _hear(scorings: Iterator[Scored], *, among: Audience, tell: Tell) -> Iterator[Heard]:
    for number, scored in enumerate(scorings, start=1):
        tell("weighing scorers", number, max(number, _SCORERS))
        yield hear(scored, among=among)


def _all_places(
    on: Ground, *, asked: Asked, among: Audience, scores: NDArray[np.float64]
) -> tuple[Places, NDArray[np.float64]]:
    """Candidates by score, then what is not of the seeds' sort, with 0."""
    order = np.argsort(-scores, kind="stable")
    beyond = ~on.alike
    beyond[asked.seeds] = False
    rest = np.flatnonzero(beyond)
    best = max(float(scores.max(initial=0.0)), 1e-12)
    falling = np.concatenate([scores[order] / best, np.zeros(len(rest))])
    return np.concatenate([among.candidates[order], rest]), np.maximum(falling, 0.0)


def _weights(heard: Sequence[Heard], *, by: Fusion) -> dict[str, float]:
    """What each scorer counts, most first."""
    named = zip((each.name for each in heard), by.weights.tolist(), strict=True)
    return dict(sorted(named, key=lambda pair: (-pair[1], pair[0])))


def _held_out(
    heard: Sequence[Heard], *, scores: NDArray[np.float64], chance: float
) -> HeldOut | None:
    """How many seeds the others find: each left out, and the weights made without it."""
    seeds = len(heard[0].left_out)
    if seeds == 1 or not len(scores):
        return None
    within = max(1, min(_FOUND_MOST, int(_FOUND_SHARE * len(scores))))
    found = 0
    for seed in range(seeds):
        by = fusion(heard, without=seed)
        own = fused_left_out(heard, seed=seed, by=by)
        found += int((fused(heard, by=by) > own).sum() < within)
    return HeldOut(
        seeds=seeds,
        recall=found / seeds,
        within=within,
        recall_by_chance=within / len(scores),
        chance=chance,
    )


def _remarks(on: Ground, *, asked: Asked) -> Iterator[str]:
    if len(asked.seeds) == 1:
        yield "One seed alone cannot show whether it belongs to anything: none could be left out."
    compared = on.accounts - len(asked.seeds)
    if compared < _FEWEST_TO_TELL:
        yield f"{compared} other accounts are too few to tell whether the seeds connect."
    alone = int((on.degree[asked.seeds] == 0).sum())
    if alone:
        yield f"{alone} of the seeds have no edge."
    others = int((~on.alike).sum())
    if others:
        yield (
            f"The graph has two sides and all seeds are on one: "
            f"{others} accounts of the other stand last, with score 0."
        )
