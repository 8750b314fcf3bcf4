"""What a second person must look at: cases opened without the right, and unusual browsing."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class OversightKind(StrEnum):
    """Why a second person looks; none of them says that somebody did wrong."""

    #: Somebody opened a case without the right, for a written reason.
    GLASS = "glass"
    #: Somebody opened many cases that they neither held nor decided.
    MANY_CASES = "many_cases"
    #: Somebody looked at one subject again and again without deciding about it.
    ONE_SUBJECT = "one_subject"
    #: Somebody looked at many cases at night.
    AT_NIGHT = "at_night"


class OversightState(StrEnum):
    """Whether a second person has looked."""

    #: Nobody has.
    OPEN = "open"
    #: Somebody has, and said what it was.
    LOOKED_AT = "looked_at"


class OversightEvent(StrEnum):
    """What happens to something that a second person must look at."""

    #: A second person looked.
    LOOKED_AT = "looked_at"


class OversightFinding(StrEnum):
    """What the second person found."""

    #: There was a reason for it.
    IN_ORDER = "in_order"
    #: There was none that holds; what follows from that is decided elsewhere, by people.
    NOT_IN_ORDER = "not_in_order"


OVERSIGHT_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (OversightState.OPEN, OversightEvent.LOOKED_AT): OversightState.LOOKED_AT,
}
