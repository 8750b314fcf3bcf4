"""An export, verified: quickly where all is well, line by line where something is to be named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from tutela_verify import quickly
from tutela_verify.cosigners import Cosigners
from tutela_verify.dates import Dates
from tutela_verify.formats import Head
from tutela_verify.lines import NOTE, Line, read_lines
from tutela_verify.notes import COSIGNATURE, PLAIN, is_named, read_note_key
from tutela_verify.quickly import Found, Irregular, Terms
from tutela_verify.stamps import Stamps
from tutela_verify.trust import MOST_KEYS, Keyring
from tutela_verify.verdict import Verdict
from tutela_verify.verification import COUNTED_TYPES, RECEIPT_SAMPLE, Subject, Verification
from tutela_verify.witness import Witness

#: Leaves whose hashes and times are in memory at a time.
_BLOCK_LEAVES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the reader holds: keys of the log and of witnesses, receipts, heads, roots."""

    trusted_keys: Sequence[str | bytes] = ()
    receipts: Sequence[Mapping[str, Any]] = ()
    heads: Sequence[Mapping[str, Any]] = ()
    #: Roots of time-stamping authorities, as PEM.
    tsa_roots: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many receipts have their signature verified (None: all), and by how many processes.

    A file of ``quickly_from_bytes`` or more is read quickly first; None never is.
    """

    receipt_sample: int | None = RECEIPT_SAMPLE
    processes: int = 1
    quickly_from_bytes: int | None = 1 << 20


def verify_export(
    path: str | Path,
    *,
    trusted_keys: Sequence[str | bytes] = (),
    receipts: Sequence[Mapping[str, Any]] = (),
    heads: Sequence[Mapping[str, Any]] = (),
    receipt_sample: int | None = RECEIPT_SAMPLE,
) -> Verdict:
    """Whether an export holds; where it does not, the first fault in the order of its lines.

    ``trusted_keys`` are keys of the log, 32 raw bytes, their base64 or a verifier key (without any,
    the keys of the file are taken), and verifier keys of witnesses, whose cosignatures count.
    ``receipts`` are notifiers' receipts and ``heads`` heads held by a second party, as parsed JSON.
    ``receipt_sample`` receipts, evenly chosen, have their signature verified, None for all. Raises
    OSError for a file that cannot be read, NotAnExport for one that is something else, and
    Malformed where a given key, receipt or head is none.
    """
    held = Held(trusted_keys=trusted_keys, receipts=receipts, heads=heads)
    return verify(Path(path), held=held, effort=Effort(receipt_sample=receipt_sample))


def verify(path: Path, *, held: Held, effort: Effort) -> Verdict:
    """As ``verify_export``; the verdict is the same whatever the effort but for the sample."""
    sample, least = effort.receipt_sample, effort.quickly_from_bytes
    if least is not None and path.stat().st_size >= least:
        subject = _subject(path, held=held, receipt_sample=sample)
        try:
            verdict = _Quick(subject, processes=effort.processes).run()
        except Irregular:
            pass
        else:
            if verdict.ok:
                return verdict
    return Verification(_subject(path, held=held, receipt_sample=sample)).run()


def _subject(path: Path, *, held: Held, receipt_sample: int | None) -> Subject:
    named = [read_note_key(str(key)) for key in held.trusted_keys if is_named(key)]
    bare = [key for key in held.trusted_keys if not is_named(key)]
    keyring = Keyring([*bare, *(key.raw for key in named if key.algorithm == PLAIN)])
    witness = Witness(keyring)
    witness.hold(receipts=held.receipts, heads=held.heads)
    cosigners = Cosigners([key for key in named if key.algorithm == COSIGNATURE])
    return Subject(
        path=path,
        witness=witness,
        cosigners=cosigners,
        stamps=Stamps(held.tsa_roots),
        receipt_sample=receipt_sample,
    )


class _Quick(Verification):
    """A reading whose leaves are read in ranges; Irregular where it can't say what is wrong."""

    def __init__(self, subject: Subject, *, processes: int) -> None:
        super().__init__(subject)
        self._processes = processes
        self._has_leaves = False

    def _read(self) -> None:
        with self._path.open("rb") as file:
            for line in read_lines(file):
                if line.kind != b"leaf":
                    self._take(line)
                elif self._has_leaves or self._line.kind not in (b"log", b"key"):
                    raise Irregular
                else:
                    self._read_leaves(file, begin=file.tell() - len(b"leaf\t\n") - len(line.json))

    def _read_leaves(self, file: BinaryIO, *, begin: int) -> None:
        self._has_leaves = True
        terms = Terms(
            path=self._path,
            log_id=self._verdict.log_id,
            keys=self._keyring.in_use(),
            sample=self._receipt_sample,
            expected=self._receipts_expected or 0,
        )
        end = begin
        for end, found in quickly.read(terms, begin=begin, processes=self._processes):  # noqa: B007 - the last is used
            self._add(found)
        self._line = Line(self._line.number, b"receipt", b"")
        file.seek(end)

    def _add(self, found: Found) -> None:
        verdict = self._verdict
        verdict.size += found.leaves
        verdict.receipts += found.receipts
        verdict.receipt_signatures_checked += found.signatures
        verdict.first_leaf_at = min(verdict.first_leaf_at or found.first_at, found.first_at)
        verdict.last_leaf_at = max(verdict.last_leaf_at, found.last_at)
        for kind, count in found.types.items():
            verdict.leaf_types[kind] = verdict.leaf_types.get(kind, 0) + count
        self._introductions += found.introductions
        self._notebook.take_packed(found.notes)
        if len(verdict.leaf_types) > COUNTED_TYPES or len(self._introductions) > MOST_KEYS:
            raise Irregular

    def _close_leaves(self) -> None:
        if not self._has_leaves:
            super()._close_leaves()
        elif self._head is None:
            self._notebook.rewind()

    def _cover(self, head: Head) -> None:
        if not self._has_leaves:
            super()._cover(head)
            return
        tree, witness = self._tree, self._witness
        if not tree.size:
            witness.see_root(tree.root(), size=0, log_id=head.log_id)
        dates = Dates(head, last=self._head)
        while tree.size < head.size:
            held = (size for size in witness.held if size > tree.size)
            end = min(head.size, tree.size + _BLOCK_LEAVES, *held)
            self._cover_block(dates, head=head, count=end - tree.size)
            if end in witness.held:
                witness.see_root(tree.root(), size=end, log_id=head.log_id)

    def _cover_block(self, dates: Dates, *, head: Head, count: int) -> None:
        packed = self._notebook.read_packed(count)
        _, hashes, ats, include_bys = zip(*NOTE.iter_unpack(packed), strict=True)
        if not dates.agree(ats, include_bys=include_bys):
            raise Irregular
        head_at = head.at.encode()
        self._verdict.late_leaves += sum(each < head_at for each in include_bys if each[0])
        wanted = {bytes.fromhex(each) for each in self._witness.promised_by_leaf}
        if not wanted.isdisjoint(hashes):
            for index, each in enumerate(hashes, self._tree.size):
                if each in wanted:
                    self._witness.see_leaf(each, index=index, covered_at=head.at)
        self._tree.extend(hashes)
