"""States of a lead: something that rises with the accounts that used something blocked."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class LeadState(StrEnum):
    """Where a lead stands; none of them has an effect on anything."""

    #: Waits for a person.
    OPEN = "open"
    #: A person found nothing in it.
    DISMISSED = "dismissed"
    #: A person proposed that it be listed; another one decides that.
    PROPOSED = "proposed"
    #: It is listed, whoever proposed it.
    LISTED = "listed"


class LeadEvent(StrEnum):
    """What happens to a lead."""

    #: A person found nothing in it.
    DISMISSED = "dismissed"
    #: A person proposed that it be listed.
    PROPOSED = "proposed"
    #: It is listed.
    LISTED = "listed"
    #: It rises, is not listed, and nobody has judged it for a month.
    RETURNED = "returned"


LEAD_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (LeadState.OPEN, LeadEvent.DISMISSED): LeadState.DISMISSED,
    (LeadState.OPEN, LeadEvent.PROPOSED): LeadState.PROPOSED,
    (LeadState.OPEN, LeadEvent.LISTED): LeadState.LISTED,
    (LeadState.DISMISSED, LeadEvent.LISTED): LeadState.LISTED,
    (LeadState.PROPOSED, LeadEvent.LISTED): LeadState.LISTED,
    (LeadState.DISMISSED, LeadEvent.RETURNED): LeadState.OPEN,
    (LeadState.PROPOSED, LeadEvent.RETURNED): LeadState.OPEN,
    (LeadState.LISTED, LeadEvent.RETURNED): LeadState.OPEN,
}
