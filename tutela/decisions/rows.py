"""The rows of decisions, written by sets in the transaction that holds what they decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.decisions.instructions import Instruction, plain
from tutela.decisions.preparation import Mint, PreparedDecision
from tutela.domain import canonical
from tutela.ledger import receipts
from tutela.review.queue import holder

_sql = queries.load("tutela.decisions")
_ledger_sql = queries.load("tutela.ledger")

Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """A decision with all its messages: everything that is written of it."""

    prepared: PreparedDecision
    messages: Sequence[Instruction]


async def write(
    connection: Connection, *, complete: Sequence[Complete], mint: Mint, keys: KeySet
) -> None:
    """Everything of decisions of one caller at one instant but the state of their cases."""
    common = _common(complete[0].prepared)
    for sql, rows in (
        (_ledger_sql.add_leaves, [_leaf(each.prepared) for each in complete]),
        (_sql.add_decisions, [_decision(each) for each in complete]),
        (_sql.answer_items, [row for each in complete for row in _items(each.prepared)]),
        (
            _sql.add_statements,
            [row for each in complete for row in _statements(each.prepared, keys=keys)],
        ),
        (_sql.add_measures, [row for each in complete for row in _measures(each)]),
        (
            _sql.add_instructions,
            [row for each in complete for row in _outbox(each, mint=mint, keys=keys)],
        ),
    ):
        if rows:
            await connection.execute(sql, {**common, **columns(rows)})


def columns(rows: Sequence[Row]) -> Row:
    """Rows as the sets that a query takes: each name with the values of all rows."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def _common(prepared: PreparedDecision) -> Row:
    caller = prepared.ruling.caller
    return {
        "tenant": caller.tenant,
        "service": caller.service,
        "mark": str(caller.mark),
        "decided_by": holder(caller),
        "at": prepared.at,
    }


def _leaf(prepared: PreparedDecision) -> Row:
    return {
        "fact_id": prepared.leaf.fact_id,
        "fact_type": prepared.leaf.fact_type,
        "content": prepared.leaf.content,
        "leaf_hash": prepared.leaf.leaf_hash,
    }


def _decision(complete: Complete) -> Row:
    prepared = complete.prepared
    ruling, decision = prepared.ruling, prepared.ruling.read.decision
    return {
        "id": ruling.id,
        "outcome": str(decision.outcome),
        "subject_key": ruling.matter.subject_key,
        "category": decision.category and str(decision.category),
        "keyword": decision.keyword and str(decision.keyword),
        "ground": decision.ground and str(decision.ground),
        "automated_detection": decision.automated_detection,
        "automated_decision": decision.automated_decision and str(decision.automated_decision),
        "guideline_version": decision.guideline_version,
        "case_id": None if ruling.case is None else ruling.case.id,
        "bulk_id": None if ruling.bulk is None else ruling.bulk.id,
        "lease_token": None if ruling.case is None else ruling.case.lease_token,
        "item_count": len(ruling.items),
        "statement_count": len(prepared.statements),
        "measure_count": len(prepared.measures),
        "outbox_count": len(complete.messages),
        "sealed_key": prepared.sealed.key,
        "sealed_body": prepared.sealed.body,
    }


def _items(prepared: PreparedDecision) -> Iterator[Row]:
    ruling = prepared.ruling
    if not ruling.answers:
        return
    decision = ruling.read.decision
    for item in ruling.items:
        yield {
            "notice_ids": item.notice_id,
            "ordinals": item.ordinal,
            "decision_ids": ruling.id,
            "outcomes": str(decision.outcome),
            "grounds": decision.ground and str(decision.ground),
        }


def _statements(prepared: PreparedDecision, *, keys: KeySet) -> Iterator[Row]:
    for each in prepared.statements:
        sealed = keys.seal(canonical.encode(plain(each.statement)), row=each.id.bytes)
        yield {
            "id": each.id,
            "decision_id": prepared.ruling.id,
            "code_hash": receipts.hash_code(each.code),
            "sealed_key": sealed.key,
            "sealed_body": sealed.body,
        }


def _measures(complete: Complete) -> Iterator[Row]:
    prepared = complete.prepared
    revisions = {message.measure_id: message.revision for message in complete.messages}
    for each in prepared.measures:
        territory = each.measure.territory
        yield {
            "id": each.id,
            "decision_id": prepared.ruling.id,
            "statement_id": each.statement_id,
            "subject_key": each.subject_key,
            "revision": revisions[each.id],
            "kind": str(each.measure.kind),
            "until": each.measure.until,
            "territory": None if territory is None else " ".join(territory),
        }


def _outbox(complete: Complete, *, mint: Mint, keys: KeySet) -> Iterator[Row]:
    messages = complete.messages
    for row_id, message in zip(mint.ids(len(messages)), messages, strict=True):
        sealed = keys.seal(message.body, row=row_id.bytes)
        yield {
            "id": row_id,
            "kind": str(message.kind),
            "decision_id": complete.prepared.ruling.id,
            "statement_id": message.statement_id,
            "measure_id": message.measure_id,
            "subject_key": message.subject_key,
            "sealed_key": sealed.key,
            "sealed_body": sealed.body,
        }
