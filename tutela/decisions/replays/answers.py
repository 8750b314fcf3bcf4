"""What is told of an incident: the fault, what it touched, and what was made good."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.domain.canonical import timestamp
from tutela.domain.fault import Predicate, Reopening, Window
from tutela.domain.states import IncidentState
from tutela.ledger import facts


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """What a fault touched: counts by one thing at a time, the first ids, the hash of all."""

    items: int
    notices: int
    open: int
    answered: int
    channels: dict[str, int]
    categories: dict[str, int]
    languages: dict[str, int]
    first: list[str]
    items_hash: str


class Made(StrEnum):
    """What a replay made of an item."""

    #: It was open, and waits where a notice of today would wait.
    REQUEUED = "requeued"
    #: It was answered, and a new internal notice asks about the same subject.
    REOPENED = "reopened"
    #: It was answered, and the answer stands.
    STANDS = "stands"
    #: It was answered and its notice erased: nobody can say any more what it was about.
    ERASED = "erased"


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay made of the items, and how many of the requeued ones changed their place."""

    requeued: int
    reopened: int
    stands: int
    erased: int
    moved: int


class PersonsTold(msgspec.Struct, frozen=True, kw_only=True):
    """How many persons a fault concerned, and how many messages tell them.

    Who gave no name can't be counted as a person: `unnamed_notices` are told of notice by notice.
    `erased_notices` can't be told of at all.
    """

    notifiers: int
    recipients: int
    unnamed_notices: int
    erased_notices: int
    messages: int


class Incident(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"period_from": "from", "period_to": "to"},
):
    """A fault that was named, what it touched, and how far it was made good."""

    id: str
    service: str
    state: IncidentState
    opened_at: str
    period_from: str
    period_to: str
    window: Window
    predicate: Predicate
    what: str
    reopen: Reopening
    touched: Touched
    replayed_at: str | None
    replayed: Replayed | None
    told_at: str | None
    told: PersonsTold | None


class IncidentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Incidents in the order in which they were opened; `next` is where the next page begins."""

    incidents: list[Incident]
    next: str | None


def incident_of(row: Sequence[Any], *, keys: KeySet) -> Incident:
    """The incident of a row of `list_incidents`."""
    incident_id, service, opened_at, touched, replayed_at, replayed, told_at, told, *sealed = row
    opened = facts.open_fact(Sealed(*sealed), fact_id=incident_id, keys=keys)
    said = msgspec.json.decode(opened)["fault"]
    return msgspec.convert(
        {
            **said,
            "id": str(incident_id),
            "service": service,
            "state": str(_state(replayed_at=replayed_at, told_at=told_at)),
            "opened_at": timestamp(opened_at),
            "touched": touched,
            "replayed_at": replayed_at and timestamp(replayed_at),
            "replayed": replayed,
            "told_at": told_at and timestamp(told_at),
            "told": told,
        },
        Incident,
    )


def _state(*, replayed_at: object, told_at: object) -> IncidentState:
    if told_at is not None:
        return IncidentState.TOLD
    return IncidentState.OPENED if replayed_at is None else IncidentState.REPLAYED
