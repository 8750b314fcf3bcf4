"""Some public content is kept sealed for a week, at a pace that leaves a sample of a flood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.signals import Signal
from tutela.law.parameters import Unit, whole_number

#: Events of a service that one process keeps at once, and how many more each hour.
KEPT_AT_ONCE: Final = 1_000
KEPT_AN_HOUR: Final = 360
SERVICES_MAX: Final = 1_000
_HOUR_SECONDS: Final = 3_600.0

_sql = queries.load("tutela.detection.sample")
_encode = msgspec.json.Encoder().encode


class KeptEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it was told, what detectors said of it, and the basis on which they looked."""

    event: dict[str, Any]
    signals: tuple[Signal, ...]
    basis: str


class Pace:
    """How many events a process may still keep of each service: a bucket that fills by the hour.

    A flood leaves a sample spread over time; a quiet service keeps everything.
    """

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, datetime]] = {}

    def take(self, service: str, *, wanted: int, now: datetime) -> int:
        """How many of so many are kept."""
        left, since = self._buckets.get(service, (float(KEPT_AT_ONCE), now))
        hours = max((now - since).total_seconds(), 0.0) / _HOUR_SECONDS
        left = min(left + hours * KEPT_AN_HOUR, float(KEPT_AT_ONCE))
        taken = min(wanted, int(left))
        if service not in self._buckets and len(self._buckets) >= SERVICES_MAX:
            self._buckets.clear()
        self._buckets[service] = (left - taken, now)
        return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Events to be kept, by their ids."""

    whose: Whose
    at: datetime
    events: Mapping[UUID, KeptEvent]


async def keep_events(connection: Connection, *, sample: Sample, keys: KeySet) -> None:
    """Stores them sealed, in the transaction that took them."""
    if not sample.events:
        return
    ids: Sequence[UUID] = list(sample.events)
    sealed = [keys.seal(_encode(sample.events[each]), row=each.bytes) for each in ids]
    days = whole_number("rule_event_kept", unit=Unit.DAYS, on=sample.at.date())
    columns = {
        "ids": ids,
        "sealed_keys": [each.key for each in sealed],
        "sealed_bodies": [each.body for each in sealed],
        "at": sample.at,
        "expires_at": sample.at + timedelta(days=days),
    }
    await connection.execute(_sql.keep_events, {**sample.whose.columns, **columns})


async def forget_events(connection: Connection, *, now: datetime) -> None:
    """Those whose time is over are gone."""
    await connection.execute(_sql.forget_events, {"now": now})
