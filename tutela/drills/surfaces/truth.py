"""What a page of a world must not show, by what is planted in it and by nothing else."""

from enum import StrEnum
from typing import Final

from tutela.drills.surfaces.adapters import Page, Shown
from tutela.drills.surfaces.holding import plain_tag
from tutela.drills.surfaces.world import World
from tutela.guard.asking import ItemKind, Surface


class Leak(StrEnum):
    """What a page shows that it must not."""

    #: A completion or a tag beside others, as it is listed.
    LISTED = "listed"
    #: Content under a listed tag.
    CARRIES_LISTED = "carries_listed"
    #: A confirmed account.
    CONFIRMED_ACCOUNT = "confirmed_account"
    #: Confirmed content.
    CONFIRMED_CONTENT = "confirmed_content"
    #: Content by a confirmed author.
    CONFIRMED_AUTHOR = "confirmed_author"
    #: One member of a network, or what it wrote, to another.
    SAME_NETWORK = "same_network"
    #: A flagged account, or what it wrote, to a minor.
    FLAGGED_TO_MINOR = "flagged_to_minor"
    #: A minor, or what it wrote, to a flagged account.
    MINOR_TO_FLAGGED = "minor_to_flagged"


#: What nobody asked for by its name.
_OFFERED: Final = frozenset({Surface.TYPEAHEAD, Surface.RECOMMENDATION})


class Truth:
    """The planted truth of one world, ready to judge pages."""

    def __init__(self, world: World) -> None:
        words, self._planted = world.vocabulary, world.planted
        self._listed = frozenset(map(plain_tag, (*words.planted_tags, *words.planted_queries)))
        self._flagged = world.planted.flagged
        self._planted_posts = world.planted.posts | world.planted.content
        self._ordinary = frozenset((*words.tags, *words.queries))
        self._network = {
            member: network
            for network, members in world.planted.networks.items()
            for member in members
        }

    def leaks(self, page: Page, *, surface: Surface, viewer: str | None = None) -> list[Leak]:
        """One line for each thing that must not be there, by the first reason that holds."""
        beside = [Leak.LISTED for tag in page.related if plain_tag(tag) in self._listed]
        found = [self._leak(each, surface=surface, viewer=viewer) for each in page.results]
        return beside + [each for each in found if each is not None]

    def benign(self, page: Page) -> list[str]:
        """What of the page is nobody's plant, for somebody who is no plant either."""
        shown = [each.value for each in page.results if self._is_benign(each)]
        return shown + [tag for tag in page.related if tag in self._ordinary]

    def _is_benign(self, shown: Shown) -> bool:
        match shown.kind:
            case ItemKind.CONTENT:
                return shown.value not in self._planted_posts
            case ItemKind.ACCOUNT:
                return shown.value not in self._flagged
            case _:
                return shown.value in self._ordinary

    def _leak(self, shown: Shown, *, surface: Surface, viewer: str | None) -> Leak | None:
        reasons = self._of_words(shown)
        if shown.kind is not ItemKind.TEXT:
            reasons += self._of_names(shown, surface=surface)
        if surface is Surface.RECOMMENDATION and viewer is not None:
            reasons += self._of_viewer(shown, viewer=viewer)
        return next(iter(reasons), None)

    def _of_words(self, shown: Shown) -> list[Leak]:
        if shown.kind is ItemKind.TEXT:
            return [Leak.LISTED] if plain_tag(shown.value) in self._listed else []
        carries = any(plain_tag(tag) in self._listed for tag in shown.tags)
        return [Leak.CARRIES_LISTED] if carries else []

    def _of_names(self, shown: Shown, *, surface: Surface) -> list[Leak]:
        planted = self._planted
        hidden = planted.blocked_accounts
        if surface in _OFFERED:
            hidden |= planted.demoted_accounts
        is_author = surface is Surface.RECOMMENDATION and shown.author in hidden
        return _where(
            (Leak.CONFIRMED_ACCOUNT, shown.value in hidden),
            (Leak.CONFIRMED_CONTENT, shown.value in planted.content),
            (Leak.CONFIRMED_AUTHOR, is_author),
        )

    def _of_viewer(self, shown: Shown, *, viewer: str) -> list[Leak]:
        who = shown.author or shown.value
        planted, network = self._planted, self._network.get(viewer)
        return _where(
            (Leak.SAME_NETWORK, network is not None and self._network.get(who) == network),
            (Leak.FLAGGED_TO_MINOR, viewer in planted.minors and who in self._flagged),
            (Leak.MINOR_TO_FLAGGED, viewer in self._flagged and who in planted.minors),
        )


def _where(*found: tuple[Leak, bool]) -> list[Leak]:
    return [leak for leak, holds in found if holds]
