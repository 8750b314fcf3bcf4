"""Completions: what many people looked for, by how it begins."""

from bisect import bisect_left, insort
from collections import Counter
from typing import Final

from tutela.drills.surfaces.holding import plain

COMPLETIONS_MAX: Final = 10
#: Below it nothing is suggested.
TYPED_MIN: Final = 2


class Completions:
    """Queries with how often each was asked."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()
        self._sorted: list[str] = []

    def add(self, query: str, *, times: int = 1) -> None:
        """The query was asked so many times more."""
        key = plain(query)
        if key not in self._asked:
            insort(self._sorted, key)
        self._asked[key] += times

    def find(self, typed: str, *, limit: int = COMPLETIONS_MAX) -> list[str]:
        """The most asked queries that begin so, the most asked first."""
        beginning = plain(typed)
        if len(beginning) < TYPED_MIN:
            return []
        at, found = bisect_left(self._sorted, beginning), list[str]()
        while at < len(self._sorted) and self._sorted[at].startswith(beginning):
            found.append(self._sorted[at])
            at += 1
        return sorted(found, key=lambda each: (-self._asked[each], each))[:limit]
