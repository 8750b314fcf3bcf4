"""Evidence: what a notifier adds to a notice by its receipt's code, while something is open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.domain import canonical
from tutela.errors import FieldError, TutelaError
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.receipts import Receipted, receipted
from tutela.ledger import facts
from tutela.ledger.facts import Happened, WrittenFact

_sql = queries.load("tutela.intake")


class AlreadyAnswered(TutelaError):
    """Everything in the notice has its answer; more is a new notice, or a complaint."""

    code = "already_answered"
    title = "The notice has been answered"
    status = 409


class EvidenceAdded(msgspec.Struct, frozen=True):
    """The answer to evidence: sent only after it is committed."""

    id: str
    received_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a notifier adds to a notice, under a key of their own if they have one."""

    code: str
    text: str
    key: str | None


async def add_evidence(
    pool: Pool,
    *,
    evidence: Evidence,
    keys: KeySet,
    now: datetime,
    chance: Callable[[int], bytes],
) -> tuple[EvidenceAdded, bool]:
    """The acknowledgement, and whether it is new; the evidence is sealed and in the ledger's table.

    Raises UnknownCode, AlreadyAnswered where nothing is open any more, KeyReused.
    """
    found = await receipted(pool, code=evidence.code)
    written = facts.write(_happened(evidence, to=found), at=now, keys=keys, chance=chance)
    place = {
        "tenant": found.tenant,
        "service": found.service,
        "notice_id": found.notice_id,
        "key": None if evidence.key is None else f"evidence {found.notice_id} {evidence.key}",
    }
    async with tenant_transaction(pool, tenant=found.tenant) as connection:
        cursor = await connection.execute(_sql.add_evidence, {**place, **written.columns})
        if await cursor.fetchone() is not None:
            return _added(written.id, received_at=now), True
        cursor = await connection.execute(_sql.evidence_of_key, place)
        earlier = await cursor.fetchone()
    return _of_earlier(earlier, written=written, keys=keys), False


def _happened(evidence: Evidence, *, to: Receipted) -> Happened:
    return Happened(
        type="evidence.added",
        service=to.service,
        projection={"notice": str(to.notice_id)},
        said={"text": evidence.text},
    )


def _of_earlier(
    earlier: tuple[UUID, datetime, bytes | None, bytes] | None,
    *,
    written: WrittenFact,
    keys: KeySet,
) -> EvidenceAdded:
    if earlier is None:
        raise AlreadyAnswered(detail="Send a new notice, or complain about the answer.")
    evidence_id, received_at, sealed_key, sealed_body = earlier
    same = sealed_key is not None and written.body == facts.open_fact(
        Sealed(sealed_key, sealed_body), fact_id=evidence_id, keys=keys
    )
    if not same:
        raise KeyReused(
            detail="The evidence sent under this key was another.",
            errors=[FieldError("Idempotency-Key", "used before")],
        )
    return _added(evidence_id, received_at=received_at)


def _added(evidence_id: UUID, *, received_at: datetime) -> EvidenceAdded:
    return EvidenceAdded(str(evidence_id), canonical.timestamp(received_at))
