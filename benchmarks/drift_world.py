"""A platform whose accounts use tags and queries; a group's are blocked, and it replaces them.

Everything that may rise rises here by chance: trends that everybody joins, tags that communities
and circles of friends coin, tags of a weekday and of a season, a ring that floods. All numbers
stand in `Statistics`; a seed draws a world from them. The scorer is given none of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

HOURS_OF_DAY: Final = 24
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What a world is drawn from; shares are of 1, sizes are accounts."""

    accounts: int = 20_000
    #: Before the block, which falls into the day after.
    days_before: int = 28
    #: Uses of one account a day: log-normal, at most so many.
    uses_median: float = 2.0
    uses_sigma: float = 1.2
    uses_max: float = 100.0
    #: Of all uses; the others are of tags.
    queries_share: float = 0.35
    #: Tags, and queries, that belong to nobody; their popularity falls as a power of the rank.
    values: int = 3_000
    values_power: float = 1.1
    #: How many tags of one account and hour stand on the same content.
    together_share: float = 0.7

    communities: int = 40
    #: Log-normal, at most a share of all accounts.
    community_median: float = 300.0
    community_sigma: float = 1.3
    community_share_max: float = 0.25
    community_values: int = 40
    #: Of a member's uses, those of its communities' values.
    community_uses: float = 0.5

    #: Trends that everybody may join, a day; log-normal share of all accounts, at most so much.
    trends_per_day: float = 12.0
    trend_share_median: float = 0.02
    trend_share_sigma: float = 1.0
    trend_share_max: float = 0.25
    #: New values of one community a day, and the shares of its members that join, evenly between.
    community_trends_per_day: float = 0.3
    community_trend_shares: tuple[float, float] = (0.05, 0.5)
    #: How long after its beginning an account joins a trend: exponential.
    join_hours_mean: float = 12.0
    #: Circles of friends, their sizes (evenly between), and how often one coins a tag of its own.
    circles: int = 3_000
    circle_sizes: tuple[int, int] = (4, 40)
    circle_trends_per_day: float = 0.02
    #: Tags of one weekday, and who has the habit.
    weekday_tags: int = 30
    weekday_share: float = 0.06
    #: Tags that grow by a third a day over the last ten days, up to these shares of the accounts.
    season_tags: int = 5
    season_shares: tuple[float, float] = (0.02, 0.15)
    #: Accounts that flood popular tags, blocked ones and their own, and their uses a day.
    ring: int = 20
    ring_uses: float = 60.0

    #: Who used the blocked values because that is what they are there for.
    group: int = 300
    blocked_tags: int = 3
    blocked_queries: int = 2
    #: Of the group's uses, those of the blocked values, and later of what replaces them.
    group_uses: float = 0.15
    #: Of the group, who belongs to one of two communities that are no part of it.
    cover_share: float = 0.6
    #: Others who used a blocked value: by chance, out of curiosity, to warn; for each of the group.
    outsiders_per_member: float = 0.5
    #: Of the group, who goes over to a replacement, and how long after the block: exponential.
    adoption: float = 0.6
    adoption_hours_mean: float = 8.0
    #: How many tags, and queries, the group goes over to; each member to one of each.
    replacement_tags: int = 1
    replacement_queries: int = 1
    #: Others who use a replacement, for each who went over.
    curious_per_adopter: float = 0.1
    #: Who used the replacement before for something else, at a day, on average.
    replacement_users_before: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Uses in rows, and what was planted."""

    seed: int
    #: One row a use: who, what, in which hour, on which content (-1: on none).
    account: Ints
    value: Ints
    hour: Ints
    content: Ints
    #: What every value is, by its number.
    sorts: tuple[str, ...]
    is_query: NDArray[np.bool_]
    blocked: Ints
    planted: Ints
    blocked_hour: int


class _Draw:
    """A world while it is drawn."""

    def __init__(self, of: Statistics, *, seed: int) -> None:
        self.of = of
        self.chance = np.random.default_rng(seed)
        self.days = of.days_before + 3
        self.blocked_hour = of.days_before * HOURS_OF_DAY + int(self.chance.integers(HOURS_OF_DAY))
        self.sorts: list[str] = []
        self.queries: list[bool] = []
        self.rows: list[tuple[Ints, Ints, Ints]] = []
        drawn = self.chance.lognormal(np.log(of.uses_median), of.uses_sigma, of.accounts)
        self.rate = np.minimum(drawn, of.uses_max)

    def new(self, sort: str, *, count: int, query: bool | None = None) -> Ints:
        """The numbers of new values of a sort; queries by their share unless it is said."""
        first = len(self.sorts)
        self.sorts += [sort] * count
        by_chance = self.chance.random(count) < self.of.queries_share
        self.queries += list(by_chance) if query is None else [query] * count
        return np.arange(first, first + count)

    def add(self, who: Ints, *, what: Ints, hours: Ints) -> None:
        """Uses that happened, if they lie within the world's days."""
        there = hours < self.days * HOURS_OF_DAY
        self.rows.append((who[there], what[there], hours[there]))

    def some(self, who: Ints, *, count: int) -> Ints:
        """Some of these accounts, each once, the busier ones sooner."""
        count = min(count, len(who))
        keys = self.chance.exponential(size=len(who)) / self.rate[who]
        return who[np.argsort(keys)[:count]]

    def join(self, who: Ints, *, value: int, hour: float) -> None:
        """These join a trend, each in its time, with a use or more."""
        times = 1 + self.chance.poisson(1.0, len(who))
        begun = hour + self.chance.exponential(self.of.join_hours_mean, len(who))
        accounts = np.repeat(who, times)
        hours = np.repeat(begun, times) + self.chance.exponential(6.0, len(accounts))
        self.add(accounts, what=np.full(len(accounts), value), hours=hours.astype(np.int64))

    def begins(self, per_day: float) -> Iterator[float]:
        """The hours at which something begins that happens so often a day."""
        count = self.chance.poisson(per_day * self.days)
        yield from self.chance.uniform(0, self.days * HOURS_OF_DAY, count)

    def between(self, ends: tuple[float, float]) -> float:
        """A number evenly between two."""
        return float(self.chance.uniform(*ends))

    def popular(self, count: int, *, among: int, power: float) -> Ints:
        """Ranks from 0, the first ones oftener."""
        weights = 1.0 / np.arange(1, among + 1) ** power
        ladder = np.cumsum(weights) / weights.sum()
        return np.searchsorted(ladder, self.chance.random(count)).clip(max=among - 1)


