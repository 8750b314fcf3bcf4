"""States of what the guard lists, of objections against it, and of its emergency switch."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class EntryState(StrEnum):
    """Where something that the guard lists stands."""

    #: Somebody asked that it be listed; another person has not agreed yet. It has no effect.
    PROPOSED = "proposed"
    #: One lead listed it in an emergency: in force, and over in a day unless another agrees.
    PROVISIONAL = "provisional"
    #: Two people agreed: in force until its end.
    LIVE = "live"
    #: In force; somebody asked that it be taken back, and another person has not agreed yet.
    LEAVING = "leaving"
    #: One lead took it out in an emergency: back in force in a day unless another agrees.
    SUSPENDED = "suspended"
    #: Another person did not agree to listing it.
    REJECTED = "rejected"
    #: Nobody agreed in time.
    LAPSED = "lapsed"
    #: Its time is over.
    EXPIRED = "expired"
    #: Taken back: by two people, or before anybody agreed by whoever had asked for it.
    WITHDRAWN = "withdrawn"


class EntryEvent(StrEnum):
    """What happens to something that the guard lists."""

    #: One lead listed it at once.
    ENACTED = "enacted"
    #: Another person agreed to what was asked.
    APPROVED = "approved"
    #: Another person did not agree to what was asked.
    REJECTED = "rejected"
    #: Whoever had asked took their own word back.
    TAKEN_BACK = "taken_back"
    #: Nobody agreed in time to what was asked.
    LAPSED = "lapsed"
    #: Somebody asked that it be taken back.
    WITHDRAWAL_PROPOSED = "withdrawal_proposed"
    #: One lead took it out at once.
    SUSPENDED = "suspended"
    #: Its time is over.
    EXPIRED = "expired"


class ObjectionState(StrEnum):
    """Where an objection against over-blocking stands."""

    #: Waits for a person who had no part in what it is against.
    OPEN = "open"
    #: It was right: what blocked is asked to be taken back.
    GRANTED = "granted"
    #: What blocked stays as it is.
    UPHELD = "upheld"


class ObjectionEvent(StrEnum):
    """What happens to an objection."""

    #: The same thing was objected to once more.
    REPEATED = "repeated"
    #: A person found it right.
    GRANTED = "granted"
    #: A person found the block right.
    UPHELD = "upheld"


class SwitchState(StrEnum):
    """Whether the emergency switch of a surface is thrown."""

    #: The surface shows nothing.
    SHUT = "shut"
    #: The surface shows what its entries allow.
    OPENED = "opened"


class SwitchEvent(StrEnum):
    """What happens to a thrown switch."""

    #: A lead lets it stay shut for longer.
    KEPT = "kept"
    #: A lead opened the surface.
    OPENED = "opened"
    #: Its time is over.
    ENDED = "ended"


#: What waits for a second person.
ASKED: Final = (
    EntryState.PROPOSED,
    EntryState.PROVISIONAL,
    EntryState.LEAVING,
    EntryState.SUSPENDED,
)
#: What has an end at which its time is over, whatever else was asked.
ENDING: Final = (
    EntryState.PROVISIONAL,
    EntryState.LIVE,
    EntryState.LEAVING,
    EntryState.SUSPENDED,
)

ENTRY_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (EntryState.PROPOSED, EntryEvent.ENACTED): EntryState.PROVISIONAL,
    (EntryState.PROPOSED, EntryEvent.APPROVED): EntryState.LIVE,
    (EntryState.PROPOSED, EntryEvent.REJECTED): EntryState.REJECTED,
    (EntryState.PROPOSED, EntryEvent.TAKEN_BACK): EntryState.WITHDRAWN,
    (EntryState.PROPOSED, EntryEvent.LAPSED): EntryState.LAPSED,
    (EntryState.PROVISIONAL, EntryEvent.APPROVED): EntryState.LIVE,
    (EntryState.PROVISIONAL, EntryEvent.REJECTED): EntryState.REJECTED,
    (EntryState.PROVISIONAL, EntryEvent.TAKEN_BACK): EntryState.WITHDRAWN,
    (EntryState.PROVISIONAL, EntryEvent.LAPSED): EntryState.LAPSED,
    (EntryState.LIVE, EntryEvent.WITHDRAWAL_PROPOSED): EntryState.LEAVING,
    (EntryState.LIVE, EntryEvent.SUSPENDED): EntryState.SUSPENDED,
    (EntryState.LEAVING, EntryEvent.SUSPENDED): EntryState.SUSPENDED,
    **{
        (state, event): after
        for state in (EntryState.LEAVING, EntryState.SUSPENDED)
        for event, after in (
            (EntryEvent.APPROVED, EntryState.WITHDRAWN),
            (EntryEvent.REJECTED, EntryState.LIVE),
            (EntryEvent.TAKEN_BACK, EntryState.LIVE),
            (EntryEvent.LAPSED, EntryState.LIVE),
        )
    },
    **{(state, EntryEvent.EXPIRED): EntryState.EXPIRED for state in ENDING},
}

OBJECTION_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (ObjectionState.OPEN, ObjectionEvent.REPEATED): ObjectionState.OPEN,
    (ObjectionState.OPEN, ObjectionEvent.GRANTED): ObjectionState.GRANTED,
    (ObjectionState.OPEN, ObjectionEvent.UPHELD): ObjectionState.UPHELD,
}

SWITCH_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (SwitchState.SHUT, SwitchEvent.KEPT): SwitchState.SHUT,
    (SwitchState.SHUT, SwitchEvent.OPENED): SwitchState.OPENED,
    (SwitchState.SHUT, SwitchEvent.ENDED): SwitchState.OPENED,
}
