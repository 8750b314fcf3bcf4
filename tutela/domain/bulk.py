"""States of decisions about many subjects, and of each of their subjects."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class BulkState(StrEnum):
    """Where a decision about many subjects stands."""

    #: Parts come in; nobody has looked yet.
    UPLOADING = "uploading"
    #: Someone has looked at what it would do.
    PREVIEWED = "previewed"
    #: A second person has agreed to it.
    APPROVED = "approved"
    #: Its subjects are decided, so many at a time.
    RUNNING = "running"
    #: Stopped between two subjects; it goes on where it stopped.
    PAUSED = "paused"
    #: Every subject is decided, handed to a person or refused.
    DONE = "done"
    #: Its decisions are taken back, so many at a time.
    UNDOING = "undoing"
    #: All that it decided is taken back.
    UNDONE = "undone"


class BulkEvent(StrEnum):
    """What happens to a decision about many subjects."""

    #: A part brought subjects that it did not have.
    PART_TAKEN = "part_taken"
    #: Someone with the right looked at the preview.
    LOOKED_AT = "looked_at"
    #: A second person agreed.
    APPROVED = "approved"
    #: Someone with the right started it, or let it go on.
    STARTED = "started"
    #: Someone with the right stopped it.
    STOPPED = "stopped"
    #: No subject is left to decide.
    FINISHED = "finished"
    #: Someone with the right takes all of it back.
    RECALLED = "recalled"
    #: No decision is left to take back.
    ALL_UNDONE = "all_undone"


class BulkSubjectState(StrEnum):
    """Where one subject of many stands."""

    #: Not decided yet.
    PENDING = "pending"
    #: Decided, with its statement, measures and messages.
    DECIDED = "decided"
    #: Taken out: a person decides.
    HELD_BACK = "held_back"
    #: Can't be decided as it is; why is said.
    REFUSED = "refused"
    #: Decided and taken back.
    UNDONE = "undone"


class BulkSubjectEvent(StrEnum):
    """What happens to one subject of many."""

    #: It was decided.
    DECIDED = "decided"
    #: A child may be concerned, or something else asks for a person.
    TAKEN_OUT = "taken_out"
    #: What was stored of it can't be read or does not hold together.
    FAILED = "failed"
    #: Its decision was taken back.
    REVERSED = "reversed"


BULK_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (BulkState.UPLOADING, BulkEvent.PART_TAKEN): BulkState.UPLOADING,
    (BulkState.UPLOADING, BulkEvent.LOOKED_AT): BulkState.PREVIEWED,
    (BulkState.PREVIEWED, BulkEvent.PART_TAKEN): BulkState.UPLOADING,
    (BulkState.PREVIEWED, BulkEvent.APPROVED): BulkState.APPROVED,
    (BulkState.PREVIEWED, BulkEvent.STARTED): BulkState.RUNNING,
    (BulkState.APPROVED, BulkEvent.PART_TAKEN): BulkState.UPLOADING,
    (BulkState.APPROVED, BulkEvent.STARTED): BulkState.RUNNING,
    (BulkState.RUNNING, BulkEvent.STOPPED): BulkState.PAUSED,
    (BulkState.RUNNING, BulkEvent.FINISHED): BulkState.DONE,
    (BulkState.RUNNING, BulkEvent.RECALLED): BulkState.UNDOING,
    (BulkState.PAUSED, BulkEvent.STARTED): BulkState.RUNNING,
    (BulkState.PAUSED, BulkEvent.RECALLED): BulkState.UNDOING,
    (BulkState.DONE, BulkEvent.RECALLED): BulkState.UNDOING,
    (BulkState.UNDOING, BulkEvent.ALL_UNDONE): BulkState.UNDONE,
}

BULK_SUBJECT_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (BulkSubjectState.PENDING, BulkSubjectEvent.DECIDED): BulkSubjectState.DECIDED,
    (BulkSubjectState.PENDING, BulkSubjectEvent.TAKEN_OUT): BulkSubjectState.HELD_BACK,
    (BulkSubjectState.PENDING, BulkSubjectEvent.FAILED): BulkSubjectState.REFUSED,
    (BulkSubjectState.DECIDED, BulkSubjectEvent.REVERSED): BulkSubjectState.UNDONE,
}
