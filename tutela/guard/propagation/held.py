"""What the guard of one service holds now: what every surface is held against."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tutela.guard.asking import Item, ItemKind, Surface, Verdict, Viewer
from tutela.guard.deciding import Decider
from tutela.guard.propagation.configured import Asking, Asks
from tutela.guard.snapshot import Mode

#: On which surfaces what is restricted must not be seen either: they show what nobody asked for.
_OFFERING = frozenset({Surface.TYPEAHEAD, Surface.RECOMMENDATION})
_WORDS = frozenset({Asks.TEXT, Asks.TAG})


class Published(msgspec.Struct, frozen=True):
    """A version of the snapshot and when it was published."""

    version: int
    at: datetime


class LiveEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that is live: its id is all that is ever told of it."""

    id: str
    kind: ItemKind
    value: str

    def __repr__(self) -> str:
        return f"<LiveEntry {self.id}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one service's guard holds, as far as one round needs it."""

    #: `TENANT/SERVICE`.
    service: str
    #: The newest first; empty where nothing was ever published.
    versions: tuple[Published, ...]
    modes: dict[Surface, Mode]
    #: The entries of this round: some by chance, and those that a surface did not hold last time.
    entries: tuple[LiveEntry, ...]
    #: Of the newest version; and of one that every surface must know by now, without its words.
    judge: Decider
    settled: Decider | None
    canary: Callable[[int], str]
    #: By what an account or content that must not be shown is named: never by its own id.
    name_of: Callable[[str], str]
    #: What spellings are drawn by, the same for a while.
    lot: str = ""

    @property
    def newest(self) -> int:
        """The version that was published last; 0 for none."""
        return self.versions[0].version if self.versions else 0

    def is_shut(self, surface: Surface) -> bool:
        """Whether the emergency switch shuts the surface."""
        return self.modes.get(surface, Mode.NORMAL) is Mode.SHUT

    def since(self, served: int) -> datetime | None:
        """Since when there is a version that is newer than the one served."""
        later = [each.at for each in self.versions if each.version > served]
        return later[-1] if later else None

    def hides(self, value: str, *, asking: Asking) -> bool:
        """Whether the surface must show nothing for the value."""
        if self.is_shut(asking.surface):
            return True
        kinds = {
            Asks.TEXT: ItemKind.TEXT,
            Asks.TAG: ItemKind.TAG,
            Asks.ACCOUNT: ItemKind.ACCOUNT,
        }
        kind = kinds.get(asking.kind)
        item = None if kind is None else Item(kind=kind, value=value)
        return item is not None and _hides(self.judge, item=item, on=asking.surface)

    def hidden_ids(self, ids: frozenset[str], *, asking: Asking, value: str) -> Iterator[str]:
        """Those of the ids that the surface must not have shown to whoever asked."""
        viewer = Viewer(account_id=value) if asking.kind is Asks.VIEWER else None
        judges = (self.judge, self.settled)
        for each in sorted(ids) if self.settled is not None else ():
            items = [Item(kind=kind, value=each) for kind in (ItemKind.ACCOUNT, ItemKind.CONTENT)]
            if any(
                all(
                    judge and _hides(judge, item=item, on=asking.surface, viewer=viewer)
                    for judge in judges
                )
                for item in items
            ):
                yield each


def _hides(judge: Decider, *, item: Item, on: Surface, viewer: Viewer | None = None) -> bool:
    verdict = judge.results(on, [item], viewer=viewer)[0].verdict
    return verdict is Verdict.BLOCK or (verdict is Verdict.RESTRICT and on in _OFFERING)


def fits(entry: LiveEntry, *, asking: Asking) -> bool:
    """Whether the surface can be asked for the entry."""
    if asking.kind in _WORDS:
        return entry.kind in (ItemKind.TEXT, ItemKind.TAG)
    return entry.kind is ItemKind.ACCOUNT
