"""States of a change of who may log in as what."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class StaffChangeState(StrEnum):
    """Where a change stands that one admin asked for."""

    #: Waits for another admin.
    PROPOSED = "proposed"
    #: Another admin agreed, or there was none; it holds.
    MADE = "made"
    #: An admin refused it, or whoever asked took it back.
    REFUSED = "refused"
    #: Nobody looked at it in time.
    LAPSED = "lapsed"


class StaffChangeEvent(StrEnum):
    """What happens to a change."""

    #: It was agreed to.
    AGREED = "agreed"
    #: It was refused or taken back.
    REFUSED = "refused"
    #: Its time was over.
    EXPIRED = "expired"


STAFF_CHANGE_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (StaffChangeState.PROPOSED, StaffChangeEvent.AGREED): StaffChangeState.MADE,
    (StaffChangeState.PROPOSED, StaffChangeEvent.REFUSED): StaffChangeState.REFUSED,
    (StaffChangeState.PROPOSED, StaffChangeEvent.EXPIRED): StaffChangeState.LAPSED,
}
