"""Who is there: accounts by their place in a world, in circles of friends and communities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.drills.world.chance import Chance, Choice, Whole

DAY_MS = 86_400_000
#: 2023-01-01 and 2026-01-01, in milliseconds since 1970: a world lasts three years.
OPENED_MS, CLOSED_MS = 1_672_531_200_000, 1_767_225_600_000
#: Sizes of circles: P(size >= s) = (6 / s)^2, from 6 to 40.
LEAST_CIRCLE, MOST_CIRCLE = 6, 40
#: Circles in a community: P(circles >= c) = (8 / c)^2, from 8 to 400.
LEAST_COMMUNITY, MOST_COMMUNITY = 8, 400
COUNTRIES = ("DE", "FR", "IT", "ES", "PL", "RO", "NL", "BE", "CZ", "SE", "PT", "GR", "HU", "AT")
MINOR = ("yes", "no", "unknown")
YES, NO, UNKNOWN = range(len(MINOR))
#: How many are known to be minors, how many adults; of the others nobody knows.
KNOWN_MINORS, KNOWN_ADULTS = 0.08, 0.52
#: How many live in the country of their community.
AT_HOME = 0.8


@dataclass(frozen=True, slots=True)
class Blocks:
    """Places in neighbouring blocks: for each place the first one of its block, and the next's."""

    first: Whole
    end: Whole

    @property
    def size(self) -> Whole:
        """How many places its block has, by place."""
        return self.end - self.first


@dataclass(frozen=True, slots=True)
class Population:
    """The accounts of a world by place: neighbours in place are neighbours in life.

    Ids are shuffled over the places, so that an id tells nothing.
    """

    account: Whole
    circles: Blocks
    communities: Blocks
    #: Milliseconds since 1970.
    created_ms: Whole
    #: Likewise; `CLOSED_MS` where it was not removed.
    ended_ms: Whole
    #: By `COUNTRIES` and `MINOR`.
    country: NDArray[np.int8]
    #: Who has no circle, no community and no home: an account made for something.
    stranger: Choice
    minor: NDArray[np.int8]

    @property
    def count(self) -> int:
        """How many accounts there are."""
        return len(self.account)

    @property
    def removed(self) -> Choice:
        """Which accounts were removed, by place."""
        return self.ended_ms < CLOSED_MS


def settled(accounts: int, *, chance: Chance) -> Population:
    """Ordinary accounts: more are created every year, the last a day before the end."""
    places = np.arange(accounts)
    circles, communities = _blocks(accounts, chance=chance.of("blocks"))
    grown = np.sqrt(chance.of("created").shares(places))
    created = OPENED_MS + (grown * (CLOSED_MS - DAY_MS - OPENED_MS)).astype(np.int64)
    return Population(
        account=chance.of("account").order(accounts),
        circles=circles,
        communities=communities,
        created_ms=created,
        ended_ms=np.full(accounts, CLOSED_MS),
        stranger=np.zeros(accounts, np.bool_),
        country=_countries(communities.first, chance=chance.of("country")),
        minor=_minors(chance.of("minor").shares(places)),
    )


def _blocks(accounts: int, *, chance: Chance) -> tuple[Blocks, Blocks]:
    at_most = np.arange(accounts // LEAST_CIRCLE + 1)
    sizes = chance.of("circle").heavy(LEAST_CIRCLE, most=MOST_CIRCLE, places=at_most)
    circle_ends = _ends(sizes, total=accounts)
    in_community = chance.of("community").heavy(
        LEAST_COMMUNITY, most=MOST_COMMUNITY, places=at_most[: len(circle_ends)]
    )
    last_circles = _ends(in_community, total=len(circle_ends))
    return _spread(circle_ends), _spread(circle_ends[last_circles - 1])


def _ends(sizes: Whole, *, total: int) -> Whole:
    ends = np.cumsum(sizes)
    ends = ends[: int(np.searchsorted(ends, total)) + 1]
    ends[-1] = total
    return ends


def _spread(ends: Whole) -> Blocks:
    sizes = np.diff(ends, prepend=0)
    return Blocks(first=np.repeat(ends - sizes, sizes), end=np.repeat(ends, sizes))


def _countries(community: Whole, *, chance: Chance) -> NDArray[np.int8]:
    places = np.arange(len(community))
    home = (chance.of("home").shares(community) ** 2 * len(COUNTRIES)).astype(np.int8)
    other = chance.of("other").below(len(COUNTRIES), places=places).astype(np.int8)
    return np.where(chance.of("at home").happens(AT_HOME, places=places), home, other)


def _minors(shares: NDArray[np.float64]) -> NDArray[np.int8]:
    known_adult = np.where(shares < KNOWN_MINORS + KNOWN_ADULTS, NO, UNKNOWN)
    return np.where(shares < KNOWN_MINORS, YES, known_adult).astype(np.int8)
