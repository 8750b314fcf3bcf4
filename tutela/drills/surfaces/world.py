"""A seeded world of random tokens for the four surfaces, and what is planted in it.

Words are drawn letter by letter and stand for nothing. What is planted is reachable on every
surface while nobody guards it: posts carry it beside ordinary tags, people ask for it, and ordinary
people are led to it by what they engage with.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tutela.drills.surfaces.holding import Account, Post
from tutela.drills.surfaces.platform import Platform

_CONSONANTS: Final = "bcdfghjklmnprstvwz"
_VOWELS: Final = "aeiou"
LETTERS_MIN: Final = 8
LETTERS_MAX: Final = 12
QUERY_WORDS_MAX: Final = 3
#: How many ordinary words begin as a planted one, and how far.
NEAR_SHARE: Final = 0.1
NEAR_LETTERS: Final = 5
#: Tags and queries that one group of people shares.
COMMUNITY_TAGS: Final = 8
POSTS_PER_TAG: Final = 3
ENGAGEMENTS: Final = 8
#: Of ordinary accounts: the minors, and those who once engaged with what is planted.
MINOR_SHARE: Final = 0.15
STRAYED_SHARE: Final = 0.2
NETWORK_MEMBERS: Final = 12
#: Of the world that is served where none is chosen.
SEED: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything."""

    accounts: int = 300
    tags: int = 100
    queries: int = 100
    planted_tags: int = 20
    planted_queries: int = 20
    #: Confirmed accounts, half of them demoted alone; and confirmed posts of ordinary people.
    confirmed: int = 20
    networks: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The tokens of a world; no two are the same."""

    tags: tuple[str, ...]
    queries: tuple[str, ...]
    planted_tags: tuple[str, ...]
    planted_queries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """The truth about who and what is planted, by the platform's ids."""

    #: Accounts that nobody may be led to, and those that are demoted alone.
    blocked_accounts: frozenset[str]
    demoted_accounts: frozenset[str]
    content: frozenset[str]
    #: Posts that carry what is planted, in any spelling, and others of those who are named.
    posts: frozenset[str]
    #: Each network's members, who are kept apart from each other.
    networks: Mapping[str, tuple[str, ...]]
    minors: frozenset[str]

    @property
    def flagged(self) -> frozenset[str]:
        """The accounts that are named in any way."""
        members = (member for network in self.networks.values() for member in network)
        return self.blocked_accounts | self.demoted_accounts | frozenset(members)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A platform with what is planted in it."""

    platform: Platform
    vocabulary: Vocabulary
    planted: Planted


def vocabulary(size: Size, *, seed: int) -> Vocabulary:
    """The tokens of the world of this seed: tags of one word, queries of one to three.

    Some ordinary words begin as a planted one does; none is one.
    """
    chance = random.Random(f"words {seed}")
    drawn: set[str] = set()

    def tokens(count: int, *, words_max: int, near: Sequence[str] = ()) -> tuple[str, ...]:
        found: list[str] = []
        while len(found) < count:
            words = [_word(chance, near=near) for _ in range(chance.randint(1, words_max))]
            if drawn.isdisjoint(words):
                drawn.update(words)
                found.append(" ".join(words))
        return tuple(found)

    planted_tags = tokens(size.planted_tags, words_max=1)
    planted_queries = tokens(size.planted_queries, words_max=QUERY_WORDS_MAX)
    near = sorted(drawn)
    return Vocabulary(
        tags=tokens(size.tags, words_max=1, near=near),
        queries=tokens(size.queries, words_max=QUERY_WORDS_MAX, near=near),
        planted_tags=planted_tags,
        planted_queries=planted_queries,
    )


def make_world(
    size: Size, *, seed: int, spellings: Mapping[str, Sequence[str]] | None = None
) -> World:
    """The world of this seed; each planted token is written in each of its other spellings too."""
    made = _Making(
        size=size,
        words=vocabulary(size, seed=seed),
        chance=random.Random(f"world {seed}"),
        spellings=spellings or {},
    )
    made.people()
    made.ordinary_posts()
    made.planted_posts()
    made.ordinary_life()
    made.planted_life()
    return World(platform=made.platform, vocabulary=made.words, planted=made.planted())


def _word(chance: random.Random, *, near: Sequence[str]) -> str:
    length = chance.randint(LETTERS_MIN, LETTERS_MAX)
    word = "".join(chance.choice((_CONSONANTS, _VOWELS)[at % 2]) for at in range(length))
    if near and chance.random() < NEAR_SHARE:
        return chance.choice(near)[:NEAR_LETTERS] + word[NEAR_LETTERS:]
    return word


@dataclass
class _Making:
    size: Size
    words: Vocabulary
    chance: random.Random
    spellings: Mapping[str, Sequence[str]]
    platform: Platform = field(default_factory=Platform)
    ordinary: list[str] = field(default_factory=list)
    minors: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    networks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Posts of each community, and those of planted tokens by their authors.
    communities: list[list[str]] = field(default_factory=list)
    confirmed_posts: list[str] = field(default_factory=list)
    ring_posts: dict[str, list[str]] = field(default_factory=dict)

    def people(self) -> None:
        for number in range(self.size.accounts):
            is_minor = self.chance.random() < MINOR_SHARE
            self._join(f"account-{number}", minor=is_minor)
            (self.minors if is_minor else self.ordinary).append(f"account-{number}")
        for number in range(self.size.confirmed):
            self.confirmed.append(self._join(f"confirmed-{number}"))
        for network in range(self.size.networks):
            members = tuple(
                self._join(f"member-{network}-{number}") for number in range(NETWORK_MEMBERS)
            )
            self.networks[f"network-{network}"] = members

    def ordinary_posts(self) -> None:
        """Three posts a tag, in communities that share tags and queries."""
        tags, queries = self.words.tags, self.words.queries
        for begin in range(0, len(tags), COMMUNITY_TAGS):
            near = tags[begin : begin + COMMUNITY_TAGS]
            asked = queries[begin::COMMUNITY_TAGS][: len(near)] or queries
            posts = [
                self._post(text=self.chance.choice(asked), tags=(tag, self.chance.choice(near)))
                for tag in near
                for _ in range(POSTS_PER_TAG)
            ]
            self.communities.append(posts)
        for query in queries:
            self.chance.choice(self.communities).append(
                self._post(text=query, tags=(self.chance.choice(tags),))
            )
            self.platform.completions.add(query, times=self.chance.randint(1, 100))

    def planted_posts(self) -> None:
        """A post for each planted token, one by an ordinary account for each other spelling.

        Who is named also publishes what is like everybody's.
        """
        members = [member for network in self.networks.values() for member in network]
        known, unknown = members + self.confirmed, self.ordinary
        for token in (*self.words.planted_tags, *self.words.planted_queries):
            self._plant(token, author=self.chance.choice(known))
            for spelled in self.spellings.get(token, ()):
                self._plant(spelled, author=self.chance.choice(unknown))
        for author in known:
            self._note(self.chance.choice(self.words.queries), tags=(), author=author)

    def ordinary_life(self) -> None:
        """People engage with posts of one community; some stray to what is planted."""
        ring = [post for posts in self.ring_posts.values() for post in posts]
        for account in (*self.ordinary, *self.minors):
            near = self.chance.choice(self.communities)
            for post in self.chance.sample(near, k=min(ENGAGEMENTS, len(near))):
                self.platform.engage(account, post=post)
            if self.chance.random() < STRAYED_SHARE:
                for post in self.chance.sample(ring, k=min(2, len(ring))):
                    self.platform.engage(account, post=post)

    def planted_life(self) -> None:
        """Who is planted engages with each other's posts, and with minors and ordinary people."""
        content = [post for each in self.communities for post in each]
        for network in (*self.networks.values(), tuple(self.confirmed)):
            own = [post for member in network for post in self.ring_posts.get(member, ())]
            for member in network:
                for post in self.chance.sample(own, k=min(ENGAGEMENTS, len(own))):
                    self.platform.engage(member, post=post)
                for post in self.chance.sample(content, k=min(ENGAGEMENTS, len(content))):
                    self.platform.engage(member, post=post)
                for other in self.chance.sample(network, k=min(3, len(network))):
                    self.platform.follow(member, other=other)
                for minor in self.chance.sample(self.minors, k=min(2, len(self.minors))):
                    self.platform.follow(member, other=minor)
                    self.platform.follow(minor, other=self.chance.choice(network))
        self.confirmed_posts = self.chance.sample(content, k=min(self.size.confirmed, len(content)))

    def planted(self) -> Planted:
        half = len(self.confirmed) // 2
        return Planted(
            blocked_accounts=frozenset(self.confirmed[half:]),
            demoted_accounts=frozenset(self.confirmed[:half]),
            content=frozenset(self.confirmed_posts),
            posts=frozenset(post for posts in self.ring_posts.values() for post in posts),
            networks=self.networks,
            minors=frozenset(self.minors),
        )

    def _join(self, name: str, *, minor: bool | None = None) -> str:
        self.platform.join(Account(id=name, minor=minor))
        return name

    def _post(self, *, text: str, tags: tuple[str, ...], author: str | None = None) -> str:
        name = f"post-{len(self.platform.posts)}"
        by = author or self.chance.choice(self.ordinary + self.minors)
        unlike = tuple(dict.fromkeys(tags))
        self.platform.publish(Post(id=name, author=by, text=text, tags=unlike))
        return name

    def _plant(self, token: str, *, author: str) -> None:
        self._note(token, tags=(token,), author=author)
        self.platform.completions.add(token, times=self.chance.randint(1, 100))

    def _note(self, text: str, *, tags: tuple[str, ...], author: str) -> None:
        beside = self.chance.choice(self.words.tags)
        post = self._post(text=text, tags=(*tags, beside), author=author)
        self.ring_posts.setdefault(author, []).append(post)
