"""The instant by the database's clock, so that a wrong clock of this machine does no harm."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from tutela.database.pool import Pool, clock_offset_seconds, every_tenant_transaction

#: A clock that is off by more than this is worth a line in the log.
TELL_SECONDS = 5.0

_log = structlog.get_logger(__name__)


def steady_seconds() -> Callable[[], float]:
    """Seconds since 1970 that go on evenly, whatever is done to this machine's clock meanwhile."""
    start = time.time() - time.monotonic()
    return lambda: start + time.monotonic()


class DatabaseClock:
    """Tells the time of the database's clock; until the first `ask`, that of `seconds`."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self.offset_seconds = 0.0

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.fromtimestamp(self._seconds() + self.offset_seconds, UTC)

    async def ask(self, pool: Pool) -> float:
        """How far the database is ahead of `seconds`, from now on part of `now`.

        Errors: `DatabaseUnavailable`; the offset is then as it was.
        """
        async with every_tenant_transaction(pool) as connection:
            offset = await clock_offset_seconds(connection, now_seconds=self._seconds)
        if abs(offset - self.offset_seconds) > TELL_SECONDS:
            _log.warning("clock_corrected", offset_seconds=round(offset, 3))
        self.offset_seconds = offset
        return offset
