"""States of an investigation room, and the kinds of what is written in it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class InvestigationState(StrEnum):
    """Where an investigation stands."""

    #: Its people write in it.
    OPEN = "open"
    #: It is over: its people read it and take it out, until it is forgotten.
    CLOSED = "closed"


class InvestigationEvent(StrEnum):
    """What happens to an investigation."""

    #: One of its people wrote something, or said who else is of them.
    WRITTEN = "written"
    #: One of its people took it out as a signed pack.
    TAKEN_OUT = "taken_out"
    #: One of its people ended it.
    CLOSED = "closed"
    #: One of its people took it up again.
    REOPENED = "reopened"


class EntryKind(StrEnum):
    """What an entry of an investigation is."""

    #: The room was opened, with its title and why.
    OPENED = "opened"
    #: An account to begin a search with.
    SEED = "seed"
    #: A search for a network.
    RUN = "run"
    #: An account that is looked at.
    ACCOUNT = "account"
    #: A reference to evidence: a case, a notice, a decision, what lies in the platform's vault.
    EVIDENCE = "evidence"
    #: A person's words.
    NOTE = "note"
    #: Something that was done: a draft, a measure, a referral.
    ACTION = "action"
    #: Somebody is of its people from then on.
    PERSON_ADDED = "person_added"
    #: Somebody is not any more.
    PERSON_REMOVED = "person_removed"
    #: It was taken out as a signed pack.
    TAKEN_OUT = "taken_out"
    #: It was ended.
    CLOSED = "closed"
    #: It was taken up again.
    REOPENED = "reopened"


#: What a person writes; all else writes itself.
WRITTEN_KINDS: Final = (
    EntryKind.NOTE,
    EntryKind.SEED,
    EntryKind.ACCOUNT,
    EntryKind.RUN,
    EntryKind.EVIDENCE,
    EntryKind.ACTION,
)
#: What is nothing without a reference.
REFERRING_KINDS: Final = frozenset(
    {EntryKind.SEED, EntryKind.ACCOUNT, EntryKind.RUN, EntryKind.EVIDENCE}
)

INVESTIGATION_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (InvestigationState.OPEN, InvestigationEvent.WRITTEN): InvestigationState.OPEN,
    (InvestigationState.OPEN, InvestigationEvent.TAKEN_OUT): InvestigationState.OPEN,
    (InvestigationState.OPEN, InvestigationEvent.CLOSED): InvestigationState.CLOSED,
    (InvestigationState.CLOSED, InvestigationEvent.TAKEN_OUT): InvestigationState.CLOSED,
    (InvestigationState.CLOSED, InvestigationEvent.REOPENED): InvestigationState.OPEN,
}
