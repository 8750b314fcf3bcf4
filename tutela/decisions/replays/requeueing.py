"""Open items that a fault touched: each waits again where a notice of today would wait."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.vocabulary import Category, Channel, Keyword
from tutela.intake.routing import Routing, Said, route

_sql = queries.load("tutela.decisions.replays", file="replaying.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An item that was not brought back yet, as it stands under the lock of its case."""

    notice_id: UUID
    ordinal: int
    decision_id: UUID | None
    answered_at: datetime | None
    said: Said
    received_at: datetime
    case_id: UUID
    sealed: tuple[bytes, bytes] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Clock and chance of one step of a replay, and whose items it brings back."""

    named: dict[str, object]
    now: datetime
    chance: Callable[[int], bytes]


async def requeue(connection: Connection, *, items: Sequence[Left], turn: Turn) -> None:
    """Nothing, once each item waits in the right case, and each case in the right place.

    The cases of the items are locked. A case is placed by all its items, also those that no fault
    touched, as if intake had merged them now; the time a notice came in is kept, and so its age. A
    lease on such a case ends.
    """
    if not items:
        return
    routings = [route(item.said, received_at=item.received_at) for item in items]
    named = {**turn.named, **_places(items), "now": turn.now}
    placed = {**named, **_columns(routings), "new_ids": _new_ids(turn, count=len(items))}
    cursor = await connection.execute(_sql.gather_cases, placed)
    cases = [row[0] for row in await cursor.fetchall()]
    await connection.execute(_sql.move_items, placed)
    await _place(connection, case_ids=cases, named=named)
    left = list({item.case_id for item in items})
    await connection.execute(_sql.close_emptied_cases, {**named, "case_ids": left})
    await connection.execute(_sql.mark_requeued, named)


async def _place(connection: Connection, *, case_ids: list[UUID], named: dict[str, object]) -> None:
    cursor = await connection.execute(_sql.what_cases_hold, {**named, "case_ids": case_ids})
    held: dict[UUID, list[tuple[Routing, bool]]] = {}
    for case_id, *said, received_at, escalated in await cursor.fetchall():
        routing = route(said_of(said), received_at=received_at)
        held.setdefault(case_id, []).append((routing, escalated))
    merged = [_merged(routings) for routings in held.values()]
    columns = {**_columns(merged), "case_ids": list(held)}
    await connection.execute(_sql.place_cases, {**named, **columns})


def said_of(row: Sequence[Any]) -> Said:
    """What places a notice, from its columns."""
    channel, category, keyword, imminent_danger, possible_minor = row
    return Said(
        channel=Channel(channel),
        category=Category(category),
        keyword=keyword and Keyword(keyword),
        imminent_danger=imminent_danger,
        possible_minor=possible_minor,
    )


def _merged(routings: Sequence[tuple[Routing, bool]]) -> Routing:
    """Where a case waits that holds all these, as intake merges them."""
    each = [routing for routing, _ in routings]
    order = list(type(each[0].lane))
    return Routing(
        family=each[0].family,
        lane=min((routing.lane for routing in each), key=order.index),
        due_at=min(routing.due_at for routing in each),
        specialist=any(routing.specialist or escalated for routing, escalated in routings),
        flagged=any(routing.flagged for routing in each),
    )


def _places(items: Sequence[Left]) -> dict[str, object]:
    return {
        "notice_ids": [item.notice_id for item in items],
        "ordinals": [item.ordinal for item in items],
    }


def _columns(routings: Sequence[Routing]) -> dict[str, object]:
    return {
        "families": [str(each.family) for each in routings],
        "lanes": [str(each.lane) for each in routings],
        "due_ats": [each.due_at for each in routings],
        "specialists": [each.specialist for each in routings],
        "flagged": [each.flagged for each in routings],
    }


def _new_ids(turn: Turn, *, count: int) -> list[UUID]:
    unix_ms = int(turn.now.timestamp() * 1000)
    return [uuid7(unix_ms=unix_ms, random=turn.chance(UUID7_RANDOM_BYTES)) for _ in range(count)]
