"""Tag pages: the posts under a tag, and the tags that stand beside it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from tutela.drills.surfaces.holding import Post, plain_tag

POSTS_MAX: Final = 20
RELATED_MAX: Final = 8


class TagPages:
    """Posts by tag, and how often two tags stand on one post."""

    def __init__(self) -> None:
        self._posts: dict[str, list[str]] = defaultdict(list)
        self._beside: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, post: Post) -> None:
        """The post stands under each of its tags from now on."""
        tags = list(dict.fromkeys(plain_tag(tag) for tag in post.tags))
        for tag in tags:
            self._posts[tag].append(post.id)
            self._beside[tag].update(other for other in tags if other != tag)

    def posts(self, tag: str, *, limit: int = POSTS_MAX) -> list[str]:
        """The newest posts under the tag, newest first."""
        return self._posts.get(plain_tag(tag), [])[: -limit - 1 : -1]

    def related(self, tag: str, *, limit: int = RELATED_MAX) -> list[str]:
        """The tags that stand most often beside it."""
        beside = self._beside.get(plain_tag(tag), Counter())
        return [name for name, _ in _best(beside.items(), limit=limit)]


def _best(counted: Iterable[tuple[str, int]], *, limit: int) -> list[tuple[str, int]]:
    return sorted(counted, key=lambda each: (-each[1], each[0]))[:limit]
