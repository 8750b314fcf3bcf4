"""What a detector says of one item: match, no match, or that it can't tell."""

from enum import StrEnum
from typing import Annotated

import msgspec

#: PDQ hashes have 256 bits.
DISTANCE_MAX_BITS = 256


class Result(StrEnum):
    """What a detector came to. Unknown is not clean: whoever reads it has three cases."""

    #: Something that it looks for is there.
    MATCH = "match"
    #: It looked, and nothing that it looks for is there.
    NO_MATCH = "no_match"
    #: It could not look: nothing is known of the item.
    UNAVAILABLE = "unavailable"


class Match(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found: an entry of a list by its id, never the entry itself."""

    list: str
    entry: str
    #: The version of the list that was looked at.
    version: int
    #: Of a hash that tolerates differences: bits that differ.
    distance: Annotated[int, msgspec.Meta(ge=0, le=DISTANCE_MAX_BITS)] | None = None
    tags: tuple[str, ...] = ()


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one detector says of one item."""

    detector: str
    result: Result
    matches: tuple[Match, ...] = ()
    #: Why it could not look: a code, never words of the item.
    why: str | None = None

    @property
    def is_clean(self) -> bool:
        """Whether it looked and found nothing."""
        return self.result is Result.NO_MATCH


def together(signals: tuple[Signal, ...]) -> Result:
    """What several detectors say together: a match beats what is unknown, which beats no match.

    Without any detector nothing is known.
    """
    results = {signal.result for signal in signals}
    if Result.MATCH in results:
        return Result.MATCH
    if results == {Result.NO_MATCH}:
        return Result.NO_MATCH
    return Result.UNAVAILABLE