def draw(of: Statistics, *, seed: int) -> World:
    """The world of that seed; the same one each time."""
    drawn = _Draw(of, seed=seed)
    communities = _communities(drawn)
    cover = communities[:2]
    group = _group(drawn, cover=cover)
    blocked, planted = _blocked(drawn), _replacements(drawn)
    _every_day(drawn, communities=communities, group=group, words=(blocked, planted))
    _outsiders(drawn, group=group, blocked=blocked)
    _trends(drawn, communities=communities)
    _circles(drawn, communities=communities)
    _calendar(drawn)
    _flood(drawn, blocked=blocked)
    return _world(drawn, seed=seed, blocked=blocked, planted=planted)


def _communities(drawn: _Draw) -> list[Ints]:
    of = drawn.of
    sizes = drawn.chance.lognormal(np.log(of.community_median), of.community_sigma, of.communities)
    largest = of.community_share_max * of.accounts
    everybody = np.arange(of.accounts)
    return [
        drawn.chance.choice(everybody, int(np.clip(size, 20, largest)), replace=False)
        for size in sizes
    ]


def _group(drawn: _Draw, *, cover: list[Ints]) -> Ints:
    of = drawn.of
    within = np.unique(np.concatenate(cover))
    covered = min(round(of.group * of.cover_share), len(within))
    inner = drawn.chance.choice(within, covered, replace=False)
    rest = np.setdiff1d(np.arange(of.accounts), inner)
    outer = drawn.chance.choice(rest, of.group - covered, replace=False)
    return np.concatenate([inner, outer])


def _blocked(drawn: _Draw) -> Ints:
    tags = drawn.new("blocked", count=drawn.of.blocked_tags, query=False)
    return np.concatenate([tags, drawn.new("blocked", count=drawn.of.blocked_queries, query=True)])


