"""How far a ring reaches around the accounts it was found from, and how sure each member is.

A member is told from who merely knows one by which share of its edges it has inside the ring, by
kind of edge: members' shares, those of their neighbourhood and those that chance alone gives are
fitted to all accounts joined to the ring, by expectation and maximisation (Dempster, Laird, Rubin
1977), and the ring is drawn anew from them until it stays as it is. Members differ in how much they
keep to themselves, so their share is beta-binomial. An edge counts by its other end: a hub that has
all its edges inside says more than somebody whom everybody follows (a block model with corrected
degrees: Karrer, Newman 2011).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Places
from tutela.networks.grouping.communities import parts
from tutela.networks.grouping.consensus import by_consensus
from tutela.networks.grouping.rates import Boundary, Likelihood, membership
from tutela.networks.grouping.ties import Around, Floats, Ties, Wholes

#: Who is a member less surely than this is left out.
SURE_ENOUGH: Final = 0.5
#: A ring has at least so many members.
SMALLEST_RING: Final = 3
#: How many of the first accounts of the ranking a ring is tried from.
STARTS: Final = (10, 30, 100, 300, 1_000)
_ROUNDS: Final = 12
#: How often what falls apart is tried part by part.
_DEEPEST: Final = 1
#: Two rings are the same where they have so much of both in common (Jaccard).
_ALIKE: Final = 0.9
#: A ring is looked for among at most this part of all accounts, one in.
_LARGEST_PART: Final = 20
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

    def only(self, kept: NDArray[np.bool_]) -> "Ring":
        """Those members, by their order."""
        return Ring(self.places[kept], self.sure[kept], self.gain[kept])


def find_rings(
    ties: Ties, *, seeds: Places, ranked: Places, chance: np.random.Generator
) -> tuple[Ring, ...]:
    """Rings that hold two seeds at least, the one with most of them first.

    A ring is tried from several starts; what falls apart is tried part by part. A ring with one of
    several seeds would be whom that one knows.
    """
    near = by_consensus(ties.matrix(), seeds=seeds, chance=chance)
    seed = int(chance.integers(2**31))
    found: list[Ring] = []
    for first in _starts(near, ranked=ranked, most=ties.accounts // _LARGEST_PART):
        found += _from_start(ties, start=np.union1d(seeds, first), seeds=seeds, seed=seed)
    chosen: list[Ring] = []
    left = seeds
    while found and len(left):
        best = max(found, key=lambda ring: (ring.holds(left), _agreeing(found, ring=ring)))
        if best.holds(left) < min(2, len(seeds)):
            break
        chosen.append(best)
        left = np.setdiff1d(left, best.places)
    return tuple(chosen)


def _agreeing(found: Sequence[Ring], *, ring: Ring) -> int:
    """How many starts led to the same ring, or nearly."""
    return sum(_alike(ring.places, other=each.places) for each in found)


def _alike(one: Places, *, other: Places) -> bool:
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both >= _ALIKE * (len(one) + len(other) - both)


def _starts(near: Places, *, ranked: Places, most: int) -> Iterator[Places]:
    """The first accounts of both orders, more and more of them up to `most`."""
    for order in (near, ranked):
        for first, last in zip(STARTS, (0, *STARTS), strict=False):
            if last < len(order) and (first <= most or first == STARTS[0]):
                yield order[:first]


def _from_start(ties: Ties, *, start: Places, seeds: Places, seed: int) -> list[Ring]:
    """The rings with seeds that the start leads to, each of one piece."""
    tried, found = [(start, 0)], []
    while tried:
        start, depth = tried.pop()
        ring = grow(ties, start=start)
        if ring is None or not ring.holds(seeds):
            continue
        labels = parts(ties.within(ring.places), seed=seed)
        holding = np.unique(labels[np.isin(ring.places, seeds)])
        if labels.max() == 0:
            found.append(ring)
        elif depth == _DEEPEST:
            found += [ring.only(labels == one) for one in holding]
        else:
            tried += [(ring.places[labels == one], depth + 1) for one in holding]
    return found


def grow(ties: Ties, *, start: Places) -> Ring | None:
    """The ring around the start; None where nothing there keeps together."""
    ring = np.unique(start)
    seen: set[bytes] = set()
    found = None
    for turn in range(_ROUNDS):
        places, likelihood = _drawn_anew(ties, ring=ring)
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


def _drawn_anew(ties: Ties, *, ring: Places) -> tuple[Places, Likelihood]:
    """The accounts in the ring or joined to it, and how likely each is a member."""
    around = ties.around(ring)
    places = np.union1d(ring, around.other)
    at = np.searchsorted(places, around.other)
    inside = np.isin(places, ring, assume_unique=True)
    flat = around.kind * len(places) + at
    size = (len(ties.kinds), len(places))
    ends = _ends(around, inside=inside[at], size=(len(ring), len(ties.kinds)))
    chance = ties.degrees[ring].sum(axis=0) / np.maximum(1, ties.volumes)
    boundary = Boundary(
        places=places,
        inside=inside,
        edges=_sums(flat, weights=np.ones(len(flat)), size=size),
        degrees=ties.degrees[places].T.astype(np.float64),
        ends=_sums(flat, weights=ends, size=size),
        by_chance=np.clip(chance, 1e-9, 0.5)[:, None],
    )
    return places, membership(boundary)


def _sums(cells: Wholes, *, weights: Floats, size: tuple[int, int]) -> Floats:
    sums = np.bincount(cells, weights=weights, minlength=size[0] * size[1])
    return np.asarray(sums.reshape(size), np.float64)


def _ends(around: Around, *, inside: NDArray[np.bool_], size: tuple[int, int]) -> Floats:
    """By tie into the ring, what its end there says for whom it leads to: a logarithm.

    That is the end's share of all ties of the kind that stay inside, by its share of all that
    leave. As long as few stay inside, the shares are taken as alike. What a member adds to it by
    being one is taken off first.
    """
    flat, cells = around.row * size[1] + around.kind, size[0] * size[1]
    inner = np.bincount(flat[inside], minlength=cells).reshape(size).astype(np.float64)
    outer = np.bincount(flat[~inside], minlength=cells).reshape(size) + 0.5
    leaves = outer / outer.sum(axis=0)
    alike = size[0] * leaves
    stays = (inner + alike) / (inner.sum(axis=0) + size[0])
    without_one = (np.maximum(inner - 1, 0) + alike) / (inner.sum(axis=0) + size[0])
    chosen = np.where(inside, (without_one / leaves).ravel()[flat], (stays / leaves).ravel()[flat])
    return np.asarray(np.log(chosen), np.float64)
