"""Who belongs to which group, in which role, and who returned under a new id."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tutela.drills.world.chance import Chance, Choice, Whole
from tutela.drills.world.plan import Group, LookAlike, Plan, Role, Shape
from tutela.drills.world.population import CLOSED_MS, DAY_MS, OPENED_MS, YES, Population

NOBODY = -1
ROLES = tuple(Role)
SELLER, BUYER, CREATOR = (ROLES.index(role) for role in (Role.SELLER, Role.BUYER, Role.CREATOR))
#: Shares of a group: who sells, who creates.
SELLERS, CREATORS = 0.08, 0.12
#: Where there are hubs, they sell: one for so many square roots of the group's size.
LEAST_HUBS, SIZE_ROOTS_A_HUB = 2, 2
#: Of a ring's members: how many were removed, and how many of those came back.
REMOVED, CAME_BACK = 0.12, 0.7
#: The same of ordinary accounts.
ORDINARY_REMOVED, ORDINARY_CAME_BACK = 0.01, 0.25
#: The share of a ring's members who are of its look-alike too.
OF_BOTH = 0.06
#: How many of a group were made for it; in which part of the world's time, from its begin, a
#: group began; and in which part of that time it grew.
NEWCOMERS, BEGINNING, GROWING = 0.85, 0.6, 0.25
#: The share of a school's members who are known to be minors.
PUPILS = 0.8
#: The share of a ring's creators who are known to be minors.
CREATING_MINORS = 0.25
#: A removed account lived this long at least, and comes back within so many days.
LIVED_DAYS, BACK_DAYS = 30, 30
#: Nobody is removed later than this before the end, so that those who come back have time to live.
LAST_REMOVAL_DAYS = 90


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one group by slot: sellers, creators, buyers, and last who came back."""

    group: Group
    places: Whole
    sellers: int
    creators: int

    @property
    def front(self) -> int:
        """How many slots from the first are sellers and creators."""
        return self.sellers + self.creators


@dataclass(frozen=True, slots=True)
class Returns:
    """Who came back: the old account and the new one, by place."""

    old: Whole
    new: Whole


@dataclass(frozen=True, slots=True)
class Planted:
    """All groups of a world, and by place to which of them an account belongs."""

    rings: Sequence[Members]
    look_alikes: Sequence[Members]
    #: Numbers of `rings` and `look_alikes`, of `ROLES`; `NOBODY` where none.
    ring: NDArray[np.int16]
    look_alike: NDArray[np.int16]
    role: NDArray[np.int8]
    returns: Returns

    @property
    def groups(self) -> Sequence[Members]:
        """Rings and look-alikes."""
        return [*self.rings, *self.look_alikes]


def planted(plan: Plan, *, population: Population, chance: Chance) -> tuple[Population, Planted]:
    """The groups of a plan, and the population with its newcomers, removals and returns."""
    order = chance.of("members").order(population.count)
    rings = _taken(plan.ring_groups, order=order)
    in_rings = sum(ring.size for ring in plan.ring_groups)
    look_alikes = [
        _overlapping(members, ring=ring)
        for members, ring in zip(
            _taken(plan.look_alikes, order=order[in_rings:]), rings, strict=True
        )
    ]
    rest = order[2 * in_rings :]
    population = _grown([*rings, *look_alikes], population=population, chance=chance.of("grown"))
    removed, returns, role = _removals(rings, rest=rest, chance=chance.of("removed"))
    population = _removed(population, removed=removed, returns=returns, chance=chance.of("ended"))
    found = Planted(
        rings=rings,
        look_alikes=look_alikes,
        ring=_numbered(rings, count=population.count),
        look_alike=_numbered(look_alikes, count=population.count),
        role=role,
        returns=returns,
    )
    return population, found


def _taken(groups: Sequence[Group], *, order: Whole) -> list[Members]:
    ends = np.cumsum([group.size for group in groups], dtype=np.int64)
    return [
        Members(
            group=group,
            places=order[end - group.size : end],
            sellers=_sellers(group),
            creators=max(1, int(group.size * CREATORS)),
        )
        for group, end in zip(groups, ends, strict=True)
    ]


