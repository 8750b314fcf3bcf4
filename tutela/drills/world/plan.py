"""What a world shall hold: how many accounts, which rings, what looks like them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tutela.errors import TutelaError

LEAST_ACCOUNTS, MOST_ACCOUNTS = 10_000, 1_000_000
SMALLEST_RING, LARGEST_RING = 20, 1_000
#: A ring is at most this part of the accounts, and all rings together at most that.
LARGEST_PART, PLANTED_PART = 50, 10
#: A dense group of honest people is a family up to this size.
LARGEST_FAMILY = 60
#: Rings by default: one for so many accounts, so many at most.
MOST_RINGS, ACCOUNTS_A_RING = 30, 2_500


class WorldUnfit(TutelaError):
    """A world that cannot be made as it was asked for."""

    code = "world_unfit"
    title = "A world that cannot be made"
    status = 422


class Shape(StrEnum):
    """How the members of a group are joined to each other."""

    #: About twenty others each, two thirds of them where they are few.
    DENSE = "dense"
    #: About three others each.
    SPARSE = "sparse"
    #: Everybody is joined to a few hubs and a few creators, and to nobody else.
    HUB_AND_SPOKE = "hub_and_spoke"
    #: Nobody is joined to anybody; they use the same rare tags.
    TAG_ONLY = "tag_only"


class Role(StrEnum):
    """What a member of a ring does in it."""

    #: Sells; sellers share payment tokens.
    SELLER = "seller"
    #: Buys, and follows sellers and creators.
    BUYER = "buyer"
    #: Makes what is sold.
    CREATOR = "creator"


class LookAlike(StrEnum):
    """What a group of honest people is that is shaped like a ring."""

    #: Followers of the same few.
    FAN_CLUB = "fan_club"
    #: A shop whose staff share a payment token, and its customers.
    SHOP = "shop"
    #: A school: most of its members are minors.
    SCHOOL = "school"
    #: Relatives in several homes, who share devices.
    FAMILY = "family"
    #: People who use the tags of one event.
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Group:
    """A ring, or a group of honest people that is shaped like one."""

    #: Such as `ring-01` or `look-alike-01`.
    name: str
    shape: Shape
    #: Accounts, those removed and those re-created among them.
    size: int
    #: None of a ring.
    look_alike: LookAlike | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was asked for."""

    accounts: int
    seed: int
    #: How many rings, and as many look-alikes.
    rings: int
    #: The share of ties that the files do not show.
    hide: float = 0.0

    @property
    def ring_groups(self) -> Sequence[Group]:
        """The rings: sizes evenly on a logarithmic scale, shapes in turn."""
        shapes = tuple(Shape)
        return [
            Group(f"ring-{number + 1:02}", shapes[number % len(shapes)], size)
            for number, size in enumerate(_sizes(self.rings, accounts=self.accounts))
        ]

    @property
    def look_alikes(self) -> Sequence[Group]:
        """For each ring a group of the same shape and size that is none."""
        return [
            Group(f"look-alike-{number + 1:02}", ring.shape, ring.size, _kind(ring, number=number))
            for number, ring in enumerate(self.ring_groups)
        ]


def planned(accounts: int, *, seed: int, rings: int | None, hide: float) -> Plan:
    """The plan of a world.

    Errors: WorldUnfit where the numbers do not go together; the option at fault is named.
    """
    if not LEAST_ACCOUNTS <= accounts <= MOST_ACCOUNTS:
        raise WorldUnfit(
            f"--accounts {accounts}: a world has {LEAST_ACCOUNTS} to {MOST_ACCOUNTS} accounts."
        )
    if not 0 <= seed < 2**63:
        raise WorldUnfit(f"--seed {seed}: a seed is from 0 to 2^63 - 1.")
    if not 0 <= hide < 1:
        raise WorldUnfit(f"--hide {hide}: the share of hidden ties is from 0 to below 1.")
    if rings is None:
        rings = _most_rings(accounts)
    if rings < 0:
        raise WorldUnfit(f"--rings {rings}: a world has 0 rings or more.")
    plan = Plan(accounts=accounts, seed=seed, rings=rings, hide=hide)
    in_rings = sum(ring.size for ring in plan.ring_groups)
    if in_rings * PLANTED_PART > accounts:
        raise WorldUnfit(
            f"--rings {rings}: they would hold {in_rings} of {accounts} accounts, and rings are "
            f"at most {100 // PLANTED_PART} % of a world."
        )
    return plan


def _most_rings(accounts: int) -> int:
    """One for so many accounts, and no more than find room."""
    wanted = min(MOST_RINGS, accounts // ACCOUNTS_A_RING)
    return next(
        rings
        for rings in range(wanted, -1, -1)
        if sum(_sizes(rings, accounts=accounts)) * PLANTED_PART <= accounts
    )


def _sizes(rings: int, *, accounts: int) -> Sequence[int]:
    largest = min(LARGEST_RING, accounts // LARGEST_PART)
    if rings == 1:
        return [round((SMALLEST_RING * largest) ** 0.5)]
    return [
        round(SMALLEST_RING * (largest / SMALLEST_RING) ** (number / (rings - 1)))
        for number in range(rings)
    ]


def _kind(ring: Group, *, number: int) -> LookAlike:
    match ring.shape:
        case Shape.HUB_AND_SPOKE:
            return LookAlike.SHOP
        case Shape.TAG_ONLY:
            return LookAlike.CAMPAIGN
        case Shape.SPARSE:
            return LookAlike.FAN_CLUB
        case Shape.DENSE if ring.size <= LARGEST_FAMILY:
            return LookAlike.FAMILY
        case Shape.DENSE:
            return (LookAlike.SCHOOL, LookAlike.FAN_CLUB)[number // len(Shape) % 2]
