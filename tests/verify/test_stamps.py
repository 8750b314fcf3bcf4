"""Time stamps in an export: counted, verified under roots, and found where they are wrong."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.authority import REJECTION, Authority
from tests.verify.cosigning import note_of, with_lines
from tests.verify.exporting import OWNER, Line, fault_of, jcs, valid_export
from tutela_verify import Effort, FaultKind, Held, Malformed, Verdict, verify
from tutela_verify.cli import main

EXPORT = valid_export(12)
HEADS = {head["size"]: head for head in EXPORT.heads}
AUTHORITY, OTHER = Authority(), Authority("Another")
HOUR = timedelta(hours=1)

Wrong = Callable[[], list[Line]]


def signed(head: dict[str, Any]) -> bytes:
    names = ("v", "log_id", "size", "root", "at")
    return jcs({name: head[name] for name in names}).encode()


def response(size: int, *, by: Authority = AUTHORITY, later: timedelta = HOUR) -> bytes:
    head = HEADS[size]
    at = datetime.fromisoformat(head["at"]) + later
    return by.stamp(sha256(signed(head)).digest(), nonce=1, at=at)


def line(size: int, *, raw: bytes) -> Line:
    head = HEADS[size]
    told = base64.b64encode(raw).decode()
    return "stamp", {"size": head["size"], "at": head["at"], "response": told}


def whole() -> bytes:
    checkpoint: Line = ("checkpoint", {"note": note_of(HEADS[12], signer=OWNER)})
    behind = {4: [line(4, raw=response(4))], 12: [checkpoint, line(12, raw=response(12))]}
    return with_lines(EXPORT, behind=behind, stamps=2)


def verified(raw: bytes, *, folder: Path, roots: bytes | None = AUTHORITY.pem) -> Verdict:
    path = folder / "export"
    path.write_bytes(raw)
    found = [
        verify(path, held=Held(tsa_roots=roots), effort=Effort(quickly_from_bytes=least))
        for least in (None, 0)
    ]
    assert found[0] == found[1]
    return found[0]


def test_stamps_are_verified_under_the_roots_given(tmp_path: Path) -> None:
    verdict = verified(whole(), folder=tmp_path)
    assert verdict.ok, verdict.first_fault
    assert (verdict.stamps, verdict.stamps_checked, verdict.stamped_size) == (2, True, 12)
    later = datetime.fromisoformat(HEADS[12]["at"]) + HOUR
    assert datetime.fromisoformat(verdict.stamped_at) == later.replace(microsecond=0)
    assert not verdict.witnessed
    assert verified(whole(), folder=tmp_path, roots=OTHER.pem + AUTHORITY.pem).ok


def test_without_roots_stamps_are_counted_and_not_checked(tmp_path: Path) -> None:
    raw = with_lines(EXPORT, behind={4: [line(4, raw=b"anything")]}, stamps=1)
    verdict = verified(raw, folder=tmp_path, roots=None)
    assert (verdict.ok, verdict.stamps, verdict.stamps_checked) == (True, 1, False)
    assert (verdict.stamped_size, verdict.stamped_at) == (4, "")


def flipped() -> bytes:
    raw = bytearray(response(4))
    raw[-5] ^= 1
    return bytes(raw)


def redated() -> bytes:
    raw, year = response(4), HEADS[4]["at"][:4].encode()
    place = raw.index(b"\x18\x0f" + year) + 2
    return raw[:place] + b"2031" + raw[place + 4 :]


WRONG: dict[str, tuple[Wrong, FaultKind, str]] = {
    "tampered signature": (
        lambda: [line(4, raw=flipped())],
        FaultKind.BAD_STAMP,
        "by no authority",
    ),
    "tampered time": (lambda: [line(4, raw=redated())], FaultKind.BAD_STAMP, "by no authority"),
    "other root": (
        lambda: [line(4, raw=response(4, by=OTHER))],
        FaultKind.BAD_STAMP,
        "the stamp of the head of size 4 is by no authority under the roots given",
    ),
    "stamp of another head": (
        lambda: [line(4, raw=response(8))],
        FaultKind.BAD_STAMP,
        "the stamp of the head of size 4 is over something else than this head",
    ),
    "line of another head": (
        lambda: [line(8, raw=response(8))],
        FaultKind.BAD_STAMP,
        "the stamp of the head of size 8 at",
    ),
    "head that is not there": (
        lambda: [("stamp", {**_fields(4), "size": 99})],
        FaultKind.BAD_STAMP,
        "stands behind another head, of size 4",
    ),
    "before its head": (
        lambda: [line(4, raw=response(4, later=-HOUR))],
        FaultKind.MISDATED,
        "before the head it is over",
    ),
    "not granted": (lambda: [line(4, raw=REJECTION)], FaultKind.BAD_STAMP, "no granted time stamp"),
    "garbage": (lambda: [line(4, raw=b"x")], FaultKind.BAD_STAMP, "no granted time stamp"),
    "no base64": (
        lambda: [("stamp", {**_fields(4), "response": "x"})],
        FaultKind.MALFORMED,
        "has a response that is not base64",
    ),
    "a field more": (
        lambda: [("stamp", {**_fields(4), "by": "x"})],
        FaultKind.MALFORMED,
        "has the unknown field 'by'",
    ),
    "two stamps": (
        lambda: [line(4, raw=response(4)), line(4, raw=response(4))],
        FaultKind.MALFORMED,
        "a stamp line cannot stand behind a stamp line",
    ),
}


def _fields(size: int) -> dict[str, Any]:
    fields = line(size, raw=response(size))[1]
    assert isinstance(fields, dict)
    return fields


@pytest.mark.parametrize("named", WRONG)
def test_a_wrong_stamp_refutes_and_is_named(tmp_path: Path, named: str) -> None:
    lines, kind, words = WRONG[named]
    raw = with_lines(EXPORT, behind={4: lines()}, stamps=len(lines()))
    fault = fault_of(verified(raw, folder=tmp_path))
    assert (fault.kind, words in fault.words) == (kind, True), fault


def test_a_stamp_that_was_cut_out_is_missed(tmp_path: Path) -> None:
    raw = with_lines(EXPORT, behind={}, stamps=1)
    fault = fault_of(verified(raw, folder=tmp_path))
    assert (fault.kind, "counts 1 stamps" in fault.words) == (FaultKind.CUT, True)


def test_no_bit_of_a_stamp_makes_the_verifier_break(tmp_path: Path) -> None:
    raw = response(4)
    for place in range(0, len(raw), 7):
        bent = bytearray(raw)
        bent[place] ^= 1 << place % 8
        export = with_lines(EXPORT, behind={4: [line(4, raw=bytes(bent))]}, stamps=1)
        path = tmp_path / "export"
        path.write_bytes(export)
        verdict = verify(path, held=Held(tsa_roots=AUTHORITY.pem), effort=Effort())
        assert verdict.ok or fault_of(verdict).kind is FaultKind.BAD_STAMP, place


def test_roots_that_are_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="no certificate in PEM"):
        verified(whole(), folder=tmp_path, roots=b"nothing")


def test_the_command_says_what_was_stamped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, roots, none = tmp_path / "export", tmp_path / "roots.pem", tmp_path / "none.pem"
    path.write_bytes(whole())
    roots.write_bytes(AUTHORITY.pem)
    none.write_bytes(b"none")
    assert main([str(path)]) == 0
    assert "  2 stamps, not checked (--tsa-roots)\n" in capsys.readouterr().out
    assert main([str(path), "--tsa-roots", str(roots)]) == 0
    told = capsys.readouterr().out
    assert "  2 stamps, verified, up to size 12 at 2026-" in told
    assert "  unwitnessed" in told
    assert main([str(path), "--tsa-roots", str(roots), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["stamps"], document["stamped_size"]) == (2, 12)
    assert main([str(path), "--tsa-roots", str(none)]) == 2
    assert "no certificate in PEM" in capsys.readouterr().err
    assert main([str(path), "--tsa-roots", str(tmp_path / "nowhere")]) == 2


def test_only_who_gives_roots_needs_the_library() -> None:
    program = "import sys, tutela_verify.cli; sys.exit('rfc3161_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_head_that_was_kept_with_its_checkpoint_is_held_against_the_log(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(whole())
    kept = {**HEADS[8], "checkpoint": note_of(HEADS[8], signer=OWNER)}
    assert verify(path, held=Held(heads=[kept]), effort=Effort()).witnessed
