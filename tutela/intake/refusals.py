"""Refused calls, kept as rows: a door that says no too often is a fault too."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import psycopg
import structlog

from tutela.access.keys import KeySet
from tutela.access.pace import Pace, Paces
from tutela.access.service_auth import account_of
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.errors import DatabaseUnavailable
from tutela.database.grouping import Full, Grouping
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.errors import FieldError, TutelaError

KEEP_BODY = timedelta(days=7)
#: What is kept of a refused body; the rest tells nobody more.
KEEP_BODY_BYTES = 64 * 1024
POINTERS_MAX = 20
#: Refused calls of nobody known that are written down, at most, and at once.
ANONYMOUS_ROWS_PER_SECOND = 5.0
ANONYMOUS_ROWS_BURST = 200.0
#: The same of calls of one token that come faster than they may.
FLOOD_ROWS_PER_SECOND = 1.0
FLOOD_ROWS_BURST = 100.0
FLOODS_MAX = 10_000

_sql = queries.load("tutela.intake")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call, or a line of one, that was refused."""

    door: str
    caller: Caller | None
    error: TutelaError
    body: bytes
    line: int | None = None
    #: Whether the places that are wrong are written down; their names are the sender's.
    keeps_places: bool = True


class RefusalLog:
    """Writes refusals in groups; what it could not write it counts."""

    def __init__(
        self,
        pool: Pool,
        *,
        keys: KeySet,
        clock: Callable[[], datetime],
        chance: Callable[[int], bytes],
    ) -> None:
        self._pool = pool
        self._keys = keys
        self._clock = clock
        self._chance = chance
        self._grouping = Grouping[Refusal, None](
            self._flush, group_max=256, waiting_max=2_048, flights=1
        )
        self._too_many = Paces(
            per_second=FLOOD_ROWS_PER_SECOND, burst=FLOOD_ROWS_BURST, names_max=FLOODS_MAX
        )
        self._anonymous = Pace(per_second=ANONYMOUS_ROWS_PER_SECOND, burst=ANONYMOUS_ROWS_BURST)
        self.unrecorded = 0

    async def record(self, refusal: Refusal) -> None:
        """Returns once the refusal is a row, or is counted as one that could not be written.

        Calls of nobody known, and of accounts of a network, are written down no faster than
        ANONYMOUS_ROWS_PER_SECOND, those of a token that come too fast no faster than
        FLOOD_ROWS_PER_SECOND, so that nobody fills the disk by being refused; what is not written
        down, as where the database fails, is counted.
        """
        if isinstance(refusal.error, DatabaseUnavailable) or not self._has_room(refusal):
            self.unrecorded += 1
            return
        try:
            await self._grouping.submit(refusal)
        except (Full, DatabaseUnavailable, psycopg.Error) as cause:
            self.unrecorded += 1
            _log.warning("refusal_unrecorded", door=refusal.door, cause=type(cause).__name__)

    def _has_room(self, refusal: Refusal) -> bool:
        seconds = asyncio.get_running_loop().time()
        caller = refusal.caller
        if caller is None or account_of(caller) is not None:
            return self._anonymous.allows(seconds)
        is_flood = refusal.error.status == HTTPStatus.TOO_MANY_REQUESTS
        return not is_flood or self._too_many.allows(caller.token_id, seconds=seconds)

    async def _flush(self, refusals: Sequence[Refusal]) -> list[None]:
        rows = [self._row(each) for each in refusals]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        async with every_tenant_transaction(self._pool) as connection:
            await connection.execute(_sql.add_refusals, columns)
        return [None] * len(refusals)

    def _row(self, refusal: Refusal) -> dict[str, object]:
        now = self._clock()
        row_id = self._new_id(now)
        caller, error = refusal.caller, refusal.error
        kept = refusal.body[:KEEP_BODY_BYTES] if caller is not None else b""
        sealed = self._keys.seal(kept, row=row_id.bytes) if kept else None
        return {
            "ids": row_id,
            "ats": now,
            "tenants": "" if caller is None else caller.tenant,
            "services": "" if caller is None else caller.service,
            "token_ids": None if caller is None else caller.token_id,
            "doors": refusal.door,
            "statuses": error.status,
            "codes": error.code,
            "pointers": " ".join(
                each.pointer.replace(" ", "_") for each in _places(refusal)
            ).replace("\x00", ""),
            "lines": refusal.line,
            "sealed_keys": None if sealed is None else sealed.key,
            "sealed_bodies": None if sealed is None else sealed.body,
            "expiries": None if sealed is None else now + KEEP_BODY,
        }

    def _new_id(self, now: datetime) -> UUID:
        return uuid7(unix_ms=int(now.timestamp() * 1000), random=self._chance(UUID7_RANDOM_BYTES))


def _places(refusal: Refusal) -> Sequence[FieldError]:
    return refusal.error.errors[:POINTERS_MAX] if refusal.keeps_places else ()
