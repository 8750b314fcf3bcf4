"""What searches in stored events stand on, whose events they are, and how an act is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, Pool
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.errors import TutelaError
from tutela.law.detection import REGISTER, DetectionBases
from tutela.ledger import facts
from tutela.ledger.facts import Happened

#: Code points of a reason that a person gives.
REASON_MAX: Final = 2_000

_sql = queries.load("tutela.networks.stored", file="runs.sql")
_ledger_sql = queries.load("tutela.ledger")


class UnknownNetworkRun(TutelaError):
    """There is no such search, or the caller may not know of it."""

    code = "unknown_network_run"
    title = "No such search"
    status = 404


class UnknownNetworkCase(TutelaError):
    """There is no such case of a network, or the caller may not know of it."""

    code = "unknown_network_case"
    title = "No such case of a network"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRoom:
    """What searches in stored events stand on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    bases: DetectionBases = field(default_factory=REGISTER.built_in)

    def new_ids(self, count: int, *, at: datetime) -> list[UUID]:
        """So many new ids, each greater than the one before."""
        unix_ms = int(at.timestamp() * 1000)
        return sorted(
            uuid7(unix_ms=unix_ms, random=self.chance(UUID7_RANDOM_BYTES)) for _ in range(count)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done to a search or a case; `person` is None where a worker did it."""

    event: str
    at: datetime
    person: str | None
    #: The search or the case.
    subject: UUID
    #: Its public side: counts and states, never an id of an account, never a name.
    projection: Mapping[str, object]
    reason: str = ""
    #: What else is committed to, sealed; never an id of an account.
    said: Mapping[str, object] = field(default_factory=dict)


async def write(connection: Connection, *, room: NetworkRoom, whose: Whose, act: Act) -> UUID:
    """The act with its leaf, in the transaction of what it changes; its id."""
    projection = {"mark": str(whose.mark), **act.projection}
    happened = Happened(
        type=f"network.{act.event}",
        service=whose.service,
        projection=projection,
        said={"by": act.person, "reason": act.reason, **projection, **act.said},
    )
    fact = facts.write(happened, at=act.at, keys=room.keys, chance=room.chance)
    leaf = {**fact.leaf.columns, "tenant": whose.tenant, "at": act.at}
    row = {"event": act.event, "person": act.person, "subject": act.subject}
    await connection.execute(_ledger_sql.add_leaf, leaf)
    await connection.execute(_sql.add_act, {**whose.columns, **fact.columns, **row})
    return fact.id


def unknown_run() -> UnknownNetworkRun:
    """The error for an id that is none of the caller's service."""
    return UnknownNetworkRun("This service has no such search for a network.")


def unknown_case() -> UnknownNetworkCase:
    """The error for an id that is none of the caller's service."""
    return UnknownNetworkCase("This service has no such case of a network.")
