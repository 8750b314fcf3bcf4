"""Tags, devices and means of payment: who uses which, and whom that joins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tutela.drills.world.chance import Chance, Whole, place_in
from tutela.drills.world.plan import LookAlike, Shape
from tutela.drills.world.planting import Members
from tutela.drills.world.population import CLOSED_MS, Population
from tutela.drills.world.shapes import repeated
from tutela.drills.world.ties import Ties

#: Tags of an ordinary account: P(tags >= t) = (1 / t)^2, so many at most.
MOST_TAGS = 40
#: How many of them are of the community, which has one for so many members.
COMMUNITY_TAGS, MEMBERS_A_TAG = 0.5, 15
#: All others: one for so many accounts of the world.
ACCOUNTS_A_TAG = 10
#: A group that tags join has one for so many members, and each uses two, or three this often.
GROUP_MEMBERS_A_TAG, THIRD_TAG = 12, 0.5
#: In other groups so many use one of the group's tags.
ALSO_TAGGED = 0.4
#: Neighbours in a circle who may share a home, how often, and who of it uses its device.
HOME, HOMES, AT_DEVICE = 3, 0.15, 0.85
#: A community has a device of all for so many members, used by so many of them.
MEMBERS_A_CAFE, IN_CAFE = 200, 0.05
#: Who pays, and how many homes pay together.
PAYS, HOME_PAYS = 0.35, 0.5
#: Sellers of a ring and staff of a shop: so many share a means of payment.
TILL = 3
#: Relatives who share a device.
RELATIVES = 4


@dataclass(frozen=True, slots=True)
class Uses:
    """Who used what, and when first; no pair stands twice."""

    place: Whole
    #: Which of all marks of its kind.
    number: Whole
    at_ms: Whole


@dataclass(frozen=True, slots=True)
class Holders:
    """Who may hold marks."""

    population: Population
    groups: Sequence[Members]
    #: By place the first of its home; negative where nobody shares one.
    home: Whole
    #: Whose marks came along, and with whom.
    old: Whole
    new: Whole


@dataclass(frozen=True, slots=True)
class Crowd:
    """When a mark in common says something of two accounts."""

    #: A mark that more accounts use says nothing.
    most: int
    #: Each who uses it is joined to so many who did so next.
    next: int


TAG, DEVICE, PAYMENT = Crowd(most=40, next=3), Crowd(most=20, next=6), Crowd(most=20, next=6)


def tag_uses(holders: Holders, *, chance: Chance) -> Uses:
    """The tags of everybody: of the community, of the world, of a group."""
    population = holders.population
    count = population.count
    rows, slot = repeated(chance.heavy(1.0, most=MOST_TAGS, places=np.arange(count)))
    place = place_in(rows, slot=slot)
    share = chance.of("which").shares(place)
    size = population.communities.size[rows]
    near = population.communities.first[rows] + (share * share * (1 + size // MEMBERS_A_TAG))
    far = count + share * share * share * (count // ACCOUNTS_A_TAG)
    is_near = chance.of("near").happens(COMMUNITY_TAGS, places=place)
    who, numbers = [rows], [np.where(is_near, near, far).astype(np.int64)]
    for index, members in enumerate(holders.groups):
        users, which = _group_tags(members, chance=chance.of(f"group {index}"))
        who.append(users)
        numbers.append((2 + index) * count + which)
    return _used(who, numbers=numbers, population=population, chance=chance)


def _group_tags(members: Members, *, chance: Chance) -> tuple[Whole, Whole]:
    slots = np.arange(members.group.size)
    if members.group.shape is Shape.TAG_ONLY:
        uses = 2 + chance.of("third").happens(THIRD_TAG, places=slots)
    else:
        uses = chance.of("uses").happens(ALSO_TAGGED, places=slots).astype(np.int64)
    rows, slot = repeated(uses)
    tags = 1 + members.group.size // GROUP_MEMBERS_A_TAG
    which = chance.of("which").below(tags, places=place_in(rows, slot=slot))
    return members.places[rows], which


def device_uses(holders: Holders, *, chance: Chance) -> Uses:
    """The devices of everybody: one's own, of a home, of a cafe; and those that came along."""
    population, home = holders.population, holders.home
    count, places = population.count, np.arange(population.count)
    at_home = (home >= 0) & chance.of("at device").happens(AT_DEVICE, places=places)
    cafes = 1 + population.communities.size // MEMBERS_A_CAFE
    cafe = population.communities.first + chance.of("cafe").below(cafes, places=places)
    in_cafe = chance.of("in cafe").happens(IN_CAFE, places=places)
    who = [places, places[at_home], places[in_cafe], holders.new]
    numbers = [places, count + home[at_home], 2 * count + cafe[in_cafe], holders.old]
    for index, members in enumerate(holders.groups):
        if members.group.look_alike is LookAlike.FAMILY:
            who.append(members.places)
            numbers.append((3 + index) * count + np.arange(members.group.size) // RELATIVES)
    return _used(who, numbers=numbers, population=population, chance=chance)


def payment_uses(holders: Holders, *, chance: Chance) -> Uses:
    """The means of payment: one's own, of a home, of a till; and those that came along."""
    population, home = holders.population, holders.home
    count, places = population.count, np.arange(population.count)
    together = (home >= 0) & chance.of("home pays").happens(HOME_PAYS, places=home)
    pays = chance.of("pays").happens(PAYS, places=places)
    along = pays[holders.old]
    who = [places[pays], places[together], holders.new[along]]
    numbers = [places[pays], count + home[together], holders.old[along]]
    for index, members in enumerate(holders.groups):
        if _has_till(members):
            who.append(members.places[: members.sellers])
            numbers.append((2 + index) * count + np.arange(members.sellers) // TILL)
    return _used(who, numbers=numbers, population=population, chance=chance)


def _has_till(members: Members) -> bool:
    if members.group.shape is Shape.TAG_ONLY:
        return False
    return members.group.look_alike in {None, LookAlike.SHOP}


def homes(population: Population, *, chance: Chance) -> Whole:
    """By place the first of its home, -1 where nobody shares one: neighbours in a circle."""
    first = population.circles.first
    home = first + (np.arange(population.count) - first) // HOME * HOME
    return np.where(chance.happens(HOMES, places=home) & ~population.stranger, home, -1)


def _used(
    who: list[Whole], *, numbers: list[Whole], population: Population, chance: Chance
) -> Uses:
    place, number = np.concatenate(who), np.concatenate(numbers)
    order = np.lexsort((number, place))
    place, number = place[order], number[order]
    fresh = np.ones(len(place), np.bool_)
    fresh[1:] = (place[1:] != place[:-1]) | (number[1:] != number[:-1])
    place, number = place[fresh], number[fresh]
    created, ended = population.created_ms[place], population.ended_ms[place]
    share = chance.of("at").shares(place_in(place, slot=number))
    at_ms = created + (share * (np.minimum(ended, CLOSED_MS) - created)).astype(np.int64)
    return Uses(place=place, number=number, at_ms=at_ms)


def joined(uses: Uses, *, crowd: Crowd) -> tuple[Ties, Whole]:
    """Whom the marks join, and since when: each who uses one with those who used it next."""
    order = np.lexsort((uses.place, uses.at_ms, uses.number))
    place, number, at_ms = uses.place[order], uses.number[order], uses.at_ms[order]
    runs = np.flatnonzero(np.diff(number, prepend=-1, append=-1))
    users = np.diff(runs)
    rare = np.repeat(users <= crowd.most, users)
    place, number, at_ms = place[rare], number[rare], at_ms[rare]
    keys, times = [], []
    base = int(place.max(initial=0)) + 1
    for step in range(1, crowd.next + 1):
        same = number[step:] == number[:-step]
        one, other = place[:-step][same], place[step:][same]
        keys.append(np.minimum(one, other) * base + np.maximum(one, other))
        times.append(at_ms[step:][same])
    key, since = np.concatenate(keys), np.concatenate(times)
    order = np.lexsort((since, key))
    found, first, shared = np.unique(key[order], return_index=True, return_counts=True)
    src, dst = np.divmod(found, base)
    return Ties(src=src, dst=dst, weight=shared.astype(np.float32)), since[order][first]
