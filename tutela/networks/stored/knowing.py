"""What is known of accounts: when they came, when a decision removed them, who may be a child."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.vocabulary import MeasureKind
from tutela.networks.engines.engine import Places
from tutela.networks.grouping.facts import Ages, Facts
from tutela.networks.stored.edges import PART_EDGES, ranges

#: Measures after which an account is no longer there.
REMOVALS: Final = (
    MeasureKind.ACCOUNT_SUSPENDED,
    MeasureKind.ACCOUNT_TERMINATED,
    MeasureKind.SERVICE_SUSPENDED,
    MeasureKind.SERVICE_TERMINATED,
)

_DAY_MS: Final = 86_400_000
_NO, _YES = 1, 2
#: An account as the database sends it: the day it came, -1 for none told, and whether a child's.
_TOLD: Final = np.dtype([("account", "V16"), ("day", ">i4"), ("minor", "u1")])
_REMOVED: Final = np.dtype([("account", "V16"), ("at_ms", ">i8")])

_sql = queries.load("tutela.networks.stored", file="edges.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """As the database sends it."""

    told: Sequence[bytes] = ()
    removed: bytes = b""


async def read_known(connection: Connection, *, whose: Whose, today: date) -> Known:
    """What the platform told of its accounts, and which a decision in force today removed."""
    cursor = await connection.execute(_sql.count_accounts, whose.columns)
    ((count,),) = await cursor.fetchall()
    told = list[bytes]()
    for first, last in ranges(-(-count // PART_EDGES)):
        named = {**whose.columns, "first": first, "last": last}
        cursor = await connection.execute(_sql.read_accounts, named, binary=True)
        told += [rows for (rows,) in await cursor.fetchall() if rows is not None]
    asked = {**whose.columns, "kinds": [str(each) for each in REMOVALS], "today": today}
    cursor = await connection.execute(_sql.removed_accounts, asked, binary=True)
    ((removed,),) = await cursor.fetchall()
    return Known(told=told, removed=removed or b"")


def facts_of(known: Known, *, names: pa.Array) -> Facts:
    """By place of the graph's accounts, whose names are digests in hex.

    A day stands for its end: who came on the day of a removal may have come after it.
    """
    told = np.frombuffer(b"".join(known.told), _TOLD)
    removed = np.frombuffer(known.removed, _REMOVED)
    facts = Facts(
        created_ms=np.full(len(names), -1),
        removed_ms=np.full(len(names), -1),
        ages=Ages(np.zeros(len(names), np.bool_), np.zeros(len(names), np.bool_)),
    )
    at, there = _places(told["account"], names=names)
    day = told["day"][there].astype(np.int64)
    facts.created_ms[at] = np.where(day < 0, -1, (day + 1) * _DAY_MS - 1)
    facts.ages.minor[at] = told["minor"][there] == _YES
    facts.ages.told[at] = np.isin(told["minor"][there], (_NO, _YES))
    at, there = _places(removed["account"], names=names)
    facts.removed_ms[at] = removed["at_ms"][there]
    return facts


def _places(keys: NDArray[np.void], *, names: pa.Array) -> tuple[Places, NDArray[np.bool_]]:
    """The places of those digests that are in the graph, and which of them are."""
    found = pc.index_in(pa.array([key.hex() for key in keys.tolist()], pa.string()), names)
    there = np.asarray(found.is_valid().to_numpy(zero_copy_only=False), np.bool_)
    return found.drop_null().to_numpy().astype(np.int64), there
