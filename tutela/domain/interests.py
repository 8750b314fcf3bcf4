"""A conflict of interest: what somebody of the staff says that they are too near to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class InterestKind(StrEnum):
    """How near somebody is to an account or a subject."""

    #: It is their own, or of their household.
    OWN = "own"
    #: They know who it is.
    KNOWN = "known"


class InterestState(StrEnum):
    """Whether somebody is kept from what they said that they are too near to."""

    #: They are; a case about it is not there for them.
    HOLDS = "holds"
    #: Another person said that there is no reason any more.
    ENDED = "ended"


class InterestEvent(StrEnum):
    """What happens to what somebody declared."""

    #: Another person said that there is no reason any more; whoever declared it can't.
    ENDED = "ended"


INTEREST_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (InterestState.HOLDS, InterestEvent.ENDED): InterestState.ENDED,
}
