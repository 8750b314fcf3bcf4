"""A snapshot in memory, and what it says of items."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

import structlog

from tutela.detection.terms.term import RefusedTerm
from tutela.guard.asking import ALLOWED, Item, ItemKind, Reason, Result, Surface, Verdict, Viewer
from tutela.guard.deciding.glancing import LEADS, LISTED, SHUT, Quick, plain, quick
from tutela.guard.deciding.listing import STRICTNESS, Listing, listing
from tutela.guard.deciding.standing import Ground, Standings, standings
from tutela.guard.snapshot import Mode, Snapshot

_WORDS: Final = frozenset({ItemKind.TEXT, ItemKind.TAG})
#: Why content is not allowed, by why one of its tags is not.
_CARRIED: Final[dict[Reason | None, Reason]] = {
    Reason.LISTED: Reason.CARRIES_LISTED,
    Reason.UNAVAILABLE: Reason.UNAVAILABLE,
}


def unknown(surface: Surface, *, fail_closed: Collection[Surface]) -> Result:
    """What becomes of an item that nothing is known of: `block` where the surface fails closed."""
    verdict = Verdict.BLOCK if surface in fail_closed else Verdict.ALLOW
    return Result(verdict=verdict, reason=Reason.UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Decider:
    """One snapshot, ready to be asked; threads may share it, and it keeps no question."""

    snapshot: Snapshot
    _listing: Listing = field(repr=False)
    _standings: Standings = field(repr=False)
    _quick: Mapping[Surface, Quick] = field(repr=False)

    @property
    def version(self) -> int:
        """Of the snapshot."""
        return self.snapshot.version

    @property
    def published_at(self) -> datetime:
        """When the snapshot was published."""
        return self.snapshot.published_at

    @property
    def refused(self) -> tuple[RefusedTerm, ...]:
        """Texts that can't be looked for, by their place in the snapshot, and why."""
        return self._listing.refused

    def is_canary(self, text: str) -> bool:
        """Whether the text stands for a version, and for nothing that anybody listed."""
        return plain(text) in self.snapshot.canaries

    def verdict(self, surface: Surface, text: str) -> Result:
        """What becomes of one query, completion or tag; the same as `results` says of it."""
        try:
            found = self._quick[surface](text)
        except Exception:  # noqa: BLE001 - said by the whole look, if that can't look at it either
            found = None
        return found if found is not None else self._words([text], surface=surface)[0]

    def results(
        self, surface: Surface, items: Sequence[Item], *, viewer: Viewer | None = None
    ) -> list[Result]:
        """What becomes of each item, in order, without help; raises for none of them."""
        if self._is_shut(surface):
            return [SHUT] * len(items)
        asked = [_texts(item) for item in items]
        words = iter(self._words([text for each in asked for text in each], surface=surface))
        results = []
        for item, texts in zip(items, asked, strict=True):
            own = list(islice(words, len(texts)))
            if item.kind in _WORDS:
                results += own
            else:
                known = self._standings.grounds(item, surface=surface, viewer=viewer)
                results.append(_weighed([*known, *_carried(own)]))
        return results

    def _words(self, texts: Sequence[str], *, surface: Surface) -> list[Result]:
        """Of each text alone."""
        if self._is_shut(surface):
            return [SHUT] * len(texts)
        try:
            return self._looked_at(texts, surface=surface)
        except Exception as error:  # noqa: BLE001 - what could not be looked at is said, in any case
            if len(texts) > 1:
                return [self._words([text], surface=surface)[0] for text in texts]
            structlog.get_logger(__name__).error("guard_search_failed", error=type(error).__name__)
            return [unknown(surface, fail_closed=self.snapshot.switches.fail_closed)]

    def _looked_at(self, texts: Sequence[str], *, surface: Surface) -> list[Result]:
        """Each at a glance, and those as a whole of which that says nothing."""
        found = list(map(self._quick[surface], texts))
        open_ = [text for text, result in zip(texts, found, strict=True) if result is None]
        looked = iter(self._whole(open_, surface=surface) if open_ else ())
        return [next(looked) if result is None else result for result in found]

    def _whole(self, texts: Sequence[str], *, surface: Surface) -> list[Result]:
        found = [LISTED[verdict] for verdict in self._listing.verdicts(texts, surface=surface)]
        if surface is Surface.TYPEAHEAD:
            allowed = [at for at, result in enumerate(found) if result is ALLOWED]
            leads = self._listing.leading([texts[at] for at in allowed])
            for at, is_leading in zip(allowed, leads, strict=True):
                found[at] = LEADS if is_leading else ALLOWED
        return found

    def _is_shut(self, surface: Surface) -> bool:
        return self.snapshot.switches.modes.get(surface) is Mode.SHUT


def decider(snapshot: Snapshot, *, before: Decider | None = None) -> Decider:
    """A decider of the snapshot; what did not change is taken over from the one before."""
    texts = before._listing if before else None  # noqa: SLF001 - of its own kind
    named = before._standings if before else None  # noqa: SLF001 - of its own kind
    held = texts if texts and texts.texts == snapshot.texts else listing(snapshot.texts)
    return Decider(
        snapshot=snapshot,
        _listing=held,
        _standings=named if named and named.named == snapshot.named else standings(snapshot.named),
        _quick={each: quick(held, snapshot=snapshot, surface=each) for each in Surface},
    )


def _texts(item: Item) -> tuple[str, ...]:
    """What of the item is looked at as words."""
    if item.kind in _WORDS:
        return (item.value,)
    return item.tags if item.kind is ItemKind.CONTENT else ()


def _carried(tags: Iterable[Result]) -> Iterator[Ground]:
    """What speaks against content by its tags."""
    for tag in tags:
        if tag.reason in _CARRIED:
            yield tag.verdict, _CARRIED[tag.reason]


def _weighed(grounds: Iterable[Ground]) -> Result:
    """The strictest ground, the first among those; allowed where nothing speaks against."""
    found = max(grounds, key=lambda ground: STRICTNESS[ground[0]], default=None)
    if found is None or (found[0] is Verdict.ALLOW and found[1] is not Reason.UNAVAILABLE):
        return ALLOWED
    return Result(verdict=found[0], reason=found[1])
