"""What people ask of lists of hashes and terms together, and how that ends."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class ListProposalState(StrEnum):
    """Where what was asked of a list stands."""

    #: Somebody asked for it; another person has not agreed yet. Nothing of it is looked for.
    PROPOSED = "proposed"
    #: Another person agreed, and it was done in the same breath.
    DONE = "done"
    #: Another person did not agree to it.
    REJECTED = "rejected"
    #: Nobody agreed in time.
    LAPSED = "lapsed"
    #: Whoever had asked for it took their word back before anybody agreed.
    WITHDRAWN = "withdrawn"


class ListProposalEvent(StrEnum):
    """What happens to what was asked of a list."""

    #: Another person agreed.
    APPROVED = "approved"
    #: Another person did not agree.
    REJECTED = "rejected"
    #: Whoever had asked took their own word back.
    TAKEN_BACK = "taken_back"
    #: Nobody agreed in time.
    LAPSED = "lapsed"


LIST_PROPOSAL_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (ListProposalState.PROPOSED, ListProposalEvent.APPROVED): ListProposalState.DONE,
    (ListProposalState.PROPOSED, ListProposalEvent.REJECTED): ListProposalState.REJECTED,
    (ListProposalState.PROPOSED, ListProposalEvent.TAKEN_BACK): ListProposalState.WITHDRAWN,
    (ListProposalState.PROPOSED, ListProposalEvent.LAPSED): ListProposalState.LAPSED,
}
