"""What was used last week, as far as people may read it: what a proposal would have hit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tutela.access.keys import KeySet, Sealed
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.guard.drift.room import ACCOUNTS_MIN
from tutela.guard.drift.values import UseKind, open_value

WEEK: Final = timedelta(days=7)
#: Values of one week that are read, those of most accounts first.
VALUES_MAX: Final = 200_000

_sql = queries.load("tutela.guard.drift", file="drift.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A tag or query of at least three accounts: never logged, shown to who may propose."""

    kind: UseKind
    value: str
    accounts: int
    uses: int

    def __repr__(self) -> str:
        return f"<Used {self.kind} by {self.accounts}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What was used in the seven days before an instant."""

    #: What at least three accounts used, most accounts first.
    used: tuple[Used, ...]
    #: Of everything, also of what fewer used and nobody can read.
    accounts: int
    uses: int


async def last_week(
    connection: Connection,
    *,
    whose: Whose,
    now: datetime,
    keys: KeySet,
    limit: int = VALUES_MAX,
) -> Week:
    """What was used in the seven days before `now`, in the caller's transaction."""
    named = {
        **whose.columns,
        "since": now - WEEK,
        "accounts_min": ACCOUNTS_MIN,
        "limit": limit,
    }
    cursor = await connection.execute(_sql.used_since, named)
    used = []
    for kind, value_key, key, body, accounts, uses in await cursor.fetchall():
        value = open_value(Sealed(key, body), key=bytes(value_key), keys=keys)
        if value is not None:
            each = Used(kind=UseKind(kind), value=value, accounts=accounts, uses=int(uses))
            used.append(each)
    cursor = await connection.execute(_sql.all_since, named)
    ((accounts, uses),) = await cursor.fetchall()
    return Week(used=tuple(used), accounts=accounts, uses=int(uses))
