"""What keeping policies stands on, whose they are, and how an act is written."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet
from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.detection.rules.book import RuleBook
from tutela.detection.rules.variables import Vocabulary
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Mark
from tutela.errors import FieldError, TutelaError
from tutela.law.detection import DetectionBases
from tutela.ledger import facts
from tutela.ledger.facts import Happened

#: How long a question waits for another person.
ANSWER: Final = timedelta(days=30)
#: Every policy at once.
ALL: Final = "all"
TEXT_KEY_BYTES: Final = 16
REASON_MAX_CODE_POINTS: Final = 1_000
NO_LIMIT: Final = None

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX_CODE_POINTS)]

_sql = queries.load("tutela.detection.rules.governing", file="acts.sql")
_ledger_sql = queries.load("tutela.ledger")


class UnknownRule(TutelaError):
    """The service keeps no such version or policy, or the caller may not know of it."""

    code = "unknown_rule"
    title = "No such rule"
    status = 404


class RuleUnfit(TutelaError):
    """What was asked of a policy can't be done as it was asked."""

    code = "rule_unfit"
    title = "That can't be asked of a rule"
    status = 422


class RuleTaken(TutelaError):
    """A version of the policy stands in the way."""

    code = "rule_taken"
    title = "The rule stands otherwise"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRoom:
    """What keeping policies stands on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    bases: DetectionBases
    #: The policies of files, beside which these stand; None where there are none.
    book: RuleBook | None = None

    @property
    def vocabulary(self) -> Vocabulary:
        """What policies may speak of."""
        return Vocabulary(bases=frozenset(each.code for each in self.bases))

    def new_id(self, at: datetime) -> UUID:
        """A new id, greater than those of earlier instants."""
        return uuid7(unix_ms=int(at.timestamp() * 1000), random=self.chance(UUID7_RANDOM_BYTES))

    def text_key(self, text: str) -> bytes:
        """A keyed digest that stands for a text without telling it."""
        return self.keys.subject_digest(b"rule\0" + text.encode())[:TEXT_KEY_BYTES]

    async def ids_in_files(self) -> frozenset[str]:
        """The ids of the policies that are in force by files."""
        if self.book is None:
            return frozenset()
        await asyncio.to_thread(self.book.refresh)
        policies = self.book.standing.policies
        return frozenset() if policies is None else frozenset(each.id for each in policies.policies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """The service whose policies they are."""

    tenant: str
    service: str

    @property
    def columns(self) -> dict[str, Any]:
        """The named values that the queries of the room take."""
        return {"tenant": self.tenant, "service": self.service}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did, to be written down; `person` is None where a time was over."""

    event: str
    at: datetime
    person: str | None
    subject: UUID
    #: Its public side: ids, versions and states, never a text, never a name.
    projection: Mapping[str, object]
    reason: str = ""
    #: What else is committed to, sealed.
    said: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """A person who acts on the policies of a service, under their lock, at one instant."""

    connection: Connection
    owned: Owned
    person: str
    now: datetime

    @property
    def columns(self) -> dict[str, Any]:
        """The named values that most queries take."""
        return {**self.owned.columns, "person": self.person, "now": self.now}


@asynccontextmanager
async def acting(room: RuleRoom, *, caller: Caller, right: Right) -> AsyncIterator[Acting]:
    """Holds the policies of the caller's service until all is written.

    Raises Forbidden, also to a token that is marked as a canary's or a drill's, and NeedsPerson.
    """
    refuse_unless(caller.role, right=right)
    person = person_of(caller)
    if caller.mark is not Mark.REAL:
        raise RuleUnfit("A marked token keeps no rules.")
    owned = Owned(tenant=caller.tenant, service=caller.service)
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=NO_LIMIT
    ) as connection:
        await hold(connection, owned=owned)
        yield Acting(connection=connection, owned=owned, person=person, now=room.clock())


async def hold(connection: Connection, *, owned: Owned) -> None:
    """Nobody else changes this service's policies until the transaction ends."""
    await connection.execute(_sql.hold, owned.columns)


async def write(connection: Connection, *, room: RuleRoom, owned: Owned, act: Act) -> None:
    """The act with its leaf, in the transaction of what it changes."""
    happened = Happened(
        type=f"rule.{act.event}",
        service=owned.service,
        projection=act.projection,
        said={"by": act.person, "reason": act.reason, **act.projection, **act.said},
    )
    fact = facts.write(happened, at=act.at, keys=room.keys, chance=room.chance)
    leaf = {**fact.leaf.columns, "tenant": owned.tenant, "at": act.at}
    await connection.execute(_ledger_sql.add_leaf, leaf)
    row = {**owned.columns, **fact.columns}
    row |= {"event": act.event, "subject": act.subject, "person": act.person}
    await connection.execute(_sql.add_change, row)


def refuse_blank(reason: str) -> None:
    """RuleUnfit where no reason is given."""
    if is_blank(reason):
        raise RuleUnfit("A reason is needed.", errors=[FieldError("/reason", "blank")])
