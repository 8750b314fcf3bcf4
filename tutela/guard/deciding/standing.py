"""Confirmed accounts and content: what each is, and whom it is kept apart from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tutela.guard.asking import Item, ItemKind, Reason, Surface, Verdict, Viewer
from tutela.guard.deciding.listing import strictest
from tutela.guard.snapshot import Named

#: A verdict and why, before they are weighed.
Ground = tuple[Verdict, Reason]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one account or piece of content; whoever has one is flagged."""

    verdicts: Mapping[Surface, Verdict]
    networks: frozenset[str]


_NOTHING = Standing(verdicts={}, networks=frozenset())


@dataclass(frozen=True, slots=True)
class Standings:
    """All that are named, by kind and id."""

    named: tuple[Named, ...]
    _known: Mapping[tuple[ItemKind, str], Standing] = field(repr=False)

    def grounds(self, item: Item, *, surface: Surface, viewer: Viewer | None) -> list[Ground]:
        """What speaks against an account or a piece of content, on a surface, for a viewer."""
        own = self._of(item.value, kind=item.kind)
        author = (
            self._of(item.author, kind=ItemKind.ACCOUNT) if item.kind is ItemKind.CONTENT else None
        )
        found = []
        if own is not None and surface in own.verdicts:
            found.append((own.verdicts[surface], Reason.CONFIRMED))
        if author is not None and surface in author.verdicts:
            found.append((author.verdicts[surface], Reason.AUTHOR_CONFIRMED))
        if surface is Surface.RECOMMENDATION and viewer is not None:
            found += self._between(item, standings=[own, author], viewer=viewer)
        return found

    def _between(
        self, item: Item, *, standings: Sequence[Standing | None], viewer: Viewer
    ) -> list[Ground]:
        """What keeps viewer and item apart: one network, or a minor on either side."""
        flagged = [standing for standing in standings if standing is not None]
        seeing = self._of(viewer.account_id, kind=ItemKind.ACCOUNT)
        networks = (seeing or _NOTHING).networks
        found = []
        if any(networks & standing.networks for standing in flagged):
            found.append((Verdict.BLOCK, Reason.SAME_NETWORK))
        if (viewer.minor and flagged) or (item.minor and seeing is not None):
            found.append((Verdict.BLOCK, Reason.MINOR_PROTECTED))
        return found

    def _of(self, id_: str | None, *, kind: ItemKind) -> Standing | None:
        return None if id_ is None else self._known.get((kind, id_))


def standings(named: tuple[Named, ...]) -> Standings:
    """What is named, entries of one account or piece of content together."""
    by_id: defaultdict[tuple[ItemKind, str], list[Named]] = defaultdict(list)
    for each in named:
        by_id[each.kind, each.id].append(each)
    return Standings(named=named, _known={key: _standing(held) for key, held in by_id.items()})


def _standing(held: Sequence[Named]) -> Standing:
    verdicts: dict[Surface, Verdict] = {}
    for each in held:
        for surface in each.surfaces or Surface:
            verdicts[surface] = strictest((each.verdict, verdicts.get(surface, Verdict.ALLOW)))
    networks = frozenset(each.network for each in held if each.network is not None)
    return Standing(verdicts=verdicts, networks=networks)
