"""What a synthetic platform posts before somebody reports it: made-up words and random hashes."""

import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from tutela.domain import canonical
from tutela.domain.vocabulary import SubjectKind

#: Made-up words that a list of the drill holds.
TERMS: Final = ("borvante", "quillomar", "tresk nivo", "zandrelio", "pavuquin", "mirolent dask")
#: Made-up words that no list holds yet, though posts say them.
NEW_TERMS: Final = ("velquorin", "tasmo brell")
HASHES_LISTED: Final = 40
#: How often a post says a listed term or a new one, shows a listed hash, shows a medium at all.
TERM_SHARE: Final = 0.04
NEW_TERM_SHARE: Final = 0.02
LISTED_SHARE: Final = 0.02
MEDIUM_SHARE: Final = 0.5
#: Since when an author has been there, at most; most came lately.
OLDEST_DAYS: Final = 900
#: Posts that are remembered, so that none is told twice.
TOLD_MAX: Final = 500
_SEED: Final = "tutela drill: listed hashes"


def listed_hashes() -> Iterator[str]:
    """The SHA-256 in hex that a list of the drill holds; none is of any medium."""
    chance = random.Random(_SEED)
    for _ in range(HASHES_LISTED):
        yield chance.randbytes(32).hex()


class Posts:
    """Tells of the content that is reported next, as a platform does when it is posted."""

    def __init__(self, *, chance: random.Random, clock: Callable[[], datetime]) -> None:
        self._chance = chance
        self._clock = clock
        self._listed = tuple(listed_hashes())
        self._told: deque[str] = deque(maxlen=TOLD_MAX)

    def of(self, subject: Mapping[str, str]) -> list[dict[str, object]]:
        """The events of a post and of its author; none of what is no post, or was told before."""
        if subject["kind"] != SubjectKind.CONTENT or subject["id"] in self._told:
            return []
        self._told.append(subject["id"])
        return [self._author(subject["account_id"]), self._post(subject)]

    def _author(self, account_id: str) -> dict[str, object]:
        age = timedelta(days=self._chance.random() ** 4 * OLDEST_DAYS)
        return {
            "id": f"author-{account_id}",
            "type": "account",
            "at": canonical.timestamp(self._clock()),
            "account_id": account_id,
            "created_at": canonical.timestamp(self._clock() - age),
            "minor": self._chance.choice(("no", "unknown", "unknown", "yes")),
        }

    def _post(self, subject: Mapping[str, str]) -> dict[str, object]:
        post: dict[str, object] = {
            "id": f"post-{subject['id']}",
            "type": "content",
            "at": canonical.timestamp(self._clock()),
            "visibility": "public",
            "content_id": subject["id"],
            "account_id": subject["account_id"],
            "kind": "post",
            "text": " ".join(self._words()),
        }
        if self._chance.random() < MEDIUM_SHARE:
            post["hashes"] = {"sha256": self._hash()}
        return post

    def _words(self) -> Iterator[str]:
        for _ in range(self._chance.randint(3, 14)):
            yield self._chance.randbytes(3).hex()
        if self._chance.random() < TERM_SHARE:
            yield self._chance.choice(TERMS)
        if self._chance.random() < NEW_TERM_SHARE:
            yield self._chance.choice(NEW_TERMS)

    def _hash(self) -> str:
        if self._chance.random() < LISTED_SHARE:
            return self._chance.choice(self._listed)
        return self._chance.randbytes(32).hex()
