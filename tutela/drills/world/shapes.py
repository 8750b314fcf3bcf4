"""Who follows whom, and who meets whom, within a group of a shape."""

from dataclasses import dataclass

import numpy as np

from tutela.drills.world.chance import Chance, Choice, Whole, place_in, place_of_pair
from tutela.drills.world.plan import Shape
from tutela.drills.world.planting import Members

#: A member of a dense group chooses so many others, or a quarter of them where they are few.
DENSE_PICKS = 5
#: A member of a sparse group chooses one other, and a second one this often.
SECOND_PICK = 0.5
#: A member around hubs chooses two of them, and each of two more this often.
LEAST_HUBS, MOST_HUBS, MORE_HUBS = 2, 4, 0.5
#: In a dense or sparse group: how many choices fall on sellers and creators.
TO_THE_FRONT = 0.6
#: How many pairs follow, and how many of those who do not follow or do interact.
FOLLOWS, INTERACTS = 0.75, 0.5


@dataclass(frozen=True, slots=True)
class Pairs:
    """Ordered pairs of accounts by place, none of them twice."""

    src: Whole
    dst: Whole
    #: Which of them follow, and which interact.
    follows: Choice
    interacts: Choice


def inner_pairs(members: Members, *, chance: Chance) -> Pairs:
    """The pairs within a group: none of a group that only its tags join."""
    src, dst = _slots(members, chance=chance)
    keys = np.unique(src * members.group.size + dst)
    src, dst = np.divmod(keys, members.group.size)
    apart = src != dst
    src, dst = members.places[src[apart]], members.places[dst[apart]]
    pair = place_of_pair(src, other=dst)
    follows = chance.of("follows").happens(FOLLOWS, places=pair)
    interacts = chance.of("interacts").happens(INTERACTS, places=pair) | ~follows
    return Pairs(src=src, dst=dst, follows=follows, interacts=interacts)


def _slots(members: Members, *, chance: Chance) -> tuple[Whole, Whole]:
    slots = np.arange(members.group.size)
    match members.group.shape:
        case Shape.DENSE:
            picks = np.full(len(slots), min(DENSE_PICKS, (len(slots) - 1) // 4))
            return _chosen(picks, front=members.front, chance=chance)
        case Shape.SPARSE:
            picks = 1 + chance.of("second").happens(SECOND_PICK, places=slots)
            return _chosen(picks, front=members.front, chance=chance)
        case Shape.HUB_AND_SPOKE:
            src, slot = repeated(np.full(len(slots), MOST_HUBS))
            place = place_in(src, slot=slot)
            chosen = (slot < LEAST_HUBS) | chance.of("more").happens(MORE_HUBS, places=place)
            hubs = chance.of("hub").below(members.sellers, places=place)
            return src[chosen], hubs[chosen]
        case Shape.TAG_ONLY:
            return slots[:0], slots[:0]


def _chosen(picks: Whole, *, front: int, chance: Chance) -> tuple[Whole, Whole]:
    src, slot = repeated(picks)
    place = place_in(src, slot=slot)
    to_front = chance.of("front").happens(TO_THE_FRONT, places=place)
    return src, chance.of("whom").below(np.where(to_front, front, len(picks)), places=place)


def repeated(picks: Whole) -> tuple[Whole, Whole]:
    """For every pick of every row, the row and which of its picks it is."""
    rows = np.repeat(np.arange(len(picks)), picks)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(picks) - picks, picks)
