"""What the holder of a statement's code may read again: no account, no name, only the code."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.decisions.accounts import known_recipients
from tutela.decisions.later import Scope
from tutela.decisions.readers import Readers
from tutela.decisions.words import Told, render
from tutela.domain import canonical
from tutela.domain.decision import Recipient
from tutela.domain.statement import Statement
from tutela.domain.vocabulary import Mark
from tutela.errors import FieldError, TutelaError
from tutela.law.deadlines import complaint_until
from tutela.ledger import receipts
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES

_sql = queries.load("tutela.decisions", file="lookup.sql")


class StatementState(StrEnum):
    """What became of the restrictions of a statement."""

    #: One of them holds, or will.
    IN_FORCE = "in_force"
    #: Their time is over.
    ENDED = "ended"
    #: They were taken back.
    UNDONE = "undone"


class UnknownStatement(TutelaError):
    """No statement of reasons has this code, or it is not to be told yet."""

    code = "unknown_statement_code"
    title = "No statement has this code"
    status = 404


class StatementStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as its recipient may read it again.

    `complaint_until` is null as long as nobody said that the statement arrived: the window has not
    begun. `text` is null where the statement was erased.
    """

    state: StatementState
    issued_at: str
    complaint_until: str | None
    text: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementAsked:
    """Which statement, by its code however a person typed it, and how it is to be worded."""

    code: str
    recipient: Recipient
    default_language: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A statement with its decision, in the order of the query's columns."""

    tenant: str
    service: str
    mark: str
    id: UUID
    issued_at: datetime
    delivered_at: datetime | None
    sealed_key: bytes | None
    sealed_body: bytes
    decision_id: UUID
    decision_key: bytes | None
    decision_body: bytes
    is_decision_undone: bool
    is_over: bool
    is_undone: bool

    @property
    def state(self) -> StatementState:
        if self.is_decision_undone or (self.is_over and self.is_undone):
            return StatementState.UNDONE
        return StatementState.ENDED if self.is_over else StatementState.IN_FORCE

    @property
    def complaint_until(self) -> str | None:
        if self.delivered_at is None:
            return None
        return canonical.timestamp(complaint_until(delivered_at=self.delivered_at))

    def statement(self, keys: KeySet) -> Statement | None:
        """What was told; None where it was erased."""
        if self.sealed_key is None:
            return None
        opened = keys.open(Sealed(self.sealed_key, self.sealed_body), row=self.id.bytes)
        return msgspec.json.decode(opened, type=Statement)

    def said(self, keys: KeySet) -> Recipient:
        """How the decision said that the person is to be told."""
        if self.decision_key is None:
            return Recipient()
        sealed = Sealed(self.decision_key, self.decision_body)
        opened = keys.open(sealed, row=self.decision_id.bytes)
        read = msgspec.json.decode(opened[COMMITMENT_NONCE_BYTES:], type=_SaidOf)
        return read.recipient or Recipient()


async def look_up(
    pool: Pool, *, asked: StatementAsked, keys: KeySet, now: datetime
) -> StatementStanding:
    """The statement of a code; UnknownStatement where there is none that may be told now."""
    code = receipts.read_code(asked.code)
    named = {"code_hash": receipts.hash_code(code), "now": now}
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(_sql.statement_of_code, named)
        row = await cursor.fetchone()
        if row is None:
            raise UnknownStatement(
                detail="Check the code: 32 letters and digits, in groups of four.",
                errors=[FieldError("/code", "no statement has this code")],
            )
        found = _Found(*row)
        statement = found.statement(keys)
        known = await _known(connection, found=found, statement=statement, keys=keys)
    return StatementStanding(
        state=found.state,
        issued_at=canonical.timestamp(found.issued_at),
        complaint_until=found.complaint_until,
        text=None if statement is None else _told(statement, code=code, asked=asked, known=known),
    )


async def _known(
    connection: Connection, *, found: _Found, statement: Statement | None, keys: KeySet
) -> Recipient:
    """How the person is to be told: what the decision said, before what the platform said."""
    if statement is None or statement.recipient is None:
        return found.said(keys)
    scope = Scope(tenant=found.tenant, service=found.service, mark=Mark(found.mark))
    accounts = await known_recipients(
        connection, scope=scope, account_ids=[statement.recipient], keys=keys
    )
    said, of_account = found.said(keys), accounts.get(statement.recipient, Recipient())
    return Recipient(
        language=said.language or of_account.language,
        audience=said.audience or of_account.audience,
    )


def _told(statement: Statement, *, code: str, asked: StatementAsked, known: Recipient) -> Told:
    readers = Readers(
        known={statement.recipient or "": known}, default_language=asked.default_language
    )
    reader = readers.of(statement.recipient, said=asked.recipient)
    return render(statement, code=code, language=reader.language, audience=reader.audience)


class _SaidOf(msgspec.Struct, frozen=True):
    """Of a decision's body, how its person is told."""

    recipient: Recipient | None = None
