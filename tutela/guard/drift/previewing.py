"""The last week's uses, for whoever wants to know what a proposal would have hit."""

from dataclasses import dataclass
from datetime import datetime

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database.pool import Connection
from tutela.guard.drift.week import Week, last_week


@dataclass(frozen=True, slots=True)
class LastWeek:
    """Reads what was used in the seven days before an instant."""

    keys: KeySet

    async def __call__(self, connection: Connection, *, caller: Caller, now: datetime) -> Week:
        """Of the caller's service, real or marked as the caller is."""
        return await last_week(connection, whose=Whose.of(caller), now=now, keys=self.keys)
