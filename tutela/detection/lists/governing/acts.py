"""Who does something to what is asked of lists, with its leaf and its sealed account."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.lists.changing import NO_LIMIT
from tutela.detection.lists.errors import ListUnfit
from tutela.detection.lists.room import ListName, ListRoom
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Mark
from tutela.errors import FieldError, TutelaError
from tutela.ledger import facts
from tutela.ledger.facts import Happened

_sql = queries.load("tutela.detection.lists.governing", file="acts.sql")
_ledger_sql = queries.load("tutela.ledger")


class UnknownProposal(TutelaError):
    """The service was asked for no such change of a list."""

    code = "unknown_list_proposal"
    title = "No such proposal"
    status = 404


class ProposalSettled(TutelaError):
    """What was asked is kept no longer than it waits for a second person."""

    code = "list_proposal_settled"
    title = "That proposal is settled"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """A person who acts on the lists of a service, at one instant, in a transaction."""

    connection: Connection
    whose: Whose
    person: str
    now: datetime

    @property
    def columns(self) -> dict[str, Any]:
        """The named values that most queries take."""
        return {**self.whose.columns, "person": self.person, "now": self.now}

    def named(self, name: str) -> ListName:
        """A list of the service."""
        return ListName(tenant=self.whose.tenant, service=self.whose.service, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done to one proposal; `person` is None where a time was over."""

    event: str
    subject: UUID
    at: datetime
    person: str | None
    #: Its public side: ids, names of lists, counts and states, never an entry, never a person.
    projection: Mapping[str, object]
    reason: str = ""


@asynccontextmanager
async def acting(room: ListRoom, *, caller: Caller, right: Right) -> AsyncIterator[Acting]:
    """All of what somebody does, or nothing.

    Raises Forbidden, NeedsPerson, and ListUnfit to a token that is marked as a canary's or drill's.
    """
    refuse_unless(caller.role, right=right)
    person = person_of(caller)
    if caller.mark is not Mark.REAL:
        raise ListUnfit("A marked token keeps no lists.")
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=NO_LIMIT
    ) as connection:
        whose = Whose.of(caller)
        yield Acting(connection=connection, whose=whose, person=person, now=room.clock())


async def write(connection: Connection, *, room: ListRoom, whose: Whose, act: Act) -> None:
    """The act with its leaf, in the transaction of what it changes."""
    happened = Happened(
        type=f"list.{act.event}",
        service=whose.service,
        projection=act.projection,
        said={"by": act.person, "reason": act.reason, **act.projection},
    )
    fact = facts.write(happened, at=act.at, keys=room.keys, chance=room.chance)
    leaf = {**fact.leaf.columns, "tenant": whose.tenant, "at": act.at}
    await connection.execute(_ledger_sql.add_leaf, leaf)
    row = {**whose.columns, **fact.columns, "at": act.at}
    row |= {"event": act.event, "subject": act.subject, "person": act.person}
    await connection.execute(_sql.add_act, row)


def new_id(room: ListRoom, *, at: datetime) -> UUID:
    """A new id, greater than those of earlier instants."""
    return uuid7(unix_ms=int(at.timestamp() * 1000), random=room.chance(UUID7_RANDOM_BYTES))


def refuse_blank(reason: str) -> None:
    """ListUnfit where no reason is given."""
    if is_blank(reason):
        raise ListUnfit("A reason is needed.", errors=[FieldError("/reason", "blank")])
