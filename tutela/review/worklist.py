"""What waits, most urgent first and with why: the queue as a person reads it before they claim."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.domain.harm import HarmFamily
from tutela.domain.lanes import Lane
from tutela.review.queue import holder
from tutela.review.views.noting import Reading, Way, note_reading

#: Cases of one lane that are counted; of more it is said that there are more.
COUNTED_MAX = 10_000
PAGE_SIZE = 50

_sql = queries.load("tutela.review", file="worklist.sql")


class Standing(StrEnum):
    """Which open cases a page of the queue shows."""

    #: Whatever is open.
    OPEN = "open"
    #: On nobody's desk.
    FREE = "free"
    #: On the caller's own desk.
    MINE = "mine"
    #: On somebody's desk.
    HELD = "held"
    #: Past the time by which they should have been decided.
    OVERDUE = "overdue"


class Urgency(StrEnum):
    """Why a case stands where it stands."""

    #: A notifier says that life or safety is in danger now.
    DANGER = "imminent danger"
    #: Somebody whose day was over left it to the next: it is given out before all lanes.
    HANDED_OVER = "handed over"
    #: A minor may be depicted, hold the account or be the notifier.
    MINOR = "a minor"
    #: Child victims are possible: only specialists see it.
    SPECIALIST = "specialists only"
    #: A trusted flagger, a hotline or an authority reported it.
    FLAGGER = "a flagger"
    #: It should have been decided by now.
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page of the queue begins: after this case."""

    lane_rank: int
    due_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases of the queue are asked for; None asks for all."""

    standing: Standing = Standing.OPEN
    lane: Lane | None = None
    family: HarmFamily | None = None
    language: str | None = None
    after: Place | None = None
    limit: int = PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStanding:
    """One lane: its open cases up to `COUNTED_MAX`, and of those on a desk and past their time."""

    lane: Lane
    waiting: int
    leased: int
    overdue: int
    oldest: datetime | None
    first_due: datetime | None

    @property
    def is_more(self) -> bool:
        """Whether there may be more than were counted."""
        return self.waiting >= COUNTED_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An open case in the queue; never what it says or by whom."""

    id: UUID
    lane: Lane
    family: str
    subject_kind: str
    due_at: datetime
    opened_at: datetime
    merged_at: datetime
    #: Until when it is on somebody's desk; None where it is on nobody's.
    held_until: datetime | None
    is_mine: bool
    #: Notices that it still has to answer.
    notices: int
    languages: Sequence[str]
    why: Sequence[Urgency]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """Cases of the queue in its order; `next` is where the following page begins."""

    cases: Sequence[Waiting]
    next: Place | None


async def lane_standings(pool: Pool, *, caller: Caller, now: datetime) -> list[LaneStanding]:
    """Every lane as the caller may see it, the most urgent first."""
    named = {**sight(caller), "now": now, "counted_max": COUNTED_MAX}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.lane_standings, named)
        return [
            LaneStanding(
                lane=Lane(name),
                waiting=waiting,
                leased=leased,
                overdue=overdue,
                oldest=oldest,
                first_due=first_due,
            )
            for name, waiting, leased, overdue, oldest, first_due in await cursor.fetchall()
        ]


async def waiting_cases(
    pool: Pool, *, caller: Caller, wanted: Wanted, now: datetime
) -> WaitingPage:
    """One page of what waits for a decision, as the caller may see it; noted once for the page."""
    named = {**sight(caller), **_asked(wanted), "holder": holder(caller), "now": now}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.waiting_cases, named)
        rows = await cursor.fetchall()
        reading = Reading(caller=caller, way=Way.FOUND, what=_looked_for(wanted), at=now)
        await note_reading(connection, reading=reading)
    shown = [_waiting(row, now=now) for row in rows[: wanted.limit]]
    return WaitingPage(cases=shown, next=_place(rows, limit=wanted.limit))


def _looked_for(wanted: Wanted) -> str:
    """The queue, and by what it was filtered; not for what."""
    asked = {
        "family": wanted.family,
        "language": wanted.language,
        "lane": wanted.lane,
        "standing": None if wanted.standing is Standing.OPEN else wanted.standing,
    }
    by = [name for name, said in asked.items() if said is not None]
    return "queue" if not by else f"queue by {', '.join(by)}"


def _asked(wanted: Wanted) -> Mapping[str, object]:
    after = wanted.after
    return {
        "state": str(wanted.standing),
        "lane": wanted.lane and str(wanted.lane),
        "family": wanted.family and str(wanted.family),
        "language": wanted.language,
        "after_rank": after and after.lane_rank,
        "after_due": after and after.due_at,
        "after_id": after and after.id,
        "limit": wanted.limit + 1,
    }


def _place(rows: Sequence[Sequence[Any]], *, limit: int) -> Place | None:
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return Place(lane_rank=last[2], due_at=last[7], id=last[0])


def _waiting(row: Sequence[Any], *, now: datetime) -> Waiting:
    case_id, lane, _, family, kind, specialist, flagged, due_at, *rest = row
    opened_at, merged_at, held_until, is_mine, notices, minor, danger, languages, handed = rest
    told = {
        Urgency.DANGER: danger or lane == Lane.DANGER,
        Urgency.HANDED_OVER: handed,
        Urgency.OVERDUE: due_at <= now,
        Urgency.MINOR: minor,
        Urgency.SPECIALIST: specialist,
        Urgency.FLAGGER: flagged,
    }
    return Waiting(
        id=case_id,
        lane=Lane(lane),
        family=family,
        subject_kind=kind,
        due_at=due_at,
        opened_at=opened_at,
        merged_at=merged_at,
        held_until=held_until,
        is_mine=bool(is_mine),
        notices=notices,
        languages=languages or (),
        why=tuple(_true(told)),
    )


def _true(told: Mapping[Urgency, bool]) -> Iterator[Urgency]:
    return (reason for reason, holds in told.items() if holds)
