"""Who follows whom, and who meets whom, within a group of a shape."""

from dataclasses import dataclass

import numpy as np

from tutela.drills.world.chance import Chance, Choice, Whole, place_in, place_of_pair
from tutela.drills.world.plan import Shape
from tutela.drills.world.planting import Members

#: A member of a dense group chooses so many others, or this part of them where they are few.
DENSE_PICKS, DENSE_PART = 11, 3
#: A member of a sparse group chooses one other, and a second one this often.
SECOND_PICK = 0.5
#: A member around hubs chooses so many sellers, who are the hubs, and so many creators.
HUBS_EACH, CREATORS_EACH = 5, 3
#: In a dense or sparse group: how many choices fall on sellers and creators, and how large the
#: cells are of neighbouring slots, in one of which the others fall.
TO_THE_FRONT, CELL = 0.6, 40
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
            picks = np.full(len(slots), min(DENSE_PICKS, (len(slots) - 1) // DENSE_PART))
            return _chosen(picks, front=members.front, chance=chance)
        case Shape.SPARSE:
            picks = 1 + chance.of("second").happens(SECOND_PICK, places=slots)
            return _chosen(picks, front=members.front, chance=chance)
        case Shape.HUB_AND_SPOKE:
            src, slot = repeated(np.full(len(slots), HUBS_EACH + CREATORS_EACH))
            place = place_in(src, slot=slot)
            hubs = chance.of("hub").below(members.sellers, places=place)
            creators = members.sellers + chance.of("creator").below(members.creators, places=place)
            return src, np.where(slot < HUBS_EACH, hubs, creators)
        case Shape.TAG_ONLY:
            return slots[:0], slots[:0]


def _chosen(picks: Whole, *, front: int, chance: Chance) -> tuple[Whole, Whole]:
    src, slot = repeated(picks)
    place = place_in(src, slot=slot)
    to_front = chance.of("front").happens(TO_THE_FRONT, places=place)
    first = src // CELL * CELL
    cell = np.minimum(first + CELL, len(picks)) - first
    whom = chance.of("whom").below(np.where(to_front, front, cell), places=place)
    return src, np.where(to_front, whom, first + whom)


def repeated(picks: Whole) -> tuple[Whole, Whole]:
    """For every pick of every row, the row and which of its picks it is."""
    rows = np.repeat(np.arange(len(picks)), picks)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(picks) - picks, picks)
