"""What was kept of the last days, opened again for whoever tries something on it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tutela.access.keys import KeySet, SealBroken, Sealed
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.detection.sample.keeping import KeptEvent

WEEK: Final = timedelta(days=7)
EVENTS_MAX: Final = 10_000
#: Shorter ids are told by their length alone.
_SHOWN_FROM: Final = 4

_sql = queries.load("tutela.detection.sample")
_decode = msgspec.json.Decoder(KeptEvent).decode


#: By language, how many events there were and how many matched.
Languages = dict[str | None, list[int]]


class OfLanguage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one language would have matched; null: the platform did not say which."""

    language: str | None
    events: int
    matches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One event of the last week, and when it was told."""

    at: datetime
    event: KeptEvent

    @property
    def language(self) -> str | None:
        """The language that the platform said, without its region; None where it said none."""
        said = self.event.event.get("language")
        return said.partition("-")[0].lower() if isinstance(said, str) and said else None

    @property
    def masked_id(self) -> str:
        """Its id as it may be shown."""
        return mask(str(self.event.event.get("content_id", "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Sealed events of the last week, the newest first."""

    rows: Sequence[Any]

    async def opened(self, keys: KeySet) -> list[Kept]:
        """What can be read of them, the oldest first; erased keys leave nothing."""
        return await asyncio.to_thread(self._opened, keys)

    def _opened(self, keys: KeySet) -> list[Kept]:
        found = []
        for event_id, at, *sealed in reversed(self.rows):
            try:
                body = keys.open(Sealed(*sealed), row=event_id.bytes)
            except SealBroken:
                continue
            found.append(Kept(at=at, event=_decode(body)))
        return found


async def last_week(connection: Connection, *, whose: Whose, now: datetime) -> Week:
    """At most `EVENTS_MAX` events of a service; they can be opened after the transaction."""
    asked = {**whose.columns, "now": now, "since": now - WEEK, "limit": EVENTS_MAX}
    cursor = await connection.execute(_sql.newest_events, asked)
    return Week(rows=await cursor.fetchall())


def mask(content_id: str) -> str:
    """First and last sign and the length of an id; of a short one the length alone."""
    if len(content_id) < _SHOWN_FROM:
        return f"… ({len(content_id)})"
    return f"{content_id[0]}…{content_id[-1]} ({len(content_id)})"


def of_languages(counted: Languages) -> list[OfLanguage]:
    """Each language, the one with the most matches first."""
    by_matches = sorted(counted.items(), key=lambda each: (-each[1][1], -each[1][0]))
    return [
        OfLanguage(language=language, events=events, matches=matches)
        for language, (events, matches) in by_matches
    ]
