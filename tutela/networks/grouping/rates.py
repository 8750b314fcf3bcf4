"""How likely an account belongs to a ring, from its edges there, its others, and their ends."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, logsumexp

from tutela.networks.engines.engine import Places
from tutela.networks.grouping.ties import Floats

_STEPS: Final = 4
_SMALLEST_RATE: Final = 1e-9
#: Of what a member's share of edges inside differs, at least and at most, as a part of p (1 - p).
_SPREAD_LEAST, _SPREAD_MOST = 0.02, 0.5
_NOTHING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Boundary:
    """All accounts that are in the ring or joined to it; the arrays are (kinds, accounts)."""

    places: Places
    inside: NDArray[np.bool_]
    #: Edges into the ring.
    edges: Floats
    #: Edges anywhere.
    degrees: Floats
    #: What the ends of the edges into the ring say for it: a sum of logarithms.
    ends: Floats
    #: (kinds, 1): which share of anybody's edges leads into the ring by chance.
    by_chance: Floats


@dataclass(frozen=True, slots=True)
class Likelihood:
    """By account of a boundary."""

    #: How likely it is a member, from 0 to 1.
    member: Floats
    #: The logarithm of how much better membership explains its edges than anything else does.
    gain: Floats


def membership(boundary: Boundary) -> Likelihood:
    """Who is what: rates of members, their neighbours and strangers are fitted to the boundary.

    Only accounts with an edge into the ring are looked at, so each likelihood is that of edges
    given that there is one.
    """
    k, d, chance = boundary.edges, boundary.degrees, boundary.by_chance
    shares = np.where(boundary.inside, [[1.0], [0.0], [0.0]], [[0.0], [0.5], [0.5]])
    logs = np.zeros_like(shares)
    for _ in range(_STEPS):
        alike, apart = _members_shares(boundary, weight=shares[0])
        near = _neighbours_rate(boundary, weight=shares[1])
        logs = np.stack(
            [
                _beta_binomial(k, d=d, a=alike, b=apart) + boundary.ends.sum(axis=0),
                _binomial(k, d=d, rate=near),
                _binomial(k, d=d, rate=chance),
            ]
        )
        logs += np.log((shares.sum(axis=1) + 1) / (shares.shape[1] + 3))[:, None]
        shares = np.exp(logs - logsumexp(logs, axis=0))
    return Likelihood(shares[0], logs[0] - logsumexp(logs[1:], axis=0))


def _members_shares(boundary: Boundary, *, weight: Floats) -> tuple[Floats, Floats]:
    """The beta distribution of which share of its edges a member keeps inside, by moments."""
    k, d = boundary.edges, boundary.degrees
    weights = weight * (d > 0)
    mean = ((weights * k).sum(axis=1) + 0.5) / ((weights * d).sum(axis=1) + 2)
    mean = np.clip(mean, 1e-4, 1 - 1e-4)[:, None]
    share = np.divide(k, d, out=np.zeros_like(k), where=d > 0)
    by_count = np.divide(mean * (1 - mean), d, out=np.zeros_like(k), where=d > 0)
    differs = (weights * ((share - mean) ** 2 - by_count)).sum(axis=1, keepdims=True)
    differs /= weights.sum(axis=1, keepdims=True) + _NOTHING
    spread = np.clip(differs / (mean * (1 - mean)), _SPREAD_LEAST, _SPREAD_MOST)
    return mean * (1 / spread - 1), (1 - mean) * (1 / spread - 1)


def _neighbours_rate(boundary: Boundary, *, weight: Floats) -> Floats:
    """Which share of its edges somebody of the neighbourhood has in the ring."""
    k, d = boundary.edges, boundary.degrees
    inside = (weight * k).sum(axis=1, keepdims=True)
    rate = inside / ((weight * d).sum(axis=1, keepdims=True) + 1)
    for _ in range(3):
        seen = np.maximum(np.exp(_log_any(d, rate=np.clip(rate, _SMALLEST_RATE, 0.5))), 1e-6)
        rate = inside / ((weight * d / seen).sum(axis=1, keepdims=True) + 1)
    rate = np.clip(np.maximum(rate, boundary.by_chance * 1.5), _SMALLEST_RATE, 0.5)
    return np.asarray(rate, np.float64)


def _binomial(k: Floats, *, d: Floats, rate: Floats) -> Floats:
    told = (k * np.log(rate) + (d - k) * np.log1p(-rate)).sum(axis=0)
    return np.asarray(told - _log_any(d, rate=rate), np.float64)


def _log_any(d: Floats, *, rate: Floats) -> Floats:
    """The logarithm of the chance that any of `d` edges leads into the ring."""
    any_there = -np.expm1((d * np.log1p(-rate)).sum(axis=0))
    return np.asarray(np.log(any_there + _NOTHING), np.float64)


def _beta_binomial(k: Floats, *, d: Floats, a: Floats, b: Floats) -> Floats:
    """By tables of the logarithm of the gamma function: edges are whole numbers."""
    steps = np.arange(int(d.max(initial=0)) + 1)
    of_a, of_b, of_both = gammaln(steps + a), gammaln(steps + b), gammaln(steps + a + b)
    whole = betaln(a, b)
    at, of_edges, rest = d.astype(np.int64), k.astype(np.int64), (d - k).astype(np.int64)
    both = np.take_along_axis(of_both, at, axis=1)
    none = (of_a[:, :1] + np.take_along_axis(of_b, at, axis=1) - both - whole).sum(axis=0)
    apart = np.take_along_axis(of_a, of_edges, axis=1) + np.take_along_axis(of_b, rest, axis=1)
    told = (apart - both - whole).sum(axis=0)
    return np.asarray(told - np.log(-np.expm1(none) + _NOTHING), np.float64)
