"""What viewers were shown: lists of accounts that recommendation, search and tags led to."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.drills.world.chance import Chance, Choice, Whole, place_in
from tutela.drills.world.planting import Planted
from tutela.drills.world.population import Population
from tutela.drills.world.ties import SCATTER

#: Who was shown a list, and how many items it has at most.
VIEWERS, ITEMS = 0.1, 10
SURFACES = ("recommendation", "search", "hashtag")
#: How many lists are of the first surface, of the first two.
RECOMMENDED, OR_SEARCHED = 0.7, 0.85
ARMS = ("personalised", "holdback")
PERSONALISED, HELD_BACK = range(len(ARMS))
#: How many viewers are held back: their lists show what is popular, and nothing else.
HOLDBACK = 0.1
#: Of a personalised list: how much is of the viewer's circle, circle or community.
OF_CIRCLE, OF_COMMUNITY = 0.2, 0.65
#: A list for a member of a group: how much of it is of the group.
OF_GROUP = 0.3
#: Lists a chunk.
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows of lists, by viewer and rank; no item stands twice in a list, none is the viewer."""

    viewer: Whole
    item: Whole
    #: From 1.
    rank: Whole
    surface: Whole
    arm: Whole
    score: NDArray[np.float32]
    at_ms: Whole


def shown(population: Population, *, planted: Planted, chance: Chance) -> Iterator[Shown]:
    """The lists of all viewers, one a viewer, in chunks."""
    viewers = np.flatnonzero(chance.happens(VIEWERS, places=np.arange(population.count)))
    for first in range(0, len(viewers), CHUNK):
        of_chunk = viewers[first : first + CHUNK]
        yield _lists(of_chunk, population=population, planted=planted, chance=chance)


def _lists(viewers: Whole, *, population: Population, planted: Planted, chance: Chance) -> Shown:
    arms = np.where(chance.of("arm").happens(HOLDBACK, places=viewers), HELD_BACK, PERSONALISED)
    viewer = np.repeat(viewers, ITEMS)
    place = place_in(viewer, slot=np.tile(np.arange(ITEMS), len(viewers)))
    item = _popular(place, count=population.count, chance=chance.of("popular"))
    personal = np.repeat(arms == PERSONALISED, ITEMS)
    mine = chance.of("near").shares(place)
    for blocks, most in ((population.communities, OF_COMMUNITY), (population.circles, OF_CIRCLE)):
        near = personal & (mine < most)
        size = blocks.size[viewer[near]]
        item[near] = blocks.first[viewer[near]] + chance.below(size, places=place[near])
    _groups(item, viewer=viewer, place=place, planted=planted, chance=chance.of("group"))
    kept = _first_of_list(viewer, item=item)
    viewer, item, place = viewer[kept], item[kept], place[kept]
    starts = np.flatnonzero(np.diff(viewer, prepend=-1))
    rank = 1 + np.arange(len(viewer)) - np.repeat(starts, np.diff(starts, append=len(viewer)))
    surface = chance.of("surface").shares(viewer)
    noise = chance.of("score").shares(place)
    created, ended = population.created_ms[viewer], population.ended_ms[viewer]
    life = chance.of("at").shares(viewer) * (ended - created)
    return Shown(
        viewer=viewer,
        item=item,
        rank=rank,
        surface=(surface >= RECOMMENDED).astype(np.int64) + (surface >= OR_SEARCHED),
        arm=np.repeat(arms, np.diff(starts, append=len(viewer))),
        score=((ITEMS + 1 - rank + noise) / (ITEMS + 1)).astype(np.float32),
        at_ms=created + life.astype(np.int64),
    )


def _popular(place: NDArray[np.uint64], *, count: int, chance: Chance) -> Whole:
    share = chance.shares(place)
    return ((share * share * share * count).astype(np.int64) * SCATTER) % count


def _groups(
    item: Whole, *, viewer: Whole, place: NDArray[np.uint64], planted: Planted, chance: Chance
) -> None:
    """The recommender has learned the groups too: rings and look-alikes, one as the other."""
    of_group = chance.happens(OF_GROUP, places=place)
    for numbers, groups in (
        (planted.look_alike, planted.look_alikes),
        (planted.ring, planted.rings),
    ):
        for number, members in enumerate(groups):
            rows = np.flatnonzero(of_group & (numbers[viewer] == number))
            which = chance.of("whom").below(members.group.size, places=place[rows])
            item[rows] = members.places[which]


def _first_of_list(viewer: Whole, *, item: Whole) -> Choice:
    order = np.lexsort((item, viewer))
    again = np.zeros(len(viewer), np.bool_)
    again[order[1:]] = (np.diff(viewer[order]) == 0) & (np.diff(item[order]) == 0)
    kept: Choice = ~again & (viewer != item)
    return kept
