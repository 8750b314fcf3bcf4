"""Messages that follow from a decision later than its commit; the decision counts them too."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.decisions.instructions import Instruction
from tutela.decisions.preparation import Mint
from tutela.decisions.rows import columns
from tutela.domain.vocabulary import Mark

_decisions = queries.load("tutela.decisions")
_sql = queries.load("tutela.decisions", file="measures.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose decisions: one service's, and only real ones or only those of one kind of probe."""

    tenant: str
    service: str
    mark: Mark

    @property
    def named(self) -> dict[str, object]:
        """The values as queries name them."""
        return {"tenant": self.tenant, "service": self.service, "mark": str(self.mark)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A message and the decision from which it follows."""

    decision_id: UUID
    instruction: Instruction


async def add(
    connection: Connection, *, scope: Scope, messages: Sequence[Later], mint: Mint, keys: KeySet
) -> None:
    """The messages stand in the outbox in their order; call `advance` before."""
    if not messages:
        return
    rows = []
    for row_id, each in zip(mint.ids(len(messages)), messages, strict=True):
        sealed = keys.seal(each.instruction.body, row=row_id.bytes)
        rows.append(
            {
                "id": row_id,
                "kind": str(each.instruction.kind),
                "decision_id": each.decision_id,
                "statement_id": each.instruction.statement_id,
                "measure_id": each.instruction.measure_id,
                "subject_key": each.instruction.subject_key,
                "sealed_key": sealed.key,
                "sealed_body": sealed.body,
            }
        )
    common = {**scope.named, "at": mint.at}
    await connection.execute(_decisions.add_instructions, {**common, **columns(rows)})
    ids = [each.decision_id for each in messages]
    await connection.execute(_sql.count_more_instructions, {**common, "decision_ids": ids})
