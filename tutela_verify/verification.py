"""An export, verified line by line; the first line that is wrong ends it."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NoReturn

from tutela_verify import formats
from tutela_verify.cosigners import Cosigners
from tutela_verify.dates import Dates, head_name
from tutela_verify.formats import Head, Malformed, Receipt
from tutela_verify.lines import (
    Line,
    Note,
    Notebook,
    leaf_with_hash,
    promised_receipts,
    read_lines,
)
from tutela_verify.merkle import GrowingTree, leaf_hash
from tutela_verify.quickly import INTRODUCTION
from tutela_verify.stamps import Stamps
from tutela_verify.trust import CLOCK_TOLERANCE, MOST_KEYS, shifted, signed_at
from tutela_verify.verdict import Fault, FaultKind, Refuted, Verdict
from tutela_verify.witness import Witness

#: Receipts whose signature is verified unless told otherwise.
RECEIPT_SAMPLE: Final = 10_000

#: What the log line of an export says of its format.
EXPORT_FORMAT: Final = "tutela-ledger-export"

#: Leaf types counted by name; the rest are counted together.
COUNTED_TYPES: Final = 100
_OTHER_TYPES: Final = "other"
_COUNTED: Final = frozenset({"leaves", "heads", "receipts"})
#: What files of before the witnesses, and of before the stamps, do not count.
_COUNTED_SINCE: Final = frozenset({"checkpoints", "cosignatures", "stamps"})
_LOG_FIELDS: Final = frozenset({"v", "log_id", "size", "exported_at", "format"})

_TAIL: Final = frozenset({b"head", b"checkpoint", b"cosignature", b"stamp"})
#: What may stand directly before a line of each kind.
_BEFORE: Final[Mapping[bytes, frozenset[bytes]]] = {
    b"log": frozenset({b""}),
    b"key": frozenset({b"log", b"key"}),
    b"leaf": frozenset({b"log", b"key", b"leaf", b"receipt"}),
    b"receipt": frozenset({b"leaf"}),
    b"head": frozenset({b"log", b"key", b"leaf", b"receipt", *_TAIL}),
    b"checkpoint": frozenset({b"head"}),
    b"cosignature": frozenset({b"checkpoint", b"cosignature"}),
    b"stamp": frozenset({b"head", b"checkpoint", b"cosignature"}),
    b"end": frozenset({b"log", b"key", b"leaf", b"receipt", *_TAIL}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is verified, and what it is held against; good for one reading."""

    path: Path
    witness: Witness
    cosigners: Cosigners
    stamps: Stamps
    receipt_sample: int | None


