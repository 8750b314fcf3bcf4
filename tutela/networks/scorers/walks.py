"""Walks from the seeds: of several lengths, with restarts (personalised PageRank), and as heat.

One sequence `S^t D^-1/2 s` with `S = D^-1/2 A D^-1/2` serves them all: times the root of the degree
it is the chance that a walk of `t` steps from a random seed ends at an account, divided by it that
chance a degree (SybilRank). PageRank: Andersen, Chung, Lang (2006); heat kernel: Kloster, Gleich
(2014).
"""

from collections.abc import Iterator
from math import exp

import numpy as np

from tutela.networks.engines.engine import Vector
from tutela.networks.scorers.ground import Ground
from tutela.networks.scorers.scored import Family, Scored, Scorings
from tutela.networks.scorers.trials import Trials

_LENGTHS = (1, 2, 3, 4, 8, 16, 32, 64)
_LONG = ("walk_16", "walk_32", "walk_64")
_MIDDLE = frozenset({"walk_8", "pagerank_0.05", "heat_8"})
#: After so many steps a walk tells whether the graph has communities.
_TELLING = "walk_32"
#: How unevenly it is spread then, half-way between graphs without and with communities, and what
#: half and twice of that count, as powers of e (measured: docs/decisions).
_UNEVEN = 0.4
_AT_HALF, _AT_TWICE = -1.5, 2.0
#: In a larger graph a walk ends after half as many steps: each takes its time, and a network is
#: a smaller part of it.
_MOST_ACCOUNTS = 200_000
_RESTARTS = (0.05, 0.15, 0.5)
_TIMES = (3, 8)


def walk(on: Ground, *, trials: Trials, prefix: str = "") -> Scorings:
    """Every walk three times: as it goes, over the root of the degree, over the degree."""
    root: Vector = np.sqrt(on.bounded)[:, None]
    long: dict[str, Vector] = {}
    for name, closeness in _closenesses(on, trials=trials):
        yield Scored(f"{prefix}{name}_reach", Family.REACH, closeness * root, trials)
        yield Scored(f"{prefix}{name}", Family.CLOSENESS, closeness, trials)
        family = Family.VICINITY if name in _MIDDLE else Family.NEARNESS
        if name in _LONG:
            long[name] = closeness / root
        else:
            yield Scored(f"{prefix}{name}_per_edge", family, closeness / root, trials)
    ahead = _speaks_for_long(on, walked=long[_TELLING][:, 0])
    for name, scores in long.items():
        yield Scored(f"{prefix}{name}_per_edge", Family.COMMUNITY, scores, trials, ahead)


def _speaks_for_long(on: Ground, *, walked: Vector) -> float:
    """High where a walk of 32 steps still knows where it began: then there are communities.

    Elsewhere it is as evenly spread over all edges as if it had begun anywhere.
    """
    there = on.alike & (on.degree > 0)
    mean = float(np.average(walked[there], weights=on.degree[there])) if there.any() else 0.0
    if mean <= 0:
        return 0.0
    variance = float(np.average((walked[there] / mean - 1) ** 2, weights=on.degree[there]))
    doublings = np.clip(np.log2(max(np.sqrt(variance), 1e-9) / _UNEVEN), -1, 1)
    return float(_AT_HALF + (_AT_TWICE - _AT_HALF) * (doublings + 1) / 2)


def _closenesses(on: Ground, *, trials: Trials) -> Iterator[tuple[str, Vector]]:
    inverse = np.where(on.degree > 0, 1 / np.sqrt(on.bounded), 0).astype(np.float32)[:, None]
    now = inverse * trials.marks(on.accounts)
    restarts = {share: np.float32(share) * now for share in _RESTARTS}
    heats = {time: np.float32(exp(-time)) * now for time in _TIMES}
    part = {time: exp(-time) for time in _TIMES}
    for steps in range(1, _longest(on) + 1):
        now = inverse * on.step(inverse * now)
        for share in restarts:
            restarts[share] += np.float32(share * (1 - share) ** steps) * now
        for time in heats:
            part[time] *= time / steps
            heats[time] += np.float32(part[time]) * now
        if steps in _LENGTHS:
            yield f"walk_{steps}", now
    yield from ((f"pagerank_{share:g}", total) for share, total in restarts.items())
    yield from ((f"heat_{time}", total) for time, total in heats.items())


def _longest(on: Ground) -> int:
    return max(_LENGTHS) if on.accounts <= _MOST_ACCOUNTS else max(_LENGTHS) // 2
