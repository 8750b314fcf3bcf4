"""From a decision that was read to everything that its commit will write; no I/O."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from tutela.access.keys import KeySet, Sealed
from tutela.access.tokens import Caller
from tutela.cases.identity import subject_key
from tutela.decisions.readers import Readers
from tutela.decisions.reading import DecisionRead
from tutela.decisions.withholding import Withholding
from tutela.domain.decision import Measure, place, scope
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.lanes import Lane
from tutela.domain.notice import Notice, Subject
from tutela.domain.statement import (
    Circumstances,
    RegisteredTerms,
    Statement,
    affected_recipient,
    statements,
)
from tutela.domain.vocabulary import Channel, Outcome
from tutela.law.parameters import Unit, whole_number
from tutela.ledger import leaf, receipts
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES, Fact, Leaf

SECONDS_OF_HOUR = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Mint:
    """Clock and chance of one decision: its instant, and ids and nonces that nobody can guess."""

    at: datetime
    chance: Callable[[int], bytes]

    def ids(self, count: int) -> tuple[UUID, ...]:
        """New ids in rising order, so that the order of the ids is that of what they name."""
        unix_ms = int(self.at.timestamp() * 1000)
        return tuple(
            sorted(
                uuid7(unix_ms=unix_ms, random=self.chance(UUID7_RANDOM_BYTES)) for _ in range(count)
            )
        )

    def nonce(self) -> bytes:
        """The salt of one commitment in the ledger."""
        return self.chance(COMMITMENT_NONCE_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedItem:
    """An item that a decision names; `notice` is None where its body was erased."""

    notice_id: UUID
    ordinal: int
    channel: Channel
    received_at: datetime
    notice: Notice | None

    @property
    def subject(self) -> Subject | None:
        """What is reported, as the notice names it."""
        return None if self.notice is None else self.notice.subjects[self.ordinal]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecided:
    """The case under its lock, as far as a decision needs it, and the items it names."""

    id: UUID
    subject_key: bytes
    lane: Lane
    lease_token: UUID
    items: tuple[NamedItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDecided:
    """One subject of a decision about many: without a case and without notices."""

    id: UUID
    subject_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Who decides what, about which case or subject of many, under the id of the decision."""

    id: UUID
    caller: Caller
    read: DecisionRead
    matter: CaseDecided | BulkDecided
    #: What is known of those whom it affects.
    readers: Readers = field(default_factory=Readers)
    #: The terms that it cites, where the service has registered any.
    terms: RegisteredTerms | None = None
    #: Until when nobody is told of it.
    withholding: Withholding | None = None

    @property
    def case(self) -> CaseDecided | None:
        """The case, where the decision is about one."""
        return self.matter if isinstance(self.matter, CaseDecided) else None

    @property
    def bulk(self) -> BulkDecided | None:
        """The subject of many, where the decision is about one."""
        return self.matter if isinstance(self.matter, BulkDecided) else None

    @property
    def items(self) -> tuple[NamedItem, ...]:
        """The items that it names."""
        return self.matter.items if isinstance(self.matter, CaseDecided) else ()

    @property
    def answers(self) -> bool:
        """Whether the named items are answered; an escalation leaves them open."""
        return self.read.decision.outcome is not Outcome.ESCALATE


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedStatement:
    """A statement of reasons under its id, and the code that its recipient is told."""

    id: UUID
    statement: Statement
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedMeasure:
    """A restriction under its id, the statement that gives its reasons, and whom it restricts."""

    id: UUID
    subject_key: bytes
    statement_id: UUID
    measure: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDecision:
    """What one decision will write beside its messages."""

    ruling: Ruling
    at: datetime
    leaf: Leaf
    sealed: Sealed
    statements: tuple[PreparedStatement, ...]
    measures: tuple[PreparedMeasure, ...]


def prepare(ruling: Ruling, *, mint: Mint, keys: KeySet) -> PreparedDecision:
    """All rows of a decision that was checked and whose items were found open."""
    nonce = mint.nonce()
    circumstances = _circumstances(ruling, at=mint.at)
    reasoned = _statements(ruling, circumstances=circumstances, mint=mint, keys=keys)
    written = leaf.write(
        _fact(ruling, at=mint.at, statement_count=len(reasoned)),
        body_commitment=leaf.commitment(ruling.read.body, nonce=nonce),
    )
    return PreparedDecision(
        ruling=ruling,
        at=mint.at,
        leaf=written,
        sealed=keys.seal(nonce + ruling.read.body, row=ruling.id.bytes),
        statements=reasoned,
        measures=_measures(
            ruling,
            told=_told(reasoned),
            circumstances=circumstances,
            mint=mint,
            keys=keys,
        ),
    )