class Verification:
    """One reading of an export; its state is what the lines so far have said."""

    def __init__(self, subject: Subject) -> None:
        self._path, self._cosigners = subject.path, subject.cosigners
        self._stamps = subject.stamps
        self._receipt_sample = subject.receipt_sample
        witness = subject.witness
        self._keyring = witness.keyring
        self._witness = witness
        self._receipts_expected = promised_receipts(self._path)
        self._verdict = Verdict(
            keys_from_file=witness.keyring.from_file,
            witnessed=bool(witness.held),
            heads_held=bool(witness.held),
        )
        self._line = Line(0, b"", b"")
        self._promised_size = 0
        self._leaf: Note | None = None
        self._head: Head | None = None
        self._introductions: list[dict[str, Any]] = []
        self._notebook = Notebook()
        self._notes: Iterator[Note] = iter(())
        self._tree = GrowingTree()
        self._takers: Mapping[bytes, Callable[[dict[str, Any]], None]] = {
            b"log": self._take_log,
            b"key": self._take_key,
            b"leaf": self._take_leaf,
            b"receipt": self._take_receipt,
            b"head": self._take_head,
            b"checkpoint": self._take_checkpoint,
            b"cosignature": self._take_cosignature,
            b"stamp": self._take_stamp,
            b"end": self._take_end,
        }

    def run(self) -> Verdict:
        """The verdict over every line."""
        try:
            self._read()
            self._finish()
            self._verdict.ok = True
        except Refuted as refuted:
            self._verdict.first_fault = refuted.fault
            self._verdict.witnessed = False
        finally:
            self._notebook.close()
        return self._verdict

    def _read(self) -> None:
        with self._path.open("rb") as file:
            for line in read_lines(file):
                self._take(line)

    def _take(self, line: Line) -> None:
        before, self._line = self._line, line
        if before.kind == b"end":
            self._refute(FaultKind.MALFORMED, words="there are lines behind the end line")
        if line.kind not in _BEFORE:
            self._refute(
                FaultKind.MALFORMED, words="the line has none of the kinds that the format knows"
            )
        if before.kind not in _BEFORE[line.kind]:
            behind = before.kind.decode() or "nothing"
            words = f"a {line.kind.decode()} line cannot stand behind a {behind} line"
            self._refute(FaultKind.MALFORMED, words=words)
        try:
            self._takers[line.kind](formats.read_canonical(line.json))
        except Malformed as error:
            self._refute(FaultKind.MALFORMED, words=f"{self._subject()} {error}")

    def _take_log(self, value: dict[str, Any]) -> None:
        formats.require_fields(value, required=_LOG_FIELDS)
        formats.require_version(value)
        if value["format"] != EXPORT_FORMAT:
            raise Malformed(f"has a format other than {EXPORT_FORMAT}")
        formats.read_time(value, name="exported_at")
        self._promised_size = formats.read_count(value, name="size")
        self._verdict.log_id = formats.read_text(value, name="log_id")
        if self._receipts_expected is None:
            self._receipts_expected = self._promised_size

    def _take_key(self, value: dict[str, Any]) -> None:
        self._keyring.learn(formats.read_key(value), line=self._line.number)

    def _take_leaf(self, value: dict[str, Any]) -> None:
        self._close_leaf()
        formats.check_leaf(value)
        verdict, at = self._verdict, value["at"]
        self._leaf = Note(self._line.number, leaf_hash(self._line.json), at, "")
        verdict.size += 1
        verdict.first_leaf_at = min(verdict.first_leaf_at or at, at)
        verdict.last_leaf_at = max(verdict.last_leaf_at, at)
        if value["type"] == INTRODUCTION and len(self._introductions) < MOST_KEYS:
            self._introductions.append(value["projection"])
        types, name = verdict.leaf_types, value["type"]
        name = name if name in types or len(types) < COUNTED_TYPES else _OTHER_TYPES
        types[name] = types.get(name, 0) + 1

    def _take_receipt(self, value: dict[str, Any]) -> None:
        receipt, leaf = formats.read_receipt(value), self._leaf
        if leaf is None:
            raise Malformed("stands behind no leaf")
        where = signed_at(
            f"the receipt of {self._leaf_name()}",
            line=self._line.number,
            leaf_index=self._verdict.size - 1,
        )
        if receipt.log_id != self._verdict.log_id:
            self._refute(FaultKind.FOREIGN_LOG, words=f"{where.words} is of another log")
        if receipt.leaf_hash != leaf.hash.hex():
            self._keyring.require_signature(receipt, where=where)
            self._refute_receipt_of_another_content(receipt)
        if self._is_in_sample():
            self._keyring.require_signature(receipt, where=where)
            self._verdict.receipt_signatures_checked += 1
        else:
            self._keyring.require_trusted(receipt, where=where)
        self._check_promise(receipt, leaf_at=leaf.at)
        self._leaf = replace(leaf, include_by=receipt.include_by)
        self._verdict.receipts += 1

    def _is_in_sample(self) -> bool:
        sample, expected = self._receipt_sample, self._receipts_expected or 0
        if sample is None or expected <= sample:
            return True
        nth = self._verdict.receipts
        return nth * sample // expected != (nth - 1) * sample // expected

    def _refute_receipt_of_another_content(self, receipt: Receipt) -> NoReturn:
        other = leaf_with_hash(self._path, wanted=bytes.fromhex(receipt.leaf_hash))
        if other is None:
            words = "its content no longer has the hash that its receipt signs"
            self._refute(FaultKind.LEAF_CHANGED, words=f"{self._leaf_name()}: {words}")
        words = (
            f"{self._leaf_name()}: its receipt is that of leaf {other}, they were swapped or moved"
        )
        self._refute(FaultKind.RECEIPT_SWAPPED, words=words)

    def _check_promise(self, receipt: Receipt, *, leaf_at: str) -> None:
        received_at = receipt.received_at
        if receipt.include_by < received_at:
            words = f"the receipt of {self._leaf_name()} promises inclusion before it was received"
            self._refute(FaultKind.MISDATED, words=words)
        if leaf_at == received_at:
            return
        earliest, latest = (
            shifted(received_at, by=-CLOCK_TOLERANCE),
            shifted(received_at, by=CLOCK_TOLERANCE),
        )
        if not earliest <= leaf_at <= latest:
            words = f"{self._leaf_name()} claims {leaf_at}, but was received at {received_at}"
            self._refute(FaultKind.MISDATED, words=words)

    def _take_head(self, value: dict[str, Any]) -> None:
        head = formats.read_head(value)
        self._close_leaves()
        if head.log_id != self._verdict.log_id:
            self._refute_head(FaultKind.FOREIGN_LOG, head=head, words="is of another log")
        where = signed_at(head_name(head), line=self._line.number, head_size=head.size)
        self._keyring.require_signature(head, where=where)
        if self._head is not None:
            self._check_order(self._head, head=head)
        if head.size > self._verdict.size:
            words = f"covers more than the {self._verdict.size} leaves of the file"
            self._refute_head(FaultKind.CUT, head=head, words=words)
        self._cover(head)
        if self._tree.root().hex() != head.root:
            self._refute_root(head)
        self._head = head
        self._verdict.heads += 1
        self._verdict.first_head_at = self._verdict.first_head_at or head.at
        self._verdict.last_head_at = head.at

    def _take_checkpoint(self, value: dict[str, Any]) -> None:
        if self._head is not None:
            self._cosigners.take_checkpoint(
                value, head=self._head, keyring=self._keyring, line=self._line.number
            )

    def _take_cosignature(self, value: dict[str, Any]) -> None:
        if self._head is not None:
            self._cosigners.take_cosignature(value, head=self._head, line=self._line.number)

    def _take_stamp(self, value: dict[str, Any]) -> None:
        if self._head is not None:
            self._stamps.take(value, head=self._head, line=self._line.number)

    def _check_order(self, last: Head, *, head: Head) -> None:
        if head.size < last.size:
            words = f"stands behind {head_name(last)}"
            self._refute_head(FaultKind.MALFORMED, head=head, words=words)
        if head.size == last.size and head.root != last.root:
            words = f"two heads of size {head.size} with different roots: the log was forked"
            self._refute(FaultKind.FORKED, words=words, head_size=head.size)
        if head.at < last.at:
            words = f"is dated before {head_name(last)}"
            self._refute_head(FaultKind.MISDATED, head=head, words=words)

    def _cover(self, head: Head) -> None:
        tree, witness = self._tree, self._witness
        if not tree.size:
            witness.see_root(tree.root(), size=0, log_id=head.log_id)
        dates = Dates(head, last=self._head)
        while tree.size < head.size:
            note, index = next(self._notes), tree.size
            if wrong := dates.contradicted(note):
                words = f"leaf {index} claims {note.at}, but {wrong}"
                fault = Fault(
                    kind=FaultKind.MISDATED, words=words, line=note.line, leaf_index=index
                )
                raise Refuted(replace(fault, head_size=head.size))
            self._verdict.late_leaves += bool(note.include_by) and note.include_by < head.at
            tree.add(note.hash)
            if witness.promised:
                witness.see_leaf(note.hash, index=index, covered_at=head.at)
            if tree.size in witness.held:
                witness.see_root(tree.root(), size=tree.size, log_id=head.log_id)

    def _refute_root(self, head: Head) -> NoReturn:
        words = f"{head_name(head)}: the root is not the root of the first {head.size} leaves"
        if self._head is not None and self._head.size:
            words += f", though that of the first {self._head.size} is right"
        self._refute(FaultKind.WRONG_ROOT, words=words, head_size=head.size)

    def _take_end(self, value: dict[str, Any]) -> None:
        formats.require_fields(value, required=_COUNTED, optional=_COUNTED_SINCE)
        self._close_leaves()
        verdict, cosigners = self._verdict, self._cosigners
        counted = {"leaves": verdict.size, "heads": verdict.heads, "receipts": verdict.receipts}
        counted |= {"checkpoints": cosigners.checkpoints, "cosignatures": cosigners.cosignatures}
        counted |= {"stamps": self._stamps.count}
        for name, count in counted.items():
            if formats.read_count({name: 0, **value}, name=name) != count:
                words = f"the end line counts {value.get(name, 0)} {name}, the file holds {count}"
                self._refute(FaultKind.CUT, words=words)
        if self._promised_size != verdict.size:
            words = (
                f"the log line promises {self._promised_size} leaves, the file holds {verdict.size}"
            )
            self._refute(FaultKind.CUT, words=words)
        if self._tree.size != verdict.size:
            words = f"no head covers the leaves from {self._tree.size} to {verdict.size - 1}"
            self._refute(FaultKind.CUT, words=words)

    def _finish(self) -> None:
        if self._line.kind != b"end":
            self._refute(
                FaultKind.CUT, words="the file is cut behind this line: there is no end line"
            )
        verdict, witness = self._verdict, self._witness
        verdict.root = self._tree.root().hex()
        self._require_introductions()
        self._conclude_cosigners()
        verdict.stamps, verdict.stamps_checked = self._stamps.count, self._stamps.are_checked
        verdict.stamped_size, verdict.stamped_at = self._stamps.last
        witness.require_all_seen(size=verdict.size, log_id=verdict.log_id)
        found = witness.found_receipts(log_id=verdict.log_id, last_head_at=verdict.last_head_at)
        verdict.notifier_receipts.extend(found)

    def _require_introductions(self) -> None:
        verdict = self._verdict
        for key, statement in self._keyring.introduced():
            told = {**statement, "signature": b64encode(key.introduction).decode()}
            begun = verdict.first_leaf_at < key.introduced_at
            is_due = begun and key.valid_from < verdict.last_head_at
            if is_due and told not in self._introductions:
                words = f"key {key.key_id} is introduced by no leaf of this log"
                self._refute(FaultKind.FOREIGN_KEY, words=words)

    def _conclude_cosigners(self) -> None:
        verdict, cosigners = self._verdict, self._cosigners
        verdict.cosigners = cosigners.found()
        verdict.witnesses_given = cosigners.given
        verdict.checkpoints = cosigners.checkpoints
        verdict.cosignatures = cosigners.cosignatures
        verdict.witnessed = verdict.witnessed or any(each.vouched for each in verdict.cosigners)

    def _close_leaf(self) -> None:
        if self._leaf is not None:
            self._notebook.take(self._leaf)
            self._leaf = None

    def _close_leaves(self) -> None:
        if self._head is None:
            self._close_leaf()
            self._notes = self._notebook.read()

    def _leaf_name(self) -> str:
        return f"leaf {self._verdict.size - 1}"

    def _subject(self) -> str:
        if self._line.kind == b"leaf":
            return f"leaf {self._verdict.size}"
        if self._line.kind == b"receipt":
            return f"the receipt of {self._leaf_name()}"
        return f"the {self._line.kind.decode()} line"

    def _refute_head(self, kind: FaultKind, *, head: Head, words: str) -> NoReturn:
        self._refute(kind, words=f"{head_name(head)} {words}", head_size=head.size)

    def _refute(self, kind: FaultKind, *, words: str, head_size: int | None = None) -> NoReturn:
        at, size = self._line, self._verdict.size
        leaf_index = {b"leaf": size, b"receipt": size - 1}.get(at.kind)
        fault = Fault(
            kind=kind, words=words, line=at.number, leaf_index=leaf_index, head_size=head_size
        )
        raise Refuted(fault)
