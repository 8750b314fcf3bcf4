"""What the platform is told of a decision: measures to apply, statements and answers to deliver."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet
from tutela.cases.identity import subject_key
from tutela.decisions.preparation import PreparedDecision, PreparedMeasure, PreparedStatement
from tutela.domain import canonical
from tutela.domain.notice import Subject
from tutela.domain.statement import Redress
from tutela.domain.vocabulary import Outcome
from tutela.intake.acknowledgement import item_id

#: The revision of what nobody has changed since the decision.
FIRST_REVISION = 1


class InstructionKind(StrEnum):
    """What a message to the platform asks or tells."""

    #: Restrict a subject.
    MEASURE_APPLY = "measure.apply"
    #: Tell the affected recipient the reasons, with the code by which they can complain.
    STATEMENT_ISSUED = "statement.issued"
    #: Tell the notifier what was decided: DSA Art. 16(5).
    NOTICE_ANSWERED = "notice.answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One message before it is sealed; messages of one `subject_key` are delivered in order."""

    kind: InstructionKind
    subject_key: bytes
    body: bytes
    statement_id: UUID | None = None


def instructions(prepared: PreparedDecision, *, keys: KeySet) -> tuple[Instruction, ...]:
    """All messages of a decision: first the measures, then their statements, then the answers."""
    return (
        *(_apply(prepared, each=each, keys=keys) for each in prepared.measures),
        *(_issue(prepared, each=each, keys=keys) for each in prepared.statements),
        *(_answers(prepared) if prepared.ruling.answers else ()),
    )


def plain(value: object) -> dict[str, object]:
    """Structs, enums and dates as JSON has them."""
    return msgspec.convert(msgspec.to_builtins(value), dict[str, object])


def _apply(prepared: PreparedDecision, *, each: PreparedMeasure, keys: KeySet) -> Instruction:
    measure = each.measure
    return Instruction(
        kind=InstructionKind.MEASURE_APPLY,
        subject_key=_key(measure.subject, prepared=prepared, keys=keys),
        body=_body(
            InstructionKind.MEASURE_APPLY,
            prepared=prepared,
            says={
                "measure_id": str(each.id),
                "statement_id": str(each.statement_id),
                "applies_from": prepared.ruling.read.decision.application_date,
                **plain(measure),
            },
        ),
    )


def _issue(prepared: PreparedDecision, *, each: PreparedStatement, keys: KeySet) -> Instruction:
    return Instruction(
        kind=InstructionKind.STATEMENT_ISSUED,
        subject_key=_key(each.statement.subject, prepared=prepared, keys=keys),
        statement_id=each.id,
        body=_body(
            InstructionKind.STATEMENT_ISSUED,
            prepared=prepared,
            says={
                "statement_id": str(each.id),
                "measure_ids": [
                    str(measure.id)
                    for measure in prepared.measures
                    if measure.statement_id == each.id
                ],
                "code": each.code,
                "statement": each.statement,
            },
        ),
    )


def _answers(prepared: PreparedDecision) -> Iterator[Instruction]:
    ruling = prepared.ruling
    decision = ruling.read.decision
    named: dict[UUID, list[str]] = {}
    sent_as: dict[UUID, str | None] = {}
    for item in ruling.case.items:
        named.setdefault(item.notice_id, []).append(item_id(item.notice_id, ordinal=item.ordinal))
        sent_as[item.notice_id] = None if item.notice is None else item.notice.external_id
    for notice_id, items in named.items():
        says = {
            "notice_id": str(notice_id),
            "external_id": sent_as[notice_id],
            "items": items,
            "outcome": decision.outcome,
            "ground": decision.ground,
            "explanation": decision.explanation if decision.outcome is Outcome.DISMISS else None,
            "automated_detection": decision.automated_detection,
            "automated_decision": decision.automated_decision,
            "redress": list(Redress),
        }
        kind = InstructionKind.NOTICE_ANSWERED
        yield Instruction(
            kind=kind,
            subject_key=ruling.case.subject_key,
            body=_body(kind, prepared=prepared, says=says),
        )


def _body(
    kind: InstructionKind, *, prepared: PreparedDecision, says: Mapping[str, object]
) -> bytes:
    return canonical.encode(
        plain(
            {
                "type": kind,
                "timestamp": canonical.timestamp(prepared.at),
                "decision_id": str(prepared.ruling.id),
                "case_id": str(prepared.ruling.case.id),
                "revision": FIRST_REVISION,
                **says,
            }
        )
    )


def _key(subject: Subject, *, prepared: PreparedDecision, keys: KeySet) -> bytes:
    caller = prepared.ruling.caller
    return subject_key(
        subject, tenant=caller.tenant, service=caller.service, digest=keys.subject_digest
    )
