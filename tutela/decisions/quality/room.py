"""What second looks stand on, their errors, and how a lead's act is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, Pool
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.errors import TutelaError
from tutela.ledger import facts
from tutela.ledger.facts import Happened, WrittenFact
from tutela.review.care.rules import CareRules

#: Code points of a reason that a person gives.
REASON_MAX: Final = 4_000

_sql = queries.load("tutela.decisions.quality")
_ledger_sql = queries.load("tutela.ledger")


class UnknownLook(TutelaError):
    """There is no such second look, or the caller may not know of it."""

    code = "unknown_look"
    title = "No such second look"
    status = 404


class LookNotYours(TutelaError):
    """The second look is on nobody's desk any more, or on another's."""

    code = "look_not_yours"
    title = "The second look is not yours"
    status = 409


class HadPart(TutelaError):
    """Whoever had a part in it can't judge it."""

    code = "had_part"
    title = "Someone else must judge this"
    status = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRoom:
    """What second looks stand on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    #: When people rest, and how much they may see in a day.
    care: CareRules = field(default_factory=CareRules)

    def new_id(self) -> UUID:
        """A new id, greater than those before."""
        unix_ms = int(self.clock().timestamp() * 1000)
        return uuid7(unix_ms=unix_ms, random=self.chance(UUID7_RANDOM_BYTES))

    def one_in(self) -> float:
        """A number from 0 to below 1 that nobody can foretell."""
        return int.from_bytes(self.chance(6)) / 2**48


async def write(
    connection: Connection,
    *,
    room: QualityRoom,
    caller: Caller,
    event: str,
    said: Mapping[str, Any],
) -> WrittenFact:
    """The leaf of what a person did; `said` is committed to, and its `public` part stands open."""
    whose, now = Whose.of(caller), room.clock()
    projection = {"mark": str(whose.mark), **said["public"]}
    happened = Happened(
        type=f"quality.{event}",
        service=whose.service,
        projection=projection,
        said={"by": caller.person or caller.name, **said["sealed"], **projection},
    )
    fact = facts.write(happened, at=now, keys=room.keys, chance=room.chance)
    leaf = {**fact.leaf.columns, "tenant": whose.tenant, "at": now}
    await connection.execute(_ledger_sql.add_leaf, leaf)
    return fact


def unknown_look() -> UnknownLook:
    """The error for an id that is none of the caller's service, or not theirs to see."""
    return UnknownLook("This service has no such second look for you.")