def _circumstances(ruling: Ruling, *, at: datetime) -> Circumstances:
    items = ruling.items
    return Circumstances(
        channels=frozenset(item.channel for item in items),
        complaint_window_months=whole_number("complaint_window", unit=Unit.MONTHS, on=at.date()),
        terms=ruling.terms,
        account_ids=_account_ids(item.subject for item in items),
    )


def _account_ids(subjects: Iterable[Subject | None]) -> dict[str, str]:
    """Whose content it is, where all notices that name an account agree: nobody else is told."""
    said: dict[str, set[str]] = {}
    for subject in subjects:
        if subject is not None and subject.id is not None and subject.account_id is not None:
            said.setdefault(subject.id, set()).add(subject.account_id)
    return {name: accounts.pop() for name, accounts in said.items() if len(accounts) == 1}


def _statements(
    ruling: Ruling, *, circumstances: Circumstances, mint: Mint, keys: KeySet
) -> tuple[PreparedStatement, ...]:
    issued = statements(ruling.read.decision, circumstances=circumstances)
    return tuple(
        PreparedStatement(
            id=statement_id,
            statement=statement,
            code=receipts.write_code(keys.code_digest(statement_id.bytes)),
        )
        for statement_id, statement in zip(mint.ids(len(issued)), issued, strict=True)
    )


def _measures(
    ruling: Ruling,
    *,
    told: Mapping[tuple[object, ...], UUID],
    circumstances: Circumstances,
    mint: Mint,
    keys: KeySet,
) -> tuple[PreparedMeasure, ...]:
    tenant, service = ruling.caller.tenant, ruling.caller.service
    measures = ruling.read.decision.measures
    return tuple(
        PreparedMeasure(
            id=measure_id,
            subject_key=subject_key(
                measure.subject, tenant=tenant, service=service, digest=keys.subject_digest
            ),
            statement_id=told[
                affected_recipient(measure.subject, account_ids=circumstances.account_ids),
                place(measure.subject),
                scope(measure),
            ],
            measure=measure,
        )
        for measure_id, measure in zip(mint.ids(len(measures)), measures, strict=True)
    )


def _told(reasoned: tuple[PreparedStatement, ...]) -> dict[tuple[object, ...], UUID]:
    return {
        (each.statement.recipient, place(each.statement.subject), _scope(each.statement)): each.id
        for each in reasoned
    }


def _scope(statement: Statement) -> tuple[tuple[str, ...] | None, date | None]:
    return (statement.territory, statement.until)


def _fact(ruling: Ruling, *, at: datetime, statement_count: int) -> Fact:
    decision = ruling.read.decision
    said = {
        "category": decision.category,
        "keyword": decision.keyword,
        "ground": decision.ground,
        "automated_detection": decision.automated_detection,
        "automated_decision": decision.automated_decision,
        "guideline_version": decision.guideline_version,
        "withheld_basis": ruling.withholding and ruling.withholding.basis,
    }
    return Fact(
        type="decision.taken",
        id=ruling.id,
        at=at,
        service=ruling.caller.service,
        projection={
            "outcome": decision.outcome,
            "mark": ruling.caller.mark,
            "statements": statement_count,
            "measures": dict(Counter(str(measure.kind) for measure in decision.measures)),
            **_matter(ruling.matter, at=at),
            **{name: value for name, value in said.items() if value is not None},
        },
    )


def _matter(matter: CaseDecided | BulkDecided, *, at: datetime) -> dict[str, object]:
    if isinstance(matter, BulkDecided):
        return {"bulk": str(matter.id), "items": 0}
    return {
        "lane": matter.lane,
        "items": len(matter.items),
        "hours_to_decision": _whole_hours(matter.items, until=at),
    }


def _whole_hours(items: Sequence[NamedItem], *, until: datetime) -> int:
    waited = until - min(item.received_at for item in items)
    return max(int(waited.total_seconds()) // SECONDS_OF_HOUR, 0)
