"""Counts from the database what the score is made of: who used what today, and who did before."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tutela.access.keys import KeySet, Sealed
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.detection.terms.matcher import matcher
from tutela.detection.terms.term import Term
from tutela.guard.asking import Verdict
from tutela.guard.drift.rising import (
    BEFORE_DAYS,
    NEAR_DAYS,
    NOW_HOURS,
    OFTEN_DAYS,
    Active,
    Circle,
    Counted,
)
from tutela.guard.drift.room import ACCOUNTS_MIN
from tutela.guard.drift.values import UseKind, open_value, spelling, value_key
from tutela.guard.snapshot import Text

#: Values that are opened at a time.
STRIDE: Final = 10_000

_sql = queries.load("tutela.guard.drift", file="drift.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which hours are looked at, and for whom; whole hours, the last one so far."""

    whose: Whose
    now: datetime

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries take."""
        until = self.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        since = until - timedelta(hours=NOW_HOURS)
        return {
            **self.whose.columns,
            "until": until,
            "since": since,
            "before": since - timedelta(days=BEFORE_DAYS),
            "near_since": until - timedelta(days=NEAR_DAYS),
            "often_days": OFTEN_DAYS,
            "accounts_min": ACCOUNTS_MIN,
        }


async def listed_among(
    connection: Connection, *, whose: Whose, texts: Sequence[Text], keys: KeySet
) -> list[bytes]:
    """The keys of all values that are listed, in whatever spelling people can read.

    What fewer than three accounts used can't be read: it is found in the listed spelling alone.
    """
    refused = [each for each in texts if each.verdict is not Verdict.ALLOW]
    exact = {
        value_key(kind, value=spelling(kind, value=each.value), whose=whose, keys=keys)
        for each in refused
        for kind in UseKind
    }
    terms = [
        Term(id=str(place), text=each.value, kind=each.form) for place, each in enumerate(refused)
    ]
    finder = matcher(terms)
    found = set(exact)
    async for stride in _readable(connection, whose=whose, keys=keys):
        hits = finder.hits([value for _, value in stride])
        found |= {key for (key, _), each in zip(stride, hits, strict=True) if each}
    return sorted(found)


async def _readable(
    connection: Connection, *, whose: Whose, keys: KeySet
) -> AsyncIterator[list[tuple[bytes, str]]]:
    after = b""
    while True:
        wanted = {**whose.columns, "after": after, "limit": STRIDE}
        rows = await (await connection.execute(_sql.read_values, wanted)).fetchall()
        if not rows:
            return
        opened = (
            (bytes(key), open_value(Sealed(*sealed), key=bytes(key), keys=keys))
            for key, *sealed in rows
        )
        yield [(key, value) for key, value in opened if value is not None]
        after = bytes(rows[-1][0])


async def count(
    connection: Connection, *, window: Window, listed: Sequence[bytes]
) -> tuple[list[Counted], Active]:
    """What was used today by accounts that used something listed, and how many are active."""
    named = {**window.columns, "listed": listed}
    cursor = await connection.execute(_sql.count_rising, named)
    counted = [
        Counted(
            value_key=bytes(key),
            everybody=everybody,
            near=near,
            often=often,
            near_days=near_days,
            often_days=often_days,
        )
        for key, everybody, near, often, near_days, often_days in await cursor.fetchall()
    ]
    cursor = await connection.execute(_sql.count_active, named)
    ((everybody, near, near_days, often, often_days),) = await cursor.fetchall()
    active = Active(
        everybody=everybody,
        near=Circle(active=near, active_days=near_days),
        often=Circle(active=often, active_days=often_days),
    )
    return counted, active


async def beside(
    connection: Connection, *, window: Window, listed: Sequence[bytes], values: Sequence[bytes]
) -> dict[bytes, tuple[int, int]]:
    """On how many pieces of content a tag stood, and on how many beside something listed."""
    named = {**window.columns, "listed": listed, "value_keys": values}
    cursor = await connection.execute(_sql.count_beside, named)
    return {bytes(key): (on, both) for key, on, both in await cursor.fetchall()}
