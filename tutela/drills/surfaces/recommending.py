"""A co-engagement recommender: what those engaged with who engaged with the same.

Item-based nearest neighbours by cosine over sparse engagement: for items i and j with the people
U_i and U_j, similarity = |U_i and U_j| / sqrt(|U_i| |U_j|); a person's score of j is its sum over
the items that the person engaged with (Sarwar et al., WWW 2001).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

ITEMS_MAX: Final = 20
#: Of an item, the newest people that count: an item that everybody likes says little of anybody.
PEOPLE_COUNTED: Final = 100


class CoEngagement:
    """Who engaged with what; items are of one kind, posts or accounts."""

    def __init__(self) -> None:
        self._items: dict[str, dict[str, None]] = defaultdict(dict)
        self._people: dict[str, dict[str, None]] = defaultdict(dict)

    def engage(self, account: str, *, item: str) -> None:
        """The account engaged with the item; twice is as once."""
        self._items[account][item] = None
        self._people[item][account] = None

    def engaged(self, account: str) -> list[str]:
        """What the account engaged with, in that order."""
        return list(self._items.get(account, ()))

    def for_account(self, account: str, *, limit: int = ITEMS_MAX) -> list[str]:
        """Items that the account did not engage with yet, the best first."""
        return self.like(self.engaged(account), limit=limit)

    def like(self, items: Iterable[str], *, limit: int = ITEMS_MAX) -> list[str]:
        """The items most alike to these, none of them among these."""
        given = dict.fromkeys(items)
        scores: dict[str, float] = defaultdict(float)
        for item in given:
            self._add_scores(scores, item=item)
        ranked = sorted(scores.items(), key=lambda each: (-each[1], each[0]))
        return [item for item, _ in ranked if item not in given][:limit]

    def _add_scores(self, scores: dict[str, float], *, item: str) -> None:
        people = list(self._people.get(item, ()))[-PEOPLE_COUNTED:]
        shared = Counter(other for person in people for other in self._items[person])
        for other, count in shared.items():
            both = len(people) * len(self._people[other])
            scores[other] += count / math.sqrt(both)
