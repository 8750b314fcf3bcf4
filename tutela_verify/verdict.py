"""What a verification found: a verdict, and the first fault where there is one."""

from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    """What sort of thing is wrong."""

    #: A line does not have the form, or stands where it must not.
    MALFORMED = "malformed"
    #: Lines are missing at the end, or counts do not agree.
    CUT = "cut"
    #: A leaf does not have the hash that was promised for it.
    LEAF_CHANGED = "leaf_changed"
    #: A receipt stands behind a leaf that is not its own.
    RECEIPT_SWAPPED = "receipt_swapped"
    #: A signature does not verify.
    BAD_SIGNATURE = "bad_signature"
    #: Something is signed by a key that is not trusted, or was not in use at that time.
    FOREIGN_KEY = "foreign_key"
    #: Something belongs to another log.
    FOREIGN_LOG = "foreign_log"
    #: A root is not that of the leaves: one was changed, deleted, inserted or moved.
    WRONG_ROOT = "wrong_root"
    #: Two signed heads, or two signed pasts, contradict each other.
    FORKED = "forked"
    #: A time contradicts the times signed around it.
    MISDATED = "misdated"
    #: A leaf that was promised is not there.
    PROMISE_BROKEN = "promise_broken"
    #: A proof does not lead to the root.
    WRONG_PROOF = "wrong_proof"
    #: A time stamp is over something else, or by no authority under the roots given.
    BAD_STAMP = "bad_stamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, in words, and where; leaf indexes count from 0, lines from 1."""

    kind: FaultKind
    words: str
    line: int | None = None
    leaf_index: int | None = None
    head_size: int | None = None

    def __str__(self) -> str:
        return self.words if self.line is None else f"line {self.line}: {self.words}"


class Refuted(Exception):
    """The record does not hold; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class NotAnExport(ValueError):
    """The file is not an export of a ledger at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReceipt:
    """A notifier's receipt that holds: its leaf's index, or None while the promise still runs."""

    name: str
    leaf_index: int | None
    include_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigner:
    """A witness: the last head it cosigned, and when; vouched for where its key was given."""

    name: str
    vouched: bool
    size: int
    at: str
    cosignatures: int


@dataclass(slots=True, kw_only=True)
class Verdict:
    """Whether an export holds, and what was looked at; with a fault, what was seen up to it."""

    ok: bool = False
    first_fault: Fault | None = None
    log_id: str = ""
    size: int = 0
    root: str = ""
    heads: int = 0
    first_head_at: str = ""
    last_head_at: str = ""
    receipts: int = 0
    receipt_signatures_checked: int = 0
    #: Leaves that a head covered after their promise, within the tolerance for clocks.
    late_leaves: int = 0
    leaf_types: dict[str, int] = field(default_factory=dict)
    first_leaf_at: str = ""
    last_leaf_at: str = ""
    keys_used: dict[str, int] = field(default_factory=dict)
    keys_from_file: bool = True
    witnessed: bool = False
    #: Heads held elsewhere were given.
    heads_held: bool = False
    #: How many witnesses were given by their keys.
    witnesses_given: int = 0
    cosigners: list[Cosigner] = field(default_factory=list)
    checkpoints: int = 0
    cosignatures: int = 0
    stamps: int = 0
    #: Roots of time-stamping authorities were given: every stamp was verified under them.
    stamps_checked: bool = False
    #: The last head that was stamped, and when, by the authority's clock where that was verified.
    stamped_size: int = 0
    stamped_at: str = ""
    notifier_receipts: list[FoundReceipt] = field(default_factory=list)