def _replacements(drawn: _Draw) -> tuple[Ints, Ints]:
    of = drawn.of
    tags = drawn.new("replacement", count=of.replacement_tags, query=False)
    queries = drawn.new("replacement", count=of.replacement_queries, query=True)
    everybody = np.arange(of.accounts)
    for value in [*tags, *queries]:
        for day in range(drawn.days):
            who = drawn.some(everybody, count=drawn.chance.poisson(of.replacement_users_before))
            hours = day * HOURS_OF_DAY + drawn.chance.integers(HOURS_OF_DAY, size=len(who))
            drawn.add(who, what=np.full(len(who), value), hours=hours)
    return tags, queries


def _every_day(
    drawn: _Draw, *, communities: list[Ints], group: Ints, words: tuple[Ints, tuple[Ints, Ints]]
) -> None:
    """What accounts use anyway, and what of it the group uses instead."""
    of, chance = drawn.of, drawn.chance
    times = chance.poisson(drawn.rate * drawn.days)
    who = np.repeat(np.arange(of.accounts), times)
    hours = _by_daylight(drawn, count=len(who))
    queries = chance.random(len(who)) < of.queries_share
    tags_there = drawn.new("anybody's", count=of.values, query=False)
    queries_there = drawn.new("anybody's", count=of.values, query=True)
    ranks = drawn.popular(len(who), among=of.values, power=of.values_power)
    what = np.where(queries, queries_there[ranks], tags_there[ranks])
    for members in communities:
        own = drawn.new("a community's", count=of.community_values)
        is_member = np.zeros(of.accounts, bool)
        is_member[members] = True
        inside = is_member[who] & (chance.random(len(who)) < of.community_uses / 2)
        ranks = drawn.popular(int(inside.sum()), among=of.community_values, power=1.0)
        what[inside] = own[ranks]
    _instead(drawn, uses=(who, what, hours), group=group, words=words)
    drawn.add(who, what=what, hours=hours)


def _by_daylight(drawn: _Draw, *, count: int) -> Ints:
    weights = 1 + 0.6 * np.sin(2 * np.pi * (np.arange(HOURS_OF_DAY) - 9) / HOURS_OF_DAY)
    hours = drawn.chance.choice(HOURS_OF_DAY, count, p=weights / weights.sum())
    days = drawn.chance.integers(drawn.days, size=count)
    return days * HOURS_OF_DAY + hours


def _instead(
    drawn: _Draw,
    *,
    uses: tuple[Ints, Ints, Ints],
    group: Ints,
    words: tuple[Ints, tuple[Ints, Ints]],
) -> None:
    """Some of the group's uses are of the blocked values, and later of what replaces them."""
    of, chance = drawn.of, drawn.chance
    who, what, hours = uses
    blocked, (new_tags, new_queries) = words
    goes = chance.random(len(group)) < of.adoption
    over = np.full(of.accounts, np.inf)
    late = chance.exponential(of.adoption_hours_mean, len(group))
    over[group] = np.where(goes, drawn.blocked_hour + late, np.inf)
    tag_of = chance.choice(new_tags, of.accounts)
    query_of = chance.choice(new_queries, of.accounts)
    is_theirs = np.zeros(of.accounts, bool)
    is_theirs[group] = True
    theirs = is_theirs[who] & (chance.random(len(who)) < of.group_uses)
    replaced = theirs & (hours >= over[who])
    wanted = theirs & ~replaced & (hours < drawn.blocked_hour)
    tried = theirs & ~replaced & ~wanted & (chance.random(len(who)) < 0.5)
    for which in (wanted, tried):
        what[which] = chance.choice(blocked, int(which.sum()))
    asked = chance.random(len(who)) < of.queries_share
    what[replaced] = np.where(asked, query_of[who], tag_of[who])[replaced]
    _curious(drawn, adopters=int(goes.sum()), replacements=(*new_tags, *new_queries))


def _curious(drawn: _Draw, *, adopters: int, replacements: tuple[Any, ...]) -> None:
    count = round(adopters * drawn.of.curious_per_adopter)
    for value in replacements:
        who = drawn.some(np.arange(drawn.of.accounts), count=count)
        late = drawn.chance.exponential(24.0, len(who))
        hours = (drawn.blocked_hour + late).astype(np.int64)
        drawn.add(who, what=np.full(len(who), value), hours=hours)


def _outsiders(drawn: _Draw, *, group: Ints, blocked: Ints) -> None:
    of, chance = drawn.of, drawn.chance
    others = np.setdiff1d(np.arange(of.accounts), group)
    who = drawn.some(others, count=round(of.group * of.outsiders_per_member))
    who = np.repeat(who, 1 + chance.poisson(0.5, len(who)))
    hours = chance.integers(drawn.days * HOURS_OF_DAY, size=len(who))
    drawn.add(who, what=chance.choice(blocked, len(who)), hours=hours)


