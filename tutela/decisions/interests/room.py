"""What a conflict of interest is told by, its errors, and how an act about one is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.decisions.quality.room import QualityRoom
from tutela.domain.canonical import timestamp
from tutela.domain.interests import InterestKind, InterestState
from tutela.errors import TutelaError
from tutela.ledger import facts
from tutela.ledger.facts import Happened, WrittenFact

_sql = queries.load("tutela.decisions.interests")
_ledger_sql = queries.load("tutela.ledger")


class UnknownInterest(TutelaError):
    """Nobody declared such a conflict of interest on this service."""

    code = "unknown_interest"
    title = "No such conflict of interest"
    status = 404


class Interest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody declared; about whom is kept under a digest that nobody can read back."""

    id: str
    kind: InterestKind
    state: InterestState
    declared_at: str
    #: Decisions of theirs about it that were taken before; those on a case are looked at again.
    decided_before: int
    ended_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something done about a conflict of interest; `projection` names nobody."""

    event: str
    person: str
    projection: Mapping[str, object]
    said: Mapping[str, object]
    #: Which it is about; None for the one that the act makes.
    interest_id: UUID | None = None


def ledger_fact(room: QualityRoom, *, caller: Caller, act: Act, at: datetime) -> WrittenFact:
    """The fact of an act, not yet stored."""
    projection = {"mark": str(caller.mark), **act.projection}
    happened = Happened(
        type=f"interest.{act.event}",
        service=caller.service,
        projection=projection,
        said={"by": act.person, **projection, **act.said},
    )
    return facts.write(happened, at=at, keys=room.keys, chance=room.chance)


async def add_leaf(connection: Connection, *, caller: Caller, fact: WrittenFact) -> None:
    """The leaf is in the ledger, before any row that stands on it."""
    leaf = {**fact.leaf.columns, "tenant": caller.tenant, "at": fact.at}
    await connection.execute(_ledger_sql.add_leaf, leaf)


async def add_act(connection: Connection, *, caller: Caller, act: Act, fact: WrittenFact) -> None:
    """What was said is kept beside its leaf, sealed."""
    row = {"event": act.event, "person": act.person, "interest_id": act.interest_id or fact.id}
    await connection.execute(_sql.add_act, {**Whose.of(caller).columns, **fact.columns, **row})


def interest_of(row: tuple[Any, ...]) -> Interest:
    """The declaration as it is told; `row` begins with the columns of `own_interests`."""
    interest_id, kind, state, declared_at, decided, ended_at, *_ = row
    return Interest(
        id=str(interest_id),
        kind=InterestKind(kind),
        state=InterestState(state),
        declared_at=timestamp(declared_at),
        decided_before=decided,
        ended_at=None if ended_at is None else timestamp(ended_at),
    )
