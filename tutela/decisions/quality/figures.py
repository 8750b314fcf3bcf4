"""How right decisions are: figures of the team, and what one person may know of themself."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.decisions.endpoints import CONFIRM_SECONDS
from tutela.decisions.quality.planning import QualityPlan, planned
from tutela.decisions.quality.room import QualityRoom
from tutela.domain.agreement import Agreement, Interval, agreement, share
from tutela.domain.canonical import timestamp
from tutela.domain.quality import DecisionError
from tutela.review.queue import holder

WINDOW_DAYS: Final = 28

_sql = queries.load("tutela.decisions.quality")


class ErrorShare(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of error: how often among so many, with its interval of 95 %."""

    kind: str
    count: int
    of: int
    share: Interval


class GuidelineUse(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the guideline, and how many decisions named it."""

    version: str
    decisions: int
    last_at: str


class QualityFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How right decisions were from `since` on; figures of the team alone."""

    since: str
    days: int
    share: float
    gold_share: float
    #: Second looks that wait, since when; those two people found otherwise, since when.
    waiting: int
    waiting_since: str | None
    disputed: int
    disputed_since: str | None
    #: Between the one who decided and the one who looked again; null of nothing.
    agreement: Agreement | None
    #: Of decisions that are settled: three kinds. Of measures that are late: the fourth.
    errors: list[ErrorShare]
    #: Of looks whose answer is known, how many were right; null where there was none.
    gold: Interval | None
    gold_answers: int
    guidelines: list[GuidelineUse]


class OwnFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody's own looks came out over the last `days`; nobody else sees it."""

    days: int
    #: Answered and settled ones, and how many of them were right.
    looks: int
    right: int


async def figures(room: QualityRoom, *, caller: Caller, days: int = WINDOW_DAYS) -> QualityFigures:
    """The figures of the caller's service over the last days."""
    now = room.clock()
    named = {
        **Whose.of(caller).columns,
        "since": now - timedelta(days=days),
        "late": now - timedelta(seconds=2 * CONFIRM_SECONDS),
    }
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        plan = await planned(connection, caller=caller)
        found = {}
        for name in ("waiting", "pairs", "errors", "gold_answers", "not_carried_out", "guidelines"):
            cursor = await connection.execute(getattr(_sql, name), named)
            found[name] = await cursor.fetchall()
    return _figures(found, plan=plan, since=now - timedelta(days=days), days=days)


async def own_figures(room: QualityRoom, *, caller: Caller, days: int = WINDOW_DAYS) -> OwnFigures:
    """How the caller's own looks came out over the last days."""
    named = {
        **Whose.of(caller).columns,
        "since": room.clock() - timedelta(days=days),
        "holder": holder(caller),
    }
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.own_answers, named)
        looks, right = await cursor.fetchone() or (0, 0)
    return OwnFigures(days=days, looks=looks, right=right)


def _figures(
    found: dict[str, list[tuple[object, ...]]], *, plan: QualityPlan, since: datetime, days: int
) -> QualityFigures:
    ((waiting, waiting_since, disputed, disputed_since),) = found["waiting"]
    golden = {str(kind): int(str(count)) for kind, count in found["gold_answers"]}
    pairs = {(str(one), str(other)): int(str(n)) for one, other, n in found["pairs"]}
    return QualityFigures(
        since=timestamp(since),
        days=days,
        share=plan.share,
        gold_share=plan.gold_share,
        waiting=int(str(waiting)),
        waiting_since=_when(waiting_since),
        disputed=int(str(disputed)),
        disputed_since=_when(disputed_since),
        agreement=agreement(pairs),
        errors=_errors(found),
        gold=share(golden.get("none", 0), of=sum(golden.values())) if golden else None,
        gold_answers=sum(golden.values()),
        guidelines=[
            GuidelineUse(version=str(version), decisions=int(str(n)), last_at=_when(at) or "")
            for version, n, at in found["guidelines"]
        ],
    )


def _errors(found: dict[str, list[tuple[object, ...]]]) -> list[ErrorShare]:
    counts = {str(kind): int(str(count)) for kind, count in found["errors"]}
    settled = sum(counts.values())
    ((measures, late),) = found["not_carried_out"]
    kinds = [
        (str(kind), counts.get(str(kind), 0), settled)
        for kind in DecisionError
        if kind is not DecisionError.NONE
    ]
    kinds.append(("not_carried_out", int(str(late)), int(str(measures))))
    return [
        ErrorShare(kind=kind, count=count, of=of, share=share(count, of=of))
        for kind, count, of in kinds
    ]


def _when(instant: object) -> str | None:
    return timestamp(instant) if isinstance(instant, datetime) else None
