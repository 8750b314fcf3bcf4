"""What the service answers, as the client reads it: fields that a newer service adds are skipped.

The words of closed lists are plain text here, so that a new one is no error. A test holds these
types against those of the service.
"""

from enum import StrEnum

import msgspec

from tutela.domain.notice import Subject
from tutela.errors import FieldError


class BatchStep(msgspec.Struct, frozen=True):
    """One step of a Merkle path; `side` is where the sibling stands."""

    side: str
    hash: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The signed promise that the notice will be in the ledger by `include_by`; keep it."""

    code: str
    log_id: str
    leaf_hash: str
    received_at: str
    include_by: str
    key_id: str
    signature: str
    batch_path: list[BatchStep] | None = None


class Item(msgspec.Struct, frozen=True):
    """One subject of the notice, by the id under which it is answered."""

    id: str
    kind: str


class Article16(msgspec.Struct, frozen=True):
    """What Article 16(2) finds missing; nothing of it keeps a notice out."""

    complete: bool
    missing: list[str]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that is stored, queued and in the ledger's table."""

    id: str
    items: list[Item]
    article_16: Article16
    receipt: Receipt


class SentAs(StrEnum):
    """What became of one notice of many."""

    #: It is a new notice.
    ACCEPTED = "accepted"
    #: It had come in before, under the same key.
    DUPLICATE = "duplicate"
    #: It was not taken; `code` and `errors` say why.
    REFUSED = "refused"


class LineResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the service says of one line; `line` counts from 1."""

    line: int
    status: SentAs
    id: str | None = None
    receipt: Receipt | None = None
    code: str | None = None
    errors: tuple[FieldError, ...] = ()
    try_again: bool = False


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one notice of many; `position` counts from 0.

    `receipt_fault` says why the receipt proves nothing; it is empty where the receipt was verified.
    """

    position: int
    external_id: str
    status: SentAs
    id: str | None = None
    receipt: Receipt | None = None
    code: str | None = None
    errors: tuple[FieldError, ...] = ()
    receipt_fault: str = ""

    @property
    def taken(self) -> bool:
        """Whether it is in, now or since before."""
        return self.status is not SentAs.REFUSED


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The log's signed word that its first `size` leaves have this root."""

    v: int
    log_id: str
    size: int
    root: str
    at: str
    key_id: str
    signature: str


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """That a leaf stands in the log, with the path to the root of a signed head."""

    log_id: str
    leaf_hash: str
    leaf_index: int
    size: int
    path: list[str]
    head: Head


class ItemStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How one reported subject stands; what follows `state` is there once it is answered."""

    state: str
    outcome: str | None = None
    ground: str | None = None
    automated_decision: str | None = None
    #: Since when the decision does not hold any more.
    undone_at: str | None = None
    redress: tuple[str, ...] = ()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a notice stands: `open` while any item is; `inclusion` once it can be proved."""

    state: str
    received_at: str
    items: list[ItemStanding]
    inclusion: Inclusion | None = None


class NoticeClock(msgspec.Struct, frozen=True, kw_only=True):
    """By when the service wants to have answered, and whether that has passed unanswered."""

    due_at: str | None
    overdue: bool


class SentNotice(Standing, frozen=True, kw_only=True):
    """How a notice of one's own stands; `external_id` as it was sent, unless it was erased."""

    id: str
    external_id: str | None = None
    clock: NoticeClock


class SentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some notices of one's own; `next` is where the following page begins."""

    notices: list[SentNotice]
    next: str | None


class EvidenceAdded(msgspec.Struct, frozen=True):
    """Evidence that is stored."""

    id: str
    received_at: str


class Declared(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"period_from": "from", "period_to": "to"},
):
    """What was declared, and how many notices of then have come in so far."""

    id: str
    surface: str
    period_from: str
    period_to: str
    sent: int
    received: int


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list."""

    id: str
    state: str
    family: str
    lane: str
    mark: str
    specialist: bool
    due_at: str
    opened_at: str
    merged_at: str
    closed_at: str | None
    leased: bool
    item_count: int
    open_item_count: int


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some cases; `next` is where the following page begins."""

    cases: list[CaseSummary]
    next: str | None


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice without its notifier, as a reviewer sees it."""

    id: str
    channel: str
    category: str
    keyword: str | None
    explanation: str | None
    language: str | None
    country: str | None
    surface: str | None
    imminent_danger: bool
    possible_minor: bool
    received_at: str
    erased: bool


class CaseItem(msgspec.Struct, frozen=True, kw_only=True):
    """One reported subject of one notice."""

    id: str
    state: str
    answered_at: str | None
    subject: Subject
    notice: NoticeView


class EarlierDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about the same subject before.

    `case_id` is None where it was one of many that were decided together; `undone_at` is since when
    it does not hold any more.
    """

    id: str
    case_id: str | None
    decided_at: str
    outcome: str
    category: str | None
    keyword: str | None
    ground: str | None
    guideline_version: str | None
    facts: str | None
    explanation: str | None
    bulk_id: str | None = None
    undone_at: str | None = None


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What a notifier added to a notice; `text` is None where it was erased."""

    notice_id: str
    received_at: str
    text: str | None


class Case(CaseSummary, frozen=True, kw_only=True):
    """A case with its items; a claimed one has the lease under which it is decided."""

    items: list[CaseItem]
    open_items: list[str]
    decisions: list[EarlierDecision]
    evidence: list[Added]
    signals: list[str]
    lease_token: str = ""
    lease_until: str = ""


class Lease(msgspec.Struct, frozen=True):
    """The right to decide a case, and until when."""

    lease_token: str
    lease_until: str


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of the decision, of its statements of reasons and of the items that it answers."""

    id: str
    statements: list[str]
    answered: list[str]


class Reconciliation(msgspec.Struct, frozen=True):
    """received = open + answered + lost."""

    ok: bool
    at: str
    received: int
    open: int
    answered: int
    lost: int


class Queue(msgspec.Struct, frozen=True):
    """Cases that wait, and the age of the oldest."""

    open: int
    overdue: int
    leased: int
    oldest_since: str | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the service stands, in short; `GET /v1/status` has the whole of it."""

    ok: bool
    at: str
    reconciliation: Reconciliation | None
    reconciliation_stale: bool
    queue: Queue
    witness: str


class LogKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public key of the log, base64, when it was in use, and what introduced it."""

    key_id: str
    public_key: str
    valid_from: str
    valid_to: str | None = None
    introduced_by: str | None = None
    introduced_at: str | None = None
    introduction: str | None = None


class LogKeys(msgspec.Struct, frozen=True):
    """Every key that signed for the service."""

    keys: list[LogKey]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error as the service tells it (RFC 9457)."""

    code: str = ""
    title: str = ""
    detail: str = ""
    errors: tuple[FieldError, ...] = ()
