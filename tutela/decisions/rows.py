"""The rows of a decision, written in the transaction that holds its case."""

from collections.abc import Sequence

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


async def write(
    connection: Connection,
    *,
    prepared: PreparedDecision,
    messages: Sequence[Instruction],
    mint: Mint,
    keys: KeySet,
) -> None:
    """Everything of the decision but the state of its case."""
    common = _common(prepared)
    await connection.execute(_ledger_sql.add_leaf, {**common, **_leaf(prepared)})
    await connection.execute(
        _sql.add_decision, {**common, **_decision(prepared), "outbox_count": len(messages)}
    )
    if prepared.ruling.answers:
        await connection.execute(_sql.answer_items, {**common, **_items(prepared)})
    statements = _statements(prepared, keys=keys)
    outbox = _outbox(messages, mint=mint, keys=keys)
    async with connection.cursor() as cursor:
        for sql, rows in (
            (_sql.add_statement, statements),
            (_sql.add_measure, _measures(prepared, messages=messages)),
            (_sql.add_instruction, outbox),
        ):
            if rows:
                await cursor.executemany(sql, [{**common, **row} for row in rows])


def _common(prepared: PreparedDecision) -> Row:
    caller, decision = prepared.ruling.caller, prepared.ruling.read.decision
    return {
        "tenant": caller.tenant,
        "service": caller.service,
        "mark": str(caller.mark),
        "decision_id": prepared.ruling.id,
        "case_id": prepared.ruling.case.id,
        "outcome": str(decision.outcome),
        "ground": decision.ground and str(decision.ground),
        "at": prepared.at,
    }


def _leaf(prepared: PreparedDecision) -> Row:
    return {
        "fact_id": prepared.leaf.fact_id,
        "fact_type": prepared.leaf.fact_type,
        "content": prepared.leaf.content,
        "leaf_hash": prepared.leaf.leaf_hash,
    }


def _decision(prepared: PreparedDecision) -> Row:
    ruling, decision = prepared.ruling, prepared.ruling.read.decision
    return {
        "subject_key": ruling.case.subject_key,
        "category": decision.category and str(decision.category),
        "keyword": decision.keyword and str(decision.keyword),
        "automated_detection": decision.automated_detection,
        "automated_decision": decision.automated_decision and str(decision.automated_decision),
        "guideline_version": decision.guideline_version,
        "decided_by": holder(ruling.caller),
        "lease_token": ruling.case.lease_token,
        "item_count": len(ruling.case.items),
        "statement_count": len(prepared.statements),
        "measure_count": len(prepared.measures),
        "sealed_key": prepared.sealed.key,
        "sealed_body": prepared.sealed.body,
    }


def _items(prepared: PreparedDecision) -> Row:
    items = prepared.ruling.case.items
    return {
        "notice_ids": [item.notice_id for item in items],
        "ordinals": [item.ordinal for item in items],
    }


def _statements(prepared: PreparedDecision, *, keys: KeySet) -> list[Row]:
    rows: list[Row] = []
    for each in prepared.statements:
        sealed = keys.seal(canonical.encode(plain(each.statement)), row=each.id.bytes)
        rows.append(
            {
                "id": each.id,
                "code_hash": receipts.hash_code(each.code),
                "sealed_key": sealed.key,
                "sealed_body": sealed.body,
            }
        )
    return rows


def _measures(prepared: PreparedDecision, *, messages: Sequence[Instruction]) -> list[Row]:
    revisions = {message.measure_id: message.revision for message in messages}
    return [
        {
            "id": each.id,
            "statement_id": each.statement_id,
            "subject_key": each.subject_key,
            "revision": revisions[each.id],
            "kind": str(each.measure.kind),
            "until": each.measure.until,
            "territory": None if each.measure.territory is None else list(each.measure.territory),
        }
        for each in prepared.measures
    ]


def _outbox(messages: Sequence[Instruction], *, mint: Mint, keys: KeySet) -> list[Row]:
    rows: list[Row] = []
    for row_id, message in zip(mint.ids(len(messages)), messages, strict=True):
        sealed = keys.seal(message.body, row=row_id.bytes)
        rows.append(
            {
                "id": row_id,
                "kind": str(message.kind),
                "statement_id": message.statement_id,
                "measure_id": message.measure_id,
                "subject_key": message.subject_key,
                "sealed_key": sealed.key,
                "sealed_body": sealed.body,
            }
        )
    return rows
