"""What the holder of a statement's code may read again: no account, no name, only the code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.decisions.readers import Readers
from tutela.decisions.words import Told, render
from tutela.domain import canonical
from tutela.domain.decision import Recipient
from tutela.domain.statement import Statement
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
    delivered_at = row[3]
    until = None if delivered_at is None else complaint_until(delivered_at=delivered_at)
    return StatementStanding(
        state=_state(row[9:]),
        issued_at=canonical.timestamp(row[2]),
        complaint_until=None if until is None else canonical.timestamp(until),
        text=_told(row, asked=asked, code=code, keys=keys),
    )


def _state(columns: Sequence[bool]) -> StatementState:
    decision_undone, over, undone = columns
    if decision_undone or (over and undone):
        return StatementState.UNDONE
    return StatementState.ENDED if over else StatementState.IN_FORCE


def _told(row: Sequence[Any], *, asked: StatementAsked, code: str, keys: KeySet) -> Told | None:
    statement_id, key, body = row[1], row[4], row[5]
    if key is None:
        return None
    opened = keys.open(Sealed(key, body), row=statement_id.bytes)
    statement = msgspec.json.decode(opened, type=Statement)
    readers = Readers(
        known={statement.recipient or "": _said(row[6:9], keys=keys)},
        default_language=asked.default_language,
    )
    reader = readers.of(statement.recipient, said=asked.recipient)
    return render(statement, code=code, language=reader.language, audience=reader.audience)


def _said(decision: Sequence[Any], *, keys: KeySet) -> Recipient:
    """How the decision said that the person is to be told."""
    decision_id, key, body = decision
    if key is None:
        return Recipient()
    opened = keys.open(Sealed(key, body), row=decision_id.bytes)
    read = msgspec.json.decode(opened[COMMITMENT_NONCE_BYTES:], type=_SaidOf)
    return read.recipient or Recipient()


class _SaidOf(msgspec.Struct, frozen=True):
    """Of a decision's body, how its person is told."""

    recipient: Recipient | None = None
