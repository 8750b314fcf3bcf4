"""The four surfaces with the guard in front, as a platform's own engineers would write them.

Each asks once for all that it is about to show. `block` is a page without results and with help,
and there is no way round it; `restrict` is shown to who asks for it by name, and is neither
suggested nor recommended.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from tutela.drills.surfaces.asking import Asking
from tutela.drills.surfaces.platform import Platform
from tutela.guard.asking import (
    GuardAsked,
    Help,
    Item,
    ItemKind,
    Result,
    Surface,
    Verdict,
    Viewer,
)


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing on a page."""

    kind: ItemKind
    value: str
    author: str | None = None
    tags: tuple[str, ...] = ()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a surface answers; a blocked one has no results."""

    results: tuple[Shown, ...] = ()
    #: Tags that are offered beside the results.
    related: tuple[str, ...] = ()
    blocked: bool = False
    help: Help | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who looks, where the platform knows it."""

    account_id: str | None = None
    country: str | None = None
    language: str | None = None


STRANGER = Visit()


class Surfaces:
    """Search, completions, tag pages and recommendations of one platform."""

    def __init__(self, platform: Platform, *, guards: Mapping[Surface, Asking]) -> None:
        self.platform = platform
        self.guards = dict(guards)
        #: How often each answer was got: surface, verdict, reason; never of what.
        self.told: Counter[tuple[str, str, str]] = Counter()

    async def search(self, query: str, *, visit: Visit = STRANGER) -> Page:
        """Posts that hold the words, and the account of that name."""
        found = [*self._named(query), *self.platform.search.find(query)]
        asked = [Item(kind=ItemKind.TEXT, value=query), *(self._item(each) for each in found)]
        first, *results = await self._ask(Surface.SEARCH, items=asked, visit=visit)
        if first.verdict is Verdict.BLOCK:
            return Page(blocked=True, help=first.help)
        return Page(results=tuple(self._shown(each) for each in _unblocked(found, results=results)))

    async def typeahead(self, typed: str, *, visit: Visit = STRANGER) -> Page:
        """What others looked for that begins so."""
        found = self.platform.completions.find(typed)
        asked = [Item(kind=ItemKind.TEXT, value=each) for each in (typed, *found)]
        first, *results = await self._ask(Surface.TYPEAHEAD, items=asked, visit=visit)
        if first.verdict is Verdict.BLOCK:
            return Page(blocked=True, help=first.help)
        offered = _allowed(found, results=results)
        return Page(results=tuple(Shown(kind=ItemKind.TEXT, value=each) for each in offered))

    async def hashtag(self, tag: str, *, visit: Visit = STRANGER) -> Page:
        """The newest posts under the tag, and the tags beside it."""
        posts, related = self.platform.tags.posts(tag), self.platform.tags.related(tag)
        asked = [
            Item(kind=ItemKind.TAG, value=tag),
            *(self._item(each) for each in posts),
            *(Item(kind=ItemKind.TAG, value=each) for each in related),
        ]
        first, *results = await self._ask(Surface.HASHTAG, items=asked, visit=visit)
        if first.verdict is Verdict.BLOCK:
            return Page(blocked=True, help=first.help)
        shown = _unblocked(posts, results=results[: len(posts)])
        offered = _allowed(related, results=results[len(posts) :])
        return Page(results=tuple(self._shown(each) for each in shown), related=tuple(offered))

    async def recommendation(self, *, visit: Visit = STRANGER) -> Page:
        """What to see and whom to follow next, for one person."""
        viewer = visit.account_id or ""
        found = [*self.platform.content.for_account(viewer), *self._people(viewer)]
        asked = [self._item(each) for each in found]
        if not asked:
            return Page()
        results = await self._ask(Surface.RECOMMENDATION, items=asked, visit=visit)
        return Page(results=tuple(self._shown(each) for each in _allowed(found, results=results)))

    async def more_about(self, topic: str, *, visit: Visit = STRANGER) -> Page:
        """Posts that are recommended to whoever follows a topic."""
        found = self.platform.tags.posts(topic)
        asked = [Item(kind=ItemKind.TAG, value=topic), *(self._item(each) for each in found)]
        first, *results = await self._ask(Surface.RECOMMENDATION, items=asked, visit=visit)
        if first.verdict is not Verdict.ALLOW:
            return Page(blocked=first.verdict is Verdict.BLOCK)
        return Page(results=tuple(self._shown(each) for each in _allowed(found, results=results)))

    async def more_like(self, account_id: str, *, visit: Visit = STRANGER) -> Page:
        """Accounts that are recommended beside an account."""
        found = [account_id, *self.platform.people.like([account_id])]
        asked = [self._item(each) for each in found]
        first, *results = await self._ask(Surface.RECOMMENDATION, items=asked, visit=visit)
        if first.verdict is not Verdict.ALLOW:
            return Page(blocked=first.verdict is Verdict.BLOCK)
        shown = _allowed(found, results=[first, *results])
        return Page(results=tuple(self._shown(each) for each in shown))

    def _named(self, query: str) -> list[str]:
        holds = query in self.platform.accounts or query in self.platform.posts
        return [query] if holds else []

    def _people(self, viewer: str) -> list[str]:
        known = self.platform.accounts
        return (
            [each for each in self.platform.people.for_account(viewer) if each != viewer]
            if (viewer in known)
            else []
        )

    def _item(self, name: str) -> Item:
        """What the guard is told of an account or a post."""
        post = self.platform.posts.get(name)
        if post is None:
            return Item(kind=ItemKind.ACCOUNT, value=name, minor=self._is_minor(name))
        return Item(
            kind=ItemKind.CONTENT,
            value=name,
            author=post.author,
            tags=post.tags,
            minor=self._is_minor(post.author),
        )

    def _shown(self, name: str) -> Shown:
        post = self.platform.posts.get(name)
        if post is None:
            return Shown(kind=ItemKind.ACCOUNT, value=name)
        return Shown(kind=ItemKind.CONTENT, value=name, author=post.author, tags=post.tags)

    def _is_minor(self, account_id: str) -> bool | None:
        account = self.platform.accounts.get(account_id)
        return None if account is None else account.minor

    async def _ask(self, surface: Surface, *, items: Sequence[Item], visit: Visit) -> list[Result]:
        viewer = visit.account_id
        asked = GuardAsked(
            items=tuple(items),
            viewer=None
            if viewer is None
            else Viewer(account_id=viewer, minor=self._is_minor(viewer)),
            country=visit.country,
            language=visit.language,
        )
        answer = await self.guards[surface].ask(surface, asked=asked)
        self.told.update(
            (str(surface), str(each.verdict), str(each.reason or "")) for each in answer.results
        )
        return answer.results


def _unblocked(names: Sequence[str], *, results: Sequence[Result]) -> list[str]:
    paired = zip(names, results, strict=True)
    return [name for name, result in paired if result.verdict is not Verdict.BLOCK]


def _allowed(names: Sequence[str], *, results: Sequence[Result]) -> list[str]:
    paired = zip(names, results, strict=True)
    return [name for name, result in paired if result.verdict is Verdict.ALLOW]
