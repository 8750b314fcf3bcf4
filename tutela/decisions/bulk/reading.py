"""A decision about many subjects as it is sent: what they share, then a line a subject."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

import msgspec

from tutela.decisions.reading import DecisionRead
from tutela.domain import canonical
from tutela.domain.countries import is_country
from tutela.domain.decision import (
    CONTENT_DATE_MIN,
    COUNTRIES_MAX,
    FACTS_MAX_CODE_POINTS,
    Content,
    Decision,
    Explanation,
    GroundText,
    Measure,
    Recipient,
    Version,
    check,
)
from tutela.domain.notice import Identifier, Subject, Timestamp
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import (
    AccountType,
    AutomatedDecision,
    Category,
    ContentType,
    Ground,
    Keyword,
    MeasureKind,
    Outcome,
    SubjectKind,
)
from tutela.errors import FieldError
from tutela.intake.reading import fit, read_json, refuse_if_any

MEASURES_MAX: Final = 20

#: Members of a decision that one about many subjects does without.
_OF_A_CASE: Final = frozenset({"lease_token", "items"})
_ANYONE: Final = Subject(kind=SubjectKind.ACCOUNT, id="any")


class BulkMeasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One restriction of each subject."""

    kind: MeasureKind
    until: date | None = None
    territory: Annotated[tuple[str, ...], msgspec.Meta(max_length=COUNTRIES_MAX)] | None = None
    text: GroundText | None = None


class BulkHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all the subjects share; `content` and `account_type` hold where a line has none."""

    category: Category
    ground: Ground
    explanation: Explanation
    measures: Annotated[
        tuple[BulkMeasure, ...], msgspec.Meta(min_length=1, max_length=MEASURES_MAX)
    ]
    automated_detection: bool
    automated_decision: AutomatedDecision
    application_date: date
    guideline_version: Version
    keyword: Keyword | None = None
    legal_ground: GroundText | None = None
    terms_clause: GroundText | None = None
    terms_version: Version | None = None
    also_illegal: bool | None = None
    content: Content | None = None
    account_type: AccountType | None = None


class BulkFirstLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a part: what all the subjects share."""

    bulk: BulkHead


class BulkLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One subject with its own facts."""

    subject: Subject
    facts: Annotated[str, msgspec.Meta(min_length=1, max_length=FACTS_MAX_CODE_POINTS)]
    external_id: Identifier | None = None
    content: Content | None = None
    account_type: AccountType | None = None
    country: Annotated[str, msgspec.Meta(max_length=2)] | None = None
    account_created_at: Timestamp | None = None
    language: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    possible_minor: bool = False

    @property
    def account(self) -> Subject | None:
        """Whose it is; None where that is not said."""
        if self.subject.account_id is not None:
            return Subject(kind=SubjectKind.ACCOUNT, id=self.subject.account_id)
        return self.subject if self.subject.kind is SubjectKind.ACCOUNT else None


@dataclass(frozen=True, slots=True)
class HeadRead:
    """A head that holds together, and the RFC 8785 form of the line it was read from."""

    head: BulkHead
    body: bytes


@dataclass(frozen=True, slots=True)
class LineRead:
    """A line that holds together with its head, and the RFC 8785 form it was read from."""

    line: BulkLine
    body: bytes


#: What a line says at its top and a decision deeper down.
_OF_A_LINE: Final = re.compile(r"^/(measures/\d+|recipient)/")

_line_in = msgspec.json.Decoder(BulkLine).decode
_first_line_in = msgspec.json.Decoder(BulkFirstLine).decode


def read_first_line(raw: bytes) -> HeadRead | None:
    """The head; None for a line that names no `bulk`. `NotJson` or `Unfit`, every place named."""
    value = read_json(raw)
    if not isinstance(value, dict) or "bulk" not in value:
        return None
    head = fit(value, kind=BulkFirstLine).bulk
    refuse_if_any(list(_head_errors(head)))
    return HeadRead(head, canonical.encode(value))


def read_line(raw: bytes, *, template: Decision) -> LineRead:
    """The subject in a line; `NotJson` or `Unfit`, with every place that is wrong."""
    value = read_json(raw)
    line = fit(value, kind=BulkLine)
    refuse_if_any(list(_line_errors(line, template=template)))
    return LineRead(line, canonical.encode(value))


def head_in(body: bytes) -> BulkHead:
    """The head in a body that was read before."""
    return _first_line_in(body).bulk


def line_in(body: bytes) -> BulkLine:
    """The line in a body that was read before."""
    return _line_in(body)


def template_of(head: BulkHead) -> Decision:
    """What every decision has in common; its measures stand for any subject."""
    shared = {name: getattr(head, name) for name in head.__struct_fields__ if name != "measures"}
    return Decision(
        lease_token="",
        items=(),
        outcome=Outcome.ACT,
        measures=tuple(_measure(each, subject=_ANYONE) for each in head.measures),
        **shared,
    )


def decision_of(line: BulkLine, *, template: Decision) -> DecisionRead:
    """The decision about the subject of a line, and its RFC 8785 form without what a case has."""
    decision = _decision(line, template=template)
    said: dict[str, Any] = msgspec.to_builtins(decision)
    kept = {
        name: value for name, value in said.items() if value is not None and name not in _OF_A_CASE
    }
    return DecisionRead(decision, canonical.encode(kept))


def _decision(line: BulkLine, *, template: Decision) -> Decision:
    return msgspec.structs.replace(
        template,
        external_id=line.external_id,
        facts=line.facts,
        recipient=None if line.language is None else Recipient(language=line.language),
        content=line.content or template.content,
        account_type=line.account_type or template.account_type,
        measures=tuple(
            msgspec.structs.replace(each, subject=line.subject) for each in template.measures
        ),
    )


def _measure(measure: BulkMeasure, *, subject: Subject) -> Measure:
    return Measure(
        kind=measure.kind,
        subject=subject,
        until=measure.until,
        territory=measure.territory,
        text=measure.text,
    )


def _head_errors(head: BulkHead) -> Iterator[FieldError]:
    any_content = Content(types=(ContentType.TEXT,), date=CONTENT_DATE_MIN)
    content = head.content or any_content
    probe = msgspec.structs.replace(template_of(head), facts="any", content=content)
    for error in check(probe):
        yield FieldError(f"/bulk{error.pointer}", error.message)


def _line_errors(line: BulkLine, *, template: Decision) -> Iterator[FieldError]:
    seen: set[str] = set()
    for error in check(_decision(line, template=template)):
        pointer = _OF_A_LINE.sub("/", error.pointer)
        if pointer not in seen:
            yield FieldError(pointer, error.message)
        seen.add(pointer)
    if line.subject.id is not None and is_blank(line.subject.id):
        yield FieldError("/subject/id", "blank")
    if line.country is not None and not is_country(line.country):
        yield FieldError("/country", "not an ISO 3166-1 alpha-2 country code")
