"""What the guard's governance stands on, whose list it is about, and how an act is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, Pool
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.errors import TutelaError
from tutela.ledger import facts
from tutela.ledger.facts import Happened

#: How long one person's word holds in an emergency, until another agrees.
EMERGENCY: Final = timedelta(hours=24)
#: How long a question waits for another person.
ANSWER: Final = timedelta(days=30)
#: Bytes of the keyed digest that stands for a value.
VALUE_KEY_BYTES: Final = 16

_sql = queries.load("tutela.guard.governance", file="acts.sql")
_ledger_sql = queries.load("tutela.ledger")


class UnknownGuardEntry(TutelaError):
    """The guard lists no such entry, or the caller may not know of it."""

    code = "unknown_guard_entry"
    title = "No such entry of the guard"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceRoom:
    """What the guard's governance stands on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]

    def new_ids(self, count: int, *, at: datetime) -> list[UUID]:
        """So many new ids, each greater than the one before."""
        unix_ms = int(at.timestamp() * 1000)
        return sorted(
            uuid7(unix_ms=unix_ms, random=self.chance(UUID7_RANDOM_BYTES)) for _ in range(count)
        )

    def value_key(self, *parts: str) -> bytes:
        """A keyed digest that stands for a value without telling it."""
        named = "\x00".join(("guard", *parts)).encode()
        return self.keys.subject_digest(named)[:VALUE_KEY_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did, to be written down; `person` is None where a time was over."""

    event: str
    at: datetime
    person: str | None
    subjects: Sequence[UUID]
    #: Its public side: counts and states, never a value, never a name.
    projection: Mapping[str, object]
    reason: str = ""
    #: What else is committed to, sealed; never a value.
    said: Mapping[str, object] = field(default_factory=dict)
    #: Whether what is listed may be another after it.
    moves: bool = True
    #: Of a call that creates: its own key, and a digest of its body.
    key: str | None = None
    body_key: bytes | None = None


def whose(caller: Caller) -> Whose:
    """The list that a caller may change."""
    return Whose(tenant=caller.tenant, service=caller.service, mark=caller.mark)


async def hold(connection: Connection, *, listed: Whose) -> None:
    """Nobody else changes this service's list until the transaction ends."""
    await connection.execute(_sql.hold, listed.columns)


async def write(connection: Connection, *, room: GovernanceRoom, listed: Whose, act: Act) -> UUID:
    """The act with its leaf, in the transaction of what it changes; its id."""
    projection = {"mark": str(listed.mark), **act.projection}
    happened = Happened(
        type=f"guard.{act.event}",
        service=listed.service,
        projection=projection,
        said={"by": act.person, "reason": act.reason, **projection, **act.said},
    )
    fact = facts.write(happened, at=act.at, keys=room.keys, chance=room.chance)
    row = {
        **listed.columns,
        **fact.columns,
        "event": act.event,
        "person": act.person,
        "subjects": list(act.subjects),
        "key": act.key,
        "body_key": act.body_key,
    }
    leaf = {**fact.leaf.columns, "tenant": listed.tenant, "at": act.at}
    await connection.execute(_ledger_sql.add_leaf, leaf)
    await connection.execute(_sql.add_change, row)
    if act.moves:
        await connection.execute(_sql.move_generation, listed.columns)
    return fact.id
