"""What others hold against the log: a notifier's receipts, a second party's heads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tutela_verify.formats import Head, Receipt, read_held_head, read_receipt
from tutela_verify.merkle import EMPTY_ROOT
from tutela_verify.trust import CLOCK_TOLERANCE, Keyring, shifted, signed_at
from tutela_verify.verdict import Fault, FaultKind, FoundReceipt, Refuted


@dataclass(slots=True)
class _Promised:
    """A notifier's receipt, where its leaf was found, and the first head that covers it."""

    name: str
    receipt: Receipt
    leaf_index: int | None = None
    covered_at: str = ""


@dataclass(slots=True)
class Witness:
    """The receipts and heads held outside, looked up while the export goes by."""

    keyring: Keyring
    promised: list[_Promised] = field(default_factory=list)
    promised_by_leaf: dict[str, list[_Promised]] = field(default_factory=dict)
    held: dict[int, list[tuple[str, Head]]] = field(default_factory=dict)

    def hold(
        self, *, receipts: Sequence[Mapping[str, Any]], heads: Sequence[Mapping[str, Any]]
    ) -> None:
        """Take what is held outside; Malformed where it is no receipt or head."""
        for number, each in enumerate(receipts, 1):
            kept = {name: value for name, value in each.items() if name != "code"}
            promised = _Promised(f"the notifier's receipt {number}", read_receipt(kept))
            self.promised.append(promised)
            self.promised_by_leaf.setdefault(promised.receipt.leaf_hash, []).append(promised)
        for number, each in enumerate(heads, 1):
            head = read_held_head(each)
            named = (f"the head of size {head.size} held elsewhere ({number})", head)
            self.held.setdefault(head.size, []).append(named)

    def see_leaf(self, leaf_hash: bytes, *, index: int, covered_at: str) -> None:
        """A leaf of the tree goes by."""
        for promised in self.promised_by_leaf.get(leaf_hash.hex(), ()):
            if promised.leaf_index is None:
                promised.leaf_index, promised.covered_at = index, covered_at

    def see_root(self, root: bytes, *, size: int, log_id: str) -> None:
        """Refuted unless every held head of this size is signed, of this log, and has this root."""
        for name, head in self.held.pop(size, ()):
            self.keyring.require_signature(head, where=signed_at(name))
            if head.log_id != log_id:
                raise Refuted(Fault(kind=FaultKind.FOREIGN_LOG, words=f"{name} is of another log"))
            if head.root != root.hex():
                words = f"{name} has another root: the log was forked or rewritten"
                raise Refuted(Fault(kind=FaultKind.FORKED, head_size=size, words=words))

    def require_all_seen(self, *, size: int, log_id: str) -> None:
        """Refuted where a held head covers more leaves than there are."""
        if not size:
            self.see_root(EMPTY_ROOT, size=0, log_id=log_id)
        for held_size in sorted(self.held):
            name, head = self.held[held_size][0]
            self.keyring.require_signature(head, where=signed_at(name))
            words = (
                f"{name} covers more than the {size} leaves of the file: "
                "leaves were cut off, or the export is older than the head"
            )
            raise Refuted(Fault(kind=FaultKind.CUT, head_size=held_size, words=words))

    def found_receipts(self, *, log_id: str, last_head_at: str) -> Iterator[FoundReceipt]:
        """Each notifier's receipt; Refuted at one that is false or whose promise was broken."""
        for promised in self.promised:
            self._require_kept(promised, log_id=log_id, last_head_at=last_head_at)
            include_by = promised.receipt.include_by
            yield FoundReceipt(
                name=promised.name, leaf_index=promised.leaf_index, include_by=include_by
            )

    def _require_kept(self, promised: _Promised, *, log_id: str, last_head_at: str) -> None:
        name, receipt = promised.name, promised.receipt
        self.keyring.require_signature(receipt, where=signed_at(name))
        if receipt.log_id != log_id:
            raise Refuted(Fault(kind=FaultKind.FOREIGN_LOG, words=f"{name} is of another log"))
        latest = shifted(receipt.include_by, by=CLOCK_TOLERANCE)
        if promised.leaf_index is None and last_head_at > receipt.include_by:
            raise _broken(f"{name}: no leaf has its hash, promised by {receipt.include_by}")
        if promised.covered_at > latest:
            raise _broken(
                f"{name}: leaf {promised.leaf_index} was first covered by a head at "
                f"{promised.covered_at}, after its include_by {receipt.include_by}"
            )


def _broken(words: str) -> Refuted:
    return Refuted(Fault(kind=FaultKind.PROMISE_BROKEN, words=words))
