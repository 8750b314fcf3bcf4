"""States of a search for a network in what the platform told, and of a case that it found."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class NetworkRunState(StrEnum):
    """Where a search stands; none of them has an effect on an account."""

    #: Waits for a worker.
    ASKED = "asked"
    #: A worker searches.
    RUNNING = "running"
    #: Its leads can be read.
    DONE = "done"
    #: It came to no end; the reason is told.
    FAILED = "failed"


class NetworkRunEvent(StrEnum):
    """What happens to a search."""

    #: A worker took it up.
    BEGUN = "begun"
    #: Its worker is gone, or met a fault: another one takes it up.
    LOST = "lost"
    #: Its leads are kept.
    ENDED = "ended"
    #: It can't be done, or was lost too often.
    GIVEN_UP = "given_up"


class NetworkCaseState(StrEnum):
    """Where a group of accounts stands that a search found."""

    #: Waits for a person.
    OPEN = "open"
    #: A person found nothing in it.
    DISMISSED = "dismissed"
    #: A person drafted a decision about some of its members; others may follow.
    ACTED = "acted"


class NetworkCaseEvent(StrEnum):
    """What happens to a group of accounts."""

    #: A person found nothing in it.
    DISMISSED = "dismissed"
    #: A person handed members to a decision about many, which is a draft.
    HANDED_OVER = "handed_over"


NETWORK_RUN_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (NetworkRunState.ASKED, NetworkRunEvent.BEGUN): NetworkRunState.RUNNING,
    (NetworkRunState.RUNNING, NetworkRunEvent.LOST): NetworkRunState.ASKED,
    (NetworkRunState.RUNNING, NetworkRunEvent.ENDED): NetworkRunState.DONE,
    (NetworkRunState.RUNNING, NetworkRunEvent.GIVEN_UP): NetworkRunState.FAILED,
}

NETWORK_CASE_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (NetworkCaseState.OPEN, NetworkCaseEvent.DISMISSED): NetworkCaseState.DISMISSED,
    (NetworkCaseState.OPEN, NetworkCaseEvent.HANDED_OVER): NetworkCaseState.ACTED,
    (NetworkCaseState.ACTED, NetworkCaseEvent.HANDED_OVER): NetworkCaseState.ACTED,
}
