"""The port that every detector stands behind, and what it is given."""

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from tutela.domain.signals import Signal

#: By which door cases of detectors come in.
DOOR: Final = "detection"


class Hashes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hashes of one medium, in hex as they came; none of them is required."""

    pdq: str | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at: a text, hashes of a medium, or both. Tutela never sees the medium."""

    surface: str
    text: str | None = None
    hashes: Hashes | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()


class Examples(msgspec.Struct, frozen=True, kw_only=True):
    """What a detector brings to show itself: items it must match, and items it must not."""

    matching: tuple[Item, ...]
    clean: tuple[Item, ...]


class Detector(Protocol):
    """Looks at items, and never acts. A contract suite runs every implementation."""

    @property
    def name(self) -> str: ...

    def examples(self) -> Examples:
        """Neutral items that show what it finds; feeds demo, tests and docs."""
        ...

    def look(self, items: Sequence[Item]) -> list[Signal]:
        """A signal for each item, in order; computes only, and never raises for an item.

        An item that has nothing for this detector to look at gives `no_match`; one that could not
        be looked at gives `unavailable` with its reason.
        """
        ...