def _sellers(group: Group) -> int:
    if group.shape is Shape.HUB_AND_SPOKE:
        return max(LEAST_HUBS, math.isqrt(group.size) // SIZE_ROOTS_A_HUB)
    return max(1, int(group.size * SELLERS))


def _overlapping(members: Members, *, ring: Members) -> Members:
    """The look-alike with some of the ring's buyers in the place of its own."""
    both = int(members.group.size * OF_BOTH)
    places = members.places.copy()
    places[members.front : members.front + both] = ring.places[ring.front : ring.front + both]
    return replace(members, places=places)


def _grown(groups: Sequence[Members], *, population: Population, chance: Chance) -> Population:
    created, minor = population.created_ms.copy(), population.minor.copy()
    stranger = population.stranger.copy()
    for number, members in enumerate(groups):
        of_group = chance.of(f"group {number}")
        begun = OPENED_MS + int(of_group.shares(0)[0] * BEGINNING * (CLOSED_MS - OPENED_MS))
        slots = np.arange(members.group.size)
        after = (of_group.of("after").shares(slots) * GROWING * (CLOSED_MS - OPENED_MS)).astype(
            np.int64
        )
        comes = of_group.of("comes").happens(NEWCOMERS, places=slots)
        created[members.places[comes]] = (begun + after)[comes]
        stranger[members.places[comes]] = True
        minor[members.places[_minors(members, slots=slots, chance=of_group.of("minor"))]] = YES
    return replace(population, created_ms=created, minor=minor, stranger=stranger)


def _minors(members: Members, *, slots: Whole, chance: Chance) -> Choice:
    if members.group.look_alike is LookAlike.SCHOOL:
        return chance.happens(PUPILS, places=slots)
    if members.group.look_alike is None:
        creates = (slots >= members.sellers) & (slots < members.front)
        return chance.happens(CREATING_MINORS, places=slots) & creates
    return np.zeros(len(slots), np.bool_)


def _removals(
    rings: Sequence[Members], *, rest: Whole, chance: Chance
) -> tuple[Whole, Returns, NDArray[np.int8]]:
    removed: list[Whole] = []
    old: list[Whole] = []
    new: list[Whole] = []
    role = np.full(len(rest) + 2 * sum(ring.group.size for ring in rings), NOBODY, np.int8)
    for number, ring in enumerate(rings):
        gone = max(1, round(ring.group.size * REMOVED))
        back = max(1, round(gone * CAME_BACK))
        first = ring.group.size - back
        slots = chance.of(f"ring {number}").order(first)[:gone]
        role[ring.places] = np.repeat(
            (SELLER, CREATOR, BUYER), (ring.sellers, ring.creators, ring.group.size - ring.front)
        )
        removed.append(ring.places[slots])
        old.append(ring.places[slots[:back]])
        new.append(ring.places[first:])
        role[new[-1]] = role[old[-1]]
    gone = int(len(rest) * ORDINARY_REMOVED)
    back = int(gone * ORDINARY_CAME_BACK)
    removed.append(rest[:gone])
    old.append(rest[:back])
    new.append(rest[gone : gone + back])
    returns = Returns(old=np.concatenate(old), new=np.concatenate(new))
    return np.concatenate(removed), returns, role


def _removed(
    population: Population, *, removed: Whole, returns: Returns, chance: Chance
) -> Population:
    created, ended = population.created_ms.copy(), population.ended_ms.copy()
    last = CLOSED_MS - LAST_REMOVAL_DAYS * DAY_MS
    lived = LIVED_DAYS * DAY_MS
    created[removed] = np.minimum(created[removed], last - 2 * lived)
    span = last - lived - created[removed]
    lives = chance.of("when").shares(removed)
    ended[removed] = created[removed] + lived + (lives * span).astype(np.int64)
    waits = chance.of("waits").shares(returns.new) ** 2 * (BACK_DAYS * DAY_MS)
    created[returns.new] = ended[returns.old] + 1 + waits.astype(np.int64)
    stranger = population.stranger.copy()
    stranger[returns.new] = True
    return replace(population, created_ms=created, ended_ms=ended, stranger=stranger)


def _numbered(groups: Sequence[Members], *, count: int) -> NDArray[np.int16]:
    numbers = np.full(count, NOBODY, np.int16)
    for number, members in enumerate(groups):
        numbers[members.places] = number
    return numbers
