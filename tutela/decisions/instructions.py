"""What the platform is told of a decision: measures to apply, statements and answers to deliver."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import msgspec

from tutela.decisions.preparation import (
    PreparedDecision,
    PreparedMeasure,
    PreparedStatement,
    Ruling,
)
from tutela.decisions.words import Told, render
from tutela.domain import canonical
from tutela.domain.statement import Redress
from tutela.domain.vocabulary import Outcome
from tutela.intake.acknowledgement import item_id

#: The revision of what never changes: an answer to a notifier.
FIRST_REVISION = 1


class InstructionKind(StrEnum):
    """What a message to the platform asks or tells."""

    #: Restrict a subject.
    MEASURE_APPLY = "measure.apply"
    #: Lift a restriction: its decision was undone, or its last day is over.
    MEASURE_UNDO = "measure.undo"
    #: Make a subject's restrictions those that are named here, all of them and no other.
    MEASURE_RECONCILE = "measure.reconcile"
    #: Tell the affected recipient the reasons, with the code by which they can complain.
    STATEMENT_ISSUED = "statement.issued"
    #: Tell the notifier what was decided: DSA Art. 16(5).
    NOTICE_ANSWERED = "notice.answered"
    #: Tell a person that a fault concerned them, and what becomes of it.
    INCIDENT_NOTIFIED = "incident.notified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One message before it is sealed; messages of one `subject_key` are delivered in order."""

    kind: InstructionKind
    subject_key: bytes
    body: bytes
    statement_id: UUID | None = None
    measure_id: UUID | None = None
    revision: int = FIRST_REVISION


def instructions(
    prepared: PreparedDecision, *, revisions: Mapping[bytes, int]
) -> tuple[Instruction, ...]:
    """All messages of a decision: first the measures, then their statements, then the answers.

    `revisions` has the subject of every measure, as `advance` gave them.
    """
    return (
        *(
            _apply(prepared, each=each, revision=revisions[each.subject_key])
            for each in prepared.measures
        ),
        *(_issue(prepared, each=each, revisions=revisions) for each in prepared.statements),
        *(_answers(prepared) if prepared.ruling.answers else ()),
    )


def plain(value: object) -> dict[str, object]:
    """Structs, enums and dates as JSON has them."""
    return msgspec.convert(msgspec.to_builtins(value), dict[str, object])


def _apply(prepared: PreparedDecision, *, each: PreparedMeasure, revision: int) -> Instruction:
    measure = each.measure
    withheld = prepared.ruling.withholding
    until = None if withheld is None else canonical.timestamp(withheld.until)
    return Instruction(
        kind=InstructionKind.MEASURE_APPLY,
        subject_key=each.subject_key,
        measure_id=each.id,
        revision=revision,
        body=_body(
            InstructionKind.MEASURE_APPLY,
            prepared=prepared,
            revision=revision,
            says={
                "measure_id": str(each.id),
                "statement_id": str(each.statement_id),
                "applies_from": prepared.ruling.read.decision.application_date,
                **plain(measure),
                **({} if until is None else {"withheld_until": until}),
            },
        ),
    )


def _issue(
    prepared: PreparedDecision,
    *,
    each: PreparedStatement,
    revisions: Mapping[bytes, int],
) -> Instruction:
    reasoned = [measure for measure in prepared.measures if measure.statement_id == each.id]
    subject = reasoned[0].subject_key
    return Instruction(
        kind=InstructionKind.STATEMENT_ISSUED,
        subject_key=subject,
        statement_id=each.id,
        revision=revisions[subject],
        body=_body(
            InstructionKind.STATEMENT_ISSUED,
            prepared=prepared,
            revision=revisions[subject],
            says={
                "statement_id": str(each.id),
                "measure_ids": [str(measure.id) for measure in reasoned],
                "code": each.code,
                "statement": each.statement,
                "text": _told(prepared.ruling, each=each),
            },
        ),
    )


def _told(ruling: Ruling, *, each: PreparedStatement) -> Told:
    recipient = each.statement.recipient
    reader = ruling.readers.of(recipient, said=ruling.read.decision.recipient)
    return render(
        each.statement, code=each.code, language=reader.language, audience=reader.audience
    )


def _answers(prepared: PreparedDecision) -> Iterator[Instruction]:
    ruling = prepared.ruling
    decision = ruling.read.decision
    named: dict[UUID, list[str]] = {}
    sent_as: dict[UUID, str | None] = {}
    for item in ruling.items:
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
            subject_key=ruling.matter.subject_key,
            body=_body(kind, prepared=prepared, revision=FIRST_REVISION, says=says),
        )


def _body(
    kind: InstructionKind,
    *,
    prepared: PreparedDecision,
    revision: int,
    says: Mapping[str, object],
) -> bytes:
    return canonical.encode(
        plain(
            {
                "type": kind,
                "timestamp": canonical.timestamp(prepared.at),
                "decision_id": str(prepared.ruling.id),
                **_matter(prepared.ruling),
                "revision": revision,
                **says,
            }
        )
    )


def _matter(ruling: Ruling) -> dict[str, str]:
    name = "case_id" if ruling.bulk is None else "bulk_id"
    return {name: str(ruling.matter.id)}
