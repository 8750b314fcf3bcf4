"""What need to know, break-glass and unusual browsing stand on, and how an act is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, Pool
from tutela.ledger import facts
from tutela.ledger.facts import Happened

#: Code points of a reason that a person gives.
REASON_MAX: Final = 2_000

_sql = queries.load("tutela.review.oversight")
_ledger_sql = queries.load("tutela.ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookLimits:
    """For how long a case is open without the right, and from when on browsing stands out."""

    glass_seconds: float = 900.0
    #: Cases that a person opens in a day and neither holds nor decides.
    browsed_cases_max: int = 60
    #: Looks of a person at one subject in a week without a decision.
    browsed_subject_max: int = 20
    #: Looks of a person in the nights of a week.
    browsed_night_max: int = 30
    night_from_hour: int = 22
    night_to_hour: int = 6
    #: Of the IANA database; by it a night is a night.
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightRoom:
    """What need to know, break-glass and unusual browsing stand on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    limits: LookLimits = field(default_factory=LookLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done; `person` is None where the house found it by itself."""

    event: str
    at: datetime
    person: str | None
    #: Its public side: counts and states, never a name.
    projection: Mapping[str, object]
    #: What the act is about, where that has an id; None for the act's own.
    subject: UUID | None = None
    #: What else is committed to, sealed.
    said: Mapping[str, object] = field(default_factory=dict)


async def write(connection: Connection, *, room: OversightRoom, whose: Whose, act: Act) -> UUID:
    """The act with its leaf, in the transaction of what it changes; its id."""
    projection = {"mark": str(whose.mark), **act.projection}
    happened = Happened(
        type=f"oversight.{act.event}",
        service=whose.service,
        projection=projection,
        said={"by": act.person, **projection, **act.said},
    )
    fact = facts.write(happened, at=act.at, keys=room.keys, chance=room.chance)
    leaf = {**fact.leaf.columns, "tenant": whose.tenant, "at": act.at}
    row = {"event": act.event, "person": act.person, "subject": act.subject or fact.id}
    await connection.execute(_ledger_sql.add_leaf, leaf)
    await connection.execute(_sql.add_act, {**whose.columns, **fact.columns, **row})
    return fact.id
