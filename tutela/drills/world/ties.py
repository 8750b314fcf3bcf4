"""Who follows whom and who interacts with whom: everyday life with the groups in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.drills.world.chance import Chance, Choice, Whole, place_in, place_of_pair
from tutela.drills.world.population import MOST_CIRCLE, Population
from tutela.drills.world.shapes import Pairs, repeated

#: Places a chunk, up to the next end of a community.
CHUNK = 50_000
#: In a circle of friends two know each other this often, less where it is large.
FRIENDS, FRIENDS_EACH = 0.6, 6.0
#: How many ties within a circle and a community go both ways.
FRIENDS_BOTH_WAYS, COMMUNITY_BOTH_WAYS = 0.6, 0.3
#: Follows within the community, and of anybody: P(follows >= f) = (least / f)^2.
LEAST_COMMUNITY, LEAST_ANYBODY, MOST_FOLLOWS = 1.8, 1.5, 500
#: Places are scattered over a community or the world by steps of a prime larger than either.
SCATTER = 2_147_483_647
#: How many follows come with interaction, and how many meet without following.
FOLLOWS_INTERACT, LEAST_MEETINGS, MOST_MEETINGS = 0.5, 1.2, 100
MOST_INTERACTIONS = 200


@dataclass(frozen=True, slots=True)
class Ties:
    """Ties of one kind by place; none goes from an account to itself, none stands twice."""

    src: Whole
    dst: Whole
    weight: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Every tie that goes out from the places before `end` and from none of an earlier chunk."""

    end: int
    follows: Ties
    interactions: Ties


def everyday(
    population: Population, *, inner: Pairs, chance: Chance, chunk: int = CHUNK
) -> Iterator[Chunk]:
    """The ties of all accounts with those within the groups, in chunks of so many places."""
    order = np.argsort(inner.src, kind="stable")
    by_source = inner.src[order]
    for first, end in _chunks(population, size=chunk):
        of_chunk = order[slice(*np.searchsorted(by_source, (first, end)))]
        planted = Pairs(
            src=inner.src[of_chunk],
            dst=inner.dst[of_chunk],
            follows=inner.follows[of_chunk],
            interacts=inner.interacts[of_chunk],
        )
        yield _chunk(np.arange(first, end), population=population, inner=planted, chance=chance)


def _chunks(population: Population, *, size: int) -> Iterator[tuple[int, int]]:
    first = 0
    while first < population.count:
        last = min(first + size, population.count) - 1
        end = int(population.communities.end[last])
        yield first, end
        first = end


def _chunk(places: Whole, *, population: Population, inner: Pairs, chance: Chance) -> Chunk:
    count = population.count
    following = np.concatenate(
        [
            _friends(places, population=population, count=count, chance=chance.of("friends")),
            _community(places, population=population, chance=chance.of("community")),
            _anybody(places, count=count, chance=chance.of("anybody")),
            inner.src[inner.follows] * count + inner.dst[inner.follows],
        ]
    )
    follows = _distinct(following, count=count)
    src, dst = np.divmod(follows, count)
    along = chance.of("along").happens(FOLLOWS_INTERACT, places=place_of_pair(src, other=dst))
    meeting = np.concatenate(
        [
            follows[along],
            _meetings(places, population=population, chance=chance.of("meetings")),
            inner.src[inner.interacts] * count + inner.dst[inner.interacts],
        ]
    )
    met_src, met_dst = np.divmod(_distinct(meeting, count=count), count)
    times = chance.of("times").heavy(
        1.0, most=MOST_INTERACTIONS, places=place_of_pair(met_src, other=met_dst)
    )
    return Chunk(
        end=int(places[-1]) + 1,
        follows=Ties(src=src, dst=dst, weight=np.ones(len(src), np.float32)),
        interactions=Ties(src=met_src, dst=met_dst, weight=times.astype(np.float32)),
    )


def _distinct(keys: Whole, *, count: int) -> Whole:
    keys = np.unique(keys)
    kept: Whole = keys[keys // count != keys % count]
    return kept


def _friends(places: Whole, *, population: Population, count: int, chance: Chance) -> Whole:
    ends, sizes = population.circles.end[places], population.circles.size[places]
    knows = np.minimum(FRIENDS, FRIENDS_EACH / sizes)
    stranger, found = population.stranger, []
    for step in range(1, MOST_CIRCLE):
        near = (places + step < ends) & ~stranger[places]
        one, other = places[near], places[near] + step
        pair = place_of_pair(one, other=other)
        known = chance.happens(knows[near], places=pair) & ~stranger[other]
        one, other, pair = one[known], other[known], pair[known]
        both = chance.of("both").happens(FRIENDS_BOTH_WAYS, places=pair)
        forward: Choice = chance.of("forward").happens(0.5, places=pair)
        found += [(one * count + other)[both | forward], (other * count + one)[both | ~forward]]
    return np.concatenate(found)


def _community(places: Whole, *, population: Population, chance: Chance) -> Whole:
    picks = chance.heavy(LEAST_COMMUNITY, most=MOST_FOLLOWS, places=places)
    src, dst, place = _within(places, picks=picks, population=population, chance=chance)
    apart = population.circles.first[src] != population.circles.first[dst]
    src, dst, place = src[apart], dst[apart], place[apart]
    both = chance.of("both").happens(COMMUNITY_BOTH_WAYS, places=place)
    count = population.count
    return np.concatenate([src * count + dst, (dst * count + src)[both]])


def _meetings(places: Whole, *, population: Population, chance: Chance) -> Whole:
    picks = chance.heavy(LEAST_MEETINGS, most=MOST_MEETINGS, places=places)
    src, dst, _ = _within(places, picks=picks, population=population, chance=chance)
    return src * population.count + dst


def _within(
    places: Whole, *, picks: Whole, population: Population, chance: Chance
) -> tuple[Whole, Whole, NDArray[np.uint64]]:
    """Picks within the community: the first of its ranks more often, P(rank < r) = sqrt(r).

    A stranger has none: it picks likewise from the whole world.
    """
    rows, slot = repeated(picks)
    src = places[rows]
    place = place_in(src, slot=slot)
    stranger = population.stranger[src]
    first = np.where(stranger, 0, population.communities.first[src])
    size = np.where(stranger, population.count, population.communities.size[src])
    ranks = (chance.of("whom").shares(place) ** 2 * size).astype(np.int64)
    return src, first + (ranks * SCATTER + first) % size, place


def _anybody(places: Whole, *, count: int, chance: Chance) -> Whole:
    """Picks of anybody: the most popular far more often, P(rank < r) is the cube root of r."""
    picks = chance.heavy(LEAST_ANYBODY, most=MOST_FOLLOWS, places=places)
    rows, slot = repeated(picks)
    src = places[rows]
    share = chance.of("whom").shares(place_in(src, slot=slot))
    ranks = (share * share * share * count).astype(np.int64)
    return src * count + (ranks * SCATTER) % count
