"""What is not filed yet, why, and a person's word on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from tutela.compliance.filing.claims import Registry
from tutela.compliance.filing.payload import FREE_TEXTS, puid
from tutela.compliance.filing.preparation import correction_row
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain.states import FilingEvent, FilingState, transition
from tutela.errors import FieldError, TutelaError
from tutela.ledger import facts
from tutela.ledger.facts import Happened

_sql = queries.load("tutela.compliance.filing")
_ledger_sql = queries.load("tutela.ledger")


class UnknownStatement(TutelaError):
    """The tenant has no such statement of reasons."""

    code = "unknown_statement"
    title = "No such statement"
    status = 404


class CorrectionUnfit(TutelaError):
    """Corrected texts are not what the Transparency Database has fields for."""

    code = "correction_unfit"
    title = "The corrected texts can't be used"
    status = 422


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How many statements are due, since when the oldest, and how many wait for a person."""

    due: int
    oldest_due_at: datetime | None
    held: int
    refused: int


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One statement that is not filed; `why` names kinds and places, never words."""

    id: UUID
    service: str
    issued_at: datetime
    attempts: int
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A person's word: it goes as it is, or with these texts by the database's fields."""

    statement_id: UUID
    corrected: Mapping[str, str] | None = None


async def standing(pool: Pool, *, tenant: str) -> Standing:
    """How the statements of a tenant stand."""
    async with tenant_transaction(pool, tenant=tenant) as connection:
        return await standing_in(connection)


async def standing_in(connection: Connection) -> Standing:
    """How the statements stand that the connection sees."""
    cursor = await connection.execute(_sql.standing)
    ((due, oldest_due_at, held, refused),) = await cursor.fetchall()
    return Standing(due=due, oldest_due_at=oldest_due_at, held=held, refused=refused)


async def listing(pool: Pool, *, tenant: str, state: FilingState, limit: int) -> Sequence[Listed]:
    """Statements in a state, the oldest first."""
    named = {"tenant": tenant, "state": str(state), "limit": limit}
    async with tenant_transaction(pool, tenant=tenant) as connection:
        cursor = await connection.execute(_sql.listing, named)
        rows = await cursor.fetchall()
    return [
        Listed(id=row[0], service=row[1], issued_at=row[2], attempts=row[3], why=row[4])
        for row in rows
    ]


async def release(registry: Registry, *, word: Release) -> None:
    """Nothing, once the statement is due again; in the ledger that a person said so.

    One that goes as it is passes the scanner; one with corrected texts is scanned again. Raises
    UnknownStatement, CorrectionUnfit, and IllegalTransition for one that waits for nobody.
    """
    _check(word.corrected)
    named = {"tenant": registry.tenant, "id": word.statement_id}
    now = registry.clock()
    async with tenant_transaction(registry.pool, tenant=registry.tenant) as connection:
        cursor = await connection.execute(_sql.lock_statement, named)
        row = await cursor.fetchone()
        if row is None:
            raise UnknownStatement("There is no such statement of reasons.")
        service, state = row
        transition(FilingState(state), event=FilingEvent.RELEASED)
        columns = {"service": service, **_columns(registry, word=word, now=now)}
        await connection.execute(_sql.release, {**named, **columns})
        happened = _happened(service, word=word)
        written = facts.write(happened, at=now, keys=registry.keys, chance=registry.chance)
        leaf = {**written.columns, "fact_id": written.id, "fact_type": happened.type}
        await connection.execute(_ledger_sql.add_leaf, {**leaf, "tenant": registry.tenant})


def _check(corrected: Mapping[str, str] | None) -> None:
    if corrected is None:
        return
    errors = [
        FieldError(f"/{name}", f"is no text of a statement: {', '.join(FREE_TEXTS)}")
        for name in corrected
        if name not in FREE_TEXTS
    ]
    if errors or not corrected:
        raise CorrectionUnfit("Name texts by the database's fields.", errors=errors)


def _columns(registry: Registry, *, word: Release, now: datetime) -> dict[str, object]:
    if word.corrected is None:
        return {"cleared_at": now, "sealed_key": None, "sealed_body": None}
    sealed = registry.keys.seal(
        msgspec.json.encode(word.corrected), row=correction_row(word.statement_id)
    )
    return {"cleared_at": None, "sealed_key": sealed.key, "sealed_body": sealed.body}


def _happened(service: str, *, word: Release) -> Happened:
    projection = {
        "puid": puid(word.statement_id),
        "corrected": sorted(word.corrected or ()),
    }
    return Happened(
        type="statement.released", service=service, projection=projection, said=projection
    )