def _trends(drawn: _Draw, *, communities: list[Ints]) -> None:
    of, chance = drawn.of, drawn.chance
    everybody = np.arange(of.accounts)
    for hour in drawn.begins(of.trends_per_day):
        share = chance.lognormal(np.log(of.trend_share_median), of.trend_share_sigma)
        count = int(min(share, of.trend_share_max) * of.accounts)
        (value,) = drawn.new("a trend", count=1)
        drawn.join(drawn.some(everybody, count=count), value=value, hour=hour)
    for members in communities:
        for hour in drawn.begins(of.community_trends_per_day):
            share = drawn.between(of.community_trend_shares)
            (value,) = drawn.new("a community's trend", count=1)
            who = drawn.some(members, count=int(share * len(members)))
            drawn.join(who, value=value, hour=hour)


def _circles(drawn: _Draw, *, communities: list[Ints]) -> None:
    of, chance = drawn.of, drawn.chance
    everybody = np.arange(of.accounts)
    for _ in range(of.circles):
        begun = list(drawn.begins(of.circle_trends_per_day))
        size = int(chance.integers(*of.circle_sizes))
        within = (
            everybody if chance.random() < 0.5 else communities[chance.integers(of.communities)]
        )
        circle = chance.choice(within, min(size, len(within)), replace=False)
        for hour in begun:
            (value,) = drawn.new("a circle's", count=1)
            drawn.join(circle, value=value, hour=hour)


def _calendar(drawn: _Draw) -> None:
    of, chance = drawn.of, drawn.chance
    everybody = np.arange(of.accounts)
    for tag in drawn.new("a weekday's", count=of.weekday_tags, query=False):
        habit = drawn.some(everybody, count=round(of.weekday_share * of.accounts))
        for day in range(int(chance.integers(7)), drawn.days, 7):
            who = habit[chance.random(len(habit)) < 0.5]
            hours = day * HOURS_OF_DAY + chance.integers(HOURS_OF_DAY, size=len(who))
            drawn.add(who, what=np.full(len(who), tag), hours=hours)
    for tag in drawn.new("a season's", count=of.season_tags, query=False):
        most = drawn.between(of.season_shares) * of.accounts
        for back in range(10):
            who = drawn.some(everybody, count=int(most / (4 / 3) ** back))
            day = drawn.days - 1 - back
            hours = day * HOURS_OF_DAY + chance.integers(HOURS_OF_DAY, size=len(who))
            drawn.add(who, what=np.full(len(who), tag), hours=hours)


def _flood(drawn: _Draw, *, blocked: Ints) -> None:
    of, chance = drawn.of, drawn.chance
    ring = chance.choice(of.accounts, of.ring, replace=False)
    known = np.flatnonzero([sort == "anybody's" for sort in drawn.sorts])[:200]
    for day in range(drawn.days):
        if day % 3 == 0:
            (advert,) = drawn.new("the ring's", count=1, query=False)
        who = np.repeat(ring, chance.poisson(of.ring_uses, of.ring))
        what = chance.choice(known, len(who))
        what = np.where(chance.random(len(who)) < 0.2, advert, what)
        what = np.where(chance.random(len(who)) < 0.01, chance.choice(blocked, len(who)), what)
        hours = day * HOURS_OF_DAY + chance.integers(HOURS_OF_DAY, size=len(who))
        drawn.add(who, what=what, hours=hours)


def _world(drawn: _Draw, *, seed: int, blocked: Ints, planted: tuple[Ints, Ints]) -> World:
    account, value, hour = (np.concatenate(each) for each in zip(*drawn.rows, strict=True))
    queries = np.array(drawn.queries)
    together = drawn.chance.random(len(account)) < drawn.of.together_share
    on = account * drawn.days * HOURS_OF_DAY + hour
    return World(
        seed=seed,
        account=account,
        value=value,
        hour=hour,
        content=np.where(queries[value] | ~together, -1, on),
        sorts=tuple(drawn.sorts),
        is_query=queries,
        blocked=blocked,
        planted=np.concatenate(planted),
        blocked_hour=drawn.blocked_hour,
    )
