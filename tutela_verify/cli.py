"""``tutela-verify FILE``: exit 0 verified, 1 refuted, 2 wrong usage or a file that is none."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tutela_verify.exports import Effort, Held, verify
from tutela_verify.forks import compare
from tutela_verify.formats import Malformed
from tutela_verify.packs import WHOLE, PackVerdict, is_pack, verify_pack
from tutela_verify.verdict import NotAnExport, Verdict
from tutela_verify.verification import RECEIPT_SAMPLE

VERIFIED: Final = 0
REFUTED: Final = 1
UNUSABLE: Final = 2

_MOST_PROCESSES: Final = 256
#: No receipt and no head is longer than this.
_LONGEST_DOCUMENT_BYTES: Final = 1 << 20


class _Unusable(ValueError):
    """A file given on the command line cannot be used; the words name it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status; the verdict goes to standard output, why there is none to standard error."""
    given = _parser().parse_args(arguments)
    try:
        if given.fork:
            return _compare(given)
        if is_pack(_file(given)):
            return _verify_pack(given)
        held = Held(
            trusted_keys=[*given.key, *given.witness],
            receipts=[_read_document(path) for path in given.receipt],
            heads=[_read_document(path) for path in given.head],
            tsa_roots=None if given.tsa_roots is None else _read_bytes(given.tsa_roots),
        )
        effort = Effort(receipt_sample=given.receipts, processes=given.processes)
        verdict = verify(_file(given), held=held, effort=effort)
    except (_Unusable, NotAnExport, Malformed, OSError) as error:
        print(f"tutela-verify: {_why_unusable(error, file=given.file)}", file=sys.stderr)
        return UNUSABLE
    print(
        _as_json(verdict)
        if given.json
        else "\n".join(_as_text(verdict, receipt_files=given.receipt))
    )
    return VERIFIED if verdict.ok else REFUTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tutela-verify",
        description="Verifies an exported ledger offline and names the first thing that is wrong.",
        epilog="Exit 0: verified, or a fork proven. 1: refuted, or none proven. "
        "2: wrong usage, or a file that cannot be read.",
    )
    add = parser.add_argument
    add(
        "file",
        metavar="FILE",
        type=Path,
        nargs="?",
        help="what `tutela ledger export` wrote, or a room's pack",
    )
    add("--key", metavar="PUBLICKEY", action="append", default=[], help="trust this key (base64)")
    add("--receipt", metavar="RECEIPT.json", action="append", default=[], type=Path,
        help="a notifier's receipt: its leaf must be there")  # fmt: skip
    add("--head", metavar="HEAD.json", action="append", default=[], type=Path,
        help="a head that a second party held: the log must contain it")  # fmt: skip
    add("--witness", metavar="VKEY", action="append", default=[],
        help="the verifier key of a witness: its cosignatures count")  # fmt: skip
    add("--tsa-roots", metavar="FILE.pem", type=Path,
        help="roots of stamping authorities: each stamp is verified")  # fmt: skip
    add("--fork", metavar=("A", "B"), nargs=2, type=Path,
        help="do two heads or checkpoints prove two histories of a log? (with --key)")  # fmt: skip
    add("--receipts", metavar="all|N", default=RECEIPT_SAMPLE, type=_sample,
        help="of how many receipts the signature is verified (default: %(default)s)")  # fmt: skip
    add("--processes", metavar="N", default=os.cpu_count() or 1, type=_processes,
        help="how many read a large file (default: %(default)s)")  # fmt: skip
    add("--json", action="store_true", help="one JSON document on standard output")
    return parser


def _verify_pack(given: argparse.Namespace) -> int:
    verdict = verify_pack(_file(given), trusted_keys=given.key)
    if given.json:
        document = asdict(verdict)
        if verdict.first_fault is not None:
            document["first_fault"]["message"] = str(verdict.first_fault)
        print(json.dumps(document, indent=2, ensure_ascii=True))
    else:
        print("\n".join(_pack_as_text(verdict)))
    return VERIFIED if verdict.ok else REFUTED


def _pack_as_text(verdict: PackVerdict) -> Iterator[str]:
    if verdict.first_fault is not None:
        yield f"refuted: {_printable(str(verdict.first_fault))}"
        yield f"  read up to there: {verdict.entries} entries"
        return
    yield f"verified: room {_printable(verdict.room)} of log {_printable(verdict.log_id)}"
    when = f"from {verdict.first_at} to {verdict.last_at}"
    yield f"  entries: {verdict.entries}, {when}, none between them left out"
    for name, count in sorted(verdict.entry_types.items()):
        yield f"    {_printable(name)}: {count}"
    said = "each is what its leaf commits to" if verdict.contents == WHOLE else "left out"
    yield f"  what was said: {said}"
    yield f"  all under the head of size {verdict.size}, signed {verdict.head_at}"
    yield f"  keys: {'from the file itself' if verdict.keys_from_file else 'given'}"


def _compare(given: argparse.Namespace) -> int:
    first, second = (_read_bytes(path) for path in given.fork)
    compared = compare(first, second=second, trusted_keys=given.key)
    words = _printable(compared.words)
    print(json.dumps(asdict(compared), indent=2) if given.json else words)
    return VERIFIED if compared.proven else REFUTED


def _file(given: argparse.Namespace) -> Path:
    if given.file is None:
        raise _Unusable("give a FILE, or --fork A B")
    return Path(given.file)


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_DOCUMENT_BYTES)
    except OSError as error:
        raise _Unusable(f"{path} cannot be read: {error.strerror}") from error


def _processes(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_PROCESSES:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST_PROCESSES}")


def _sample(text: str) -> int | None:
    if text == "all":
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither 'all' nor a number")


def _read_document(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_LONGEST_DOCUMENT_BYTES).decode())
    except (OSError, ValueError, RecursionError) as error:
        raise _Unusable(f"{path} cannot be read as JSON: {error}") from error
    if type(value) is not dict:
        raise _Unusable(f"{path} holds no JSON object")
    return value


def _why_unusable(error: Exception, *, file: Path | None) -> str:
    if isinstance(error, OSError):
        return f"{file} cannot be read: {error.strerror or error}"
    if isinstance(error, NotAnExport):
        return f"{file} is not an export of a ledger: {error}"
    if isinstance(error, Malformed):
        return f"a key, receipt, head or root given here {error}"
    return str(error)


def _as_json(verdict: Verdict) -> str:
    document = asdict(verdict)
    document["unwitnessed"] = not document.pop("witnessed")
    fault = verdict.first_fault
    if fault is not None:
        document["first_fault"]["message"] = str(fault)
    return json.dumps(document, indent=2, ensure_ascii=True)


def _as_text(verdict: Verdict, *, receipt_files: Sequence[Path]) -> Iterator[str]:
    if verdict.first_fault is not None:
        yield f"refuted: {_printable(str(verdict.first_fault))}"
        seen = f"{verdict.size} leaves, {verdict.receipts} receipts, {verdict.heads} heads"
        yield f"  read up to there: {seen}"
        return
    yield from _as_counts(verdict)
    for found, path in zip(verdict.notifier_receipts, receipt_files, strict=True):
        place = f"leaf {found.leaf_index}"
        if found.leaf_index is None:
            place = f"not in this export, and not due before {found.include_by}"
        yield f"  receipt {path}: {place}"
    if verdict.heads_held:
        yield "  witnessed: the heads held elsewhere are part of this log"
    yield from _as_cosigners(verdict)
    if verdict.stamps and not verdict.stamps_checked:
        yield f"  {verdict.stamps} stamps, not checked (--tsa-roots)"
    elif verdict.stamps_checked:
        newest = f", up to size {verdict.stamped_size} at {verdict.stamped_at}"
        yield f"  {verdict.stamps} stamps, verified{newest if verdict.stamps else ''}"
    if not verdict.witnessed:
        yield "  unwitnessed: no head that a second party holds was compared (--head)"


def _as_cosigners(verdict: Verdict) -> Iterator[str]:
    vouched = [each for each in verdict.cosigners if each.vouched]
    strangers = [each for each in verdict.cosigners if not each.vouched]
    if vouched:
        newest = max(vouched, key=lambda each: (each.size, each.at))
        of = f"{len(vouched)} of {verdict.witnesses_given}"
        yield f"  witnessed by {of}, up to size {newest.size} at {newest.at}"
    elif verdict.witnesses_given:
        yield f"  witnessed by 0 of {verdict.witnesses_given}"
    for each in (*vouched, *strangers):
        who = f"{_printable(each.name)}: up to size {each.size} at {each.at}"
        claim = "" if each.vouched else "; a claim, nobody vouches for this key (--witness)"
        yield f"    {who}{claim}"


def _as_counts(verdict: Verdict) -> Iterator[str]:
    yield f"verified: log {_printable(verdict.log_id)}, {verdict.size} leaves, root {verdict.root}"
    if verdict.size:
        yield f"  leaves: from {verdict.first_leaf_at} to {verdict.last_leaf_at}"
    for name, count in sorted(verdict.leaf_types.items()):
        yield f"    {_printable(name)}: {count}"
    checked = verdict.receipt_signatures_checked
    yield f"  receipts: {verdict.receipts}, the signatures of {checked} verified"
    if verdict.late_leaves:
        yield f"    kept late, within the tolerance for clocks: {verdict.late_leaves}"
    yield f"  heads: {verdict.heads}, from {verdict.first_head_at} to {verdict.last_head_at}"
    yield f"  keys: {'from the file itself' if verdict.keys_from_file else 'given'}"


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "�" for each in text)
