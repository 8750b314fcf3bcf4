"""How far a ring reaches around the accounts it was found from, and how sure each member is.

A member is told from who merely knows one by which share of its edges it has inside the ring, by
kind of edge: members' shares, those of their neighbourhood and those that chance alone gives are
fitted to all accounts joined to the ring, by expectation and maximisation (Dempster, Laird, Rubin
1977), and the ring is drawn anew from them until it stays as it is. Members differ in how much they
keep to themselves, so their share is beta-binomial. An edge counts by its other end: a hub that has
all its edges inside says more than somebody whom everybody follows (a block model with corrected
degrees: Karrer, Newman 2011).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Places
from tutela.networks.grouping.communities import parts
from tutela.networks.grouping.joined import Floats, Joined, within
from tutela.networks.grouping.rates import Boundary, Likelihood, membership

#: Who is a member less surely than this is left out: precision first.
SURE_ENOUGH: Final = 0.8
#: A ring has at least so many members.
SMALLEST_RING: Final = 3
#: How many of the first accounts of the ranking a ring is tried from.
STARTS: Final = (10, 30, 100, 300, 1_000, 3_000)
_ROUNDS: Final = 20
#: How often what falls apart is tried part by part.
_DEEPEST: Final = 3
#: In the first rounds at least half of the ring stays, so that a loose start can tighten.
_LENIENT_ROUNDS: Final = 6


@dataclass(frozen=True, slots=True)
class Ring:
    """Accounts that keep to each other more than their neighbourhood and chance explain."""

    places: Places
    #: By member, how likely it belongs to the ring, from 0 to 1.
    sure: Floats
    #: By member, how much better the ring explains its edges than anything else does, a logarithm.
    gain: Floats

    def holds(self, seeds: Places) -> int:
        """How many of the seeds are members."""
        return int(np.isin(seeds, self.places).sum())

    def speaks_for(self, seeds: Places) -> float:
        """How much better the ring explains the seeds' edges than nothing does; more is better.

        A ring that is drawn too wide or too narrow explains them worse; a seed outside, not at all.
        """
        return float(self.gain[np.isin(self.places, seeds)].sum())


def find_rings(
    kinds: Sequence[Joined], *, seeds: Places, ranked: Places, seed: int
) -> tuple[Ring, ...]:
    """Rings that hold two seeds at least, the one with most of them first.

    A ring is tried from several starts down the ranking; what falls apart is tried part by part.
    A ring with one of several seeds would be whom that one knows.
    """
    found: list[Ring] = []
    for first in STARTS:
        found += _from_start(
            kinds, start=np.concatenate([seeds, ranked[:first]]), seeds=seeds, seed=seed
        )
        if first >= len(ranked):
            break
    chosen: list[Ring] = []
    left = seeds
    while found and len(left):
        best = max(found, key=lambda ring: (ring.holds(left), ring.speaks_for(left)))
        if best.holds(left) < min(2, len(seeds)):
            break
        chosen.append(best)
        left = np.setdiff1d(left, best.places)
    return tuple(chosen)


def _from_start(kinds: Sequence[Joined], *, start: Places, seeds: Places, seed: int) -> list[Ring]:
    """The rings with seeds that the start leads to, each of one piece."""
    tried, found = [(start, 0)], []
    while tried:
        start, depth = tried.pop()
        ring = grow(kinds, start=start)
        if ring is None or not np.isin(seeds, ring.places).any():
            continue
        labels = parts(within(tuple(kinds), places=ring.places), seed=seed)
        holding = np.unique(labels[np.isin(ring.places, seeds)])
        if labels.max() == 0 or depth == _DEEPEST:
            found.append(ring)
            continue
        tried += [(ring.places[labels == one], depth + 1) for one in holding]
    return found


def grow(kinds: Sequence[Joined], *, start: Places) -> Ring | None:
    """The ring around the start; None where nothing there keeps together."""
    ring = np.unique(start)
    seen: set[bytes] = set()
    found = None
    for turn in range(_ROUNDS):
        places, likelihood = _drawn_anew(kinds, ring=ring)
        enough = _enough(likelihood, ring_size=len(ring) if turn < _LENIENT_ROUNDS else 0)
        ring = places[enough]
        if len(ring) < SMALLEST_RING:
            return None
        found = Ring(ring, likelihood.member[enough], likelihood.gain[enough])
        if (key := ring.tobytes()) in seen:
            break
        seen.add(key)
    return found


def _enough(likelihood: Likelihood, *, ring_size: int) -> NDArray[np.bool_]:
    """Who is a member surely enough, and at least the likelier half of a ring of that size."""
    enough = likelihood.member >= SURE_ENOUGH
    half = min(ring_size // 2 + 1, len(enough))
    if ring_size and enough.sum() < half:
        enough = likelihood.gain >= np.partition(likelihood.gain, -half)[-half]
    return np.asarray(enough, np.bool_)


def _drawn_anew(kinds: Sequence[Joined], *, ring: Places) -> tuple[Places, Likelihood]:
    """The accounts in the ring or joined to it, and how likely each is a member."""
    here = np.zeros(len(kinds[0].degrees), bool)
    here[ring] = True
    touched = here.copy()
    for kind in kinds:
        touched[kind.around(ring)] = True
    places = np.flatnonzero(touched)
    edges, ends = zip(*(_towards(kind, ring=ring, here=here) for kind in kinds), strict=True)
    chance = [kind.degrees[ring].sum() / max(1, kind.volume) for kind in kinds]
    boundary = Boundary(
        places=places,
        inside=here[places],
        edges=np.stack([one[places] for one in edges]),
        degrees=np.stack([kind.degrees[places].astype(np.float64) for kind in kinds]),
        ends=np.stack([one[places] for one in ends]),
        by_chance=np.clip(np.array(chance), 1e-9, 0.5)[:, None],
    )
    return places, membership(boundary)


def _towards(kind: Joined, *, ring: Places, here: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """By account its edges into the ring, and what their ends there say for it.

    An end says: its share of all that stays inside, by its share of all that leaves. What a member
    adds to it by being one is taken off first.
    """
    around, counts = kind.around(ring), kind.degrees[ring]
    row = np.repeat(np.arange(len(ring)), counts)
    inside = here[around]
    inner = np.bincount(row[inside], minlength=len(ring)).astype(np.float64)
    outer = counts - inner
    rest = np.log((outer.sum() + 1) / (inner.sum() + 1))
    to_stranger = np.log((inner + 0.5) / (outer + 0.5)) + rest
    to_member = np.log((np.maximum(inner - 1, 0) + 0.5) / (outer + 1.5)) + rest
    weights = np.where(inside, to_member[row], to_stranger[row])
    size = len(here)
    return (
        np.bincount(around, minlength=size).astype(np.float64),
        np.bincount(around, weights=weights, minlength=size).astype(np.float64),
    )
