"""A small search index: the words of posts, inverted."""

from collections import defaultdict
from typing import Final

from tutela.drills.surfaces.holding import Post, plain, plain_tag

RESULTS_MAX: Final = 20


class SearchIndex:
    """Posts by their words and tags; accounts and posts also by their own names."""

    def __init__(self) -> None:
        self._posts: dict[str, list[str]] = defaultdict(list)

    def add(self, post: Post) -> None:
        """The post is found from now on by each of its words and tags."""
        words = [*plain(post.text).split(), *(plain_tag(tag) for tag in post.tags)]
        for word in dict.fromkeys(words):
            self._posts[word].append(post.id)

    def find(self, query: str, *, limit: int = RESULTS_MAX) -> list[str]:
        """The newest posts that hold every word of the query, newest first."""
        words = [word.removeprefix("#") for word in plain(query).split()]
        lists = sorted((self._posts.get(word, []) for word in dict.fromkeys(words)), key=len)
        if not lists:
            return []
        rarest, *others = lists
        held = [set(each) for each in others]
        found = [post for post in reversed(rarest) if all(post in each for each in held)]
        return found[:limit]
