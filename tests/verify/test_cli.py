"""The command `tutela-verify`: its words, its JSON and its exit status."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.verify.exporting import OWNER, STRANGER, leaf, receipt_for, stamp, valid_export
from tutela_verify.cli import main

EXPORT = valid_export(12)


@pytest.fixture
def export_file(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.export"
    path.write_bytes(EXPORT.written())
    return path


@pytest.fixture
def refuted_file(tmp_path: Path) -> Path:
    path = tmp_path / "refuted.export"
    path.write_bytes(EXPORT.written().replace(b"_OTHER", b"_OTHEL", 1))
    return path


def document(path: Path, *, value: object) -> str:
    path.write_text(json.dumps(value, indent=2))
    return str(path)


def test_a_verified_export_is_told_in_a_few_lines(
    export_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(export_file)]) == 0
    assert capsys.readouterr().out == (
        f"verified: log log-main, 12 leaves, root {EXPORT.heads[-1]['root']}\n"
        f"  leaves: from {stamp(0)} to {stamp(11)}\n"
        "    decision.taken: 2\n"
        "    notice.received: 10\n"
        "  receipts: 9, the signatures of 9 verified\n"
        f"  heads: 3, from {stamp(5)} to {stamp(13)}\n"
        "  keys: from the file itself\n"
        "  unwitnessed: no head that a second party holds was compared (--head)\n"
    )


def test_a_refuted_export_is_told_by_its_first_fault(
    refuted_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(refuted_file)]) == 1
    assert capsys.readouterr().out == (
        "refuted: line 4: leaf 0: its content no longer has the hash that its receipt signs\n"
        "  read up to there: 1 leaves, 0 receipts, 0 heads\n"
    )


def test_what_is_held_outside_is_compared_and_told(
    export_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = document(tmp_path / "kept.json", value={"code": "K7Q2"} | (EXPORT.receipts[5] or {}))
    fresh = document(
        tmp_path / "fresh.json", value=receipt_for(leaf(50), received=12, signer=OWNER)
    )
    held = document(tmp_path / "head.json", value=EXPORT.heads[1])
    given = ["--key", OWNER.public, "--receipt", kept, "--receipt", fresh, "--head", held]
    assert main([str(export_file), *given, "--receipts", "all"]) == 0
    told = capsys.readouterr().out
    assert "  keys: given\n" in told
    assert f"  receipt {kept}: leaf 5\n" in told
    assert f"  receipt {fresh}: not in this export, and not due before {stamp(72)}\n" in told
    assert "  witnessed: the heads held elsewhere are part of this log\n" in told
    assert "unwitnessed" not in told


def test_leaves_covered_late_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = valid_export(4)
    export.heads = [export.head(4, at=61.5, signer=OWNER)]
    path = tmp_path / "late.export"
    path.write_bytes(export.written())
    assert main([str(path), "--receipts", "1"]) == 0
    told = capsys.readouterr().out
    assert "    kept late, within the tolerance for clocks: 2\n" in told
    assert "  receipts: 3, the signatures of 1 verified\n" in told


def test_an_empty_log_is_told_without_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.export"
    path.write_bytes(valid_export(0).written())
    assert main([str(path)]) == 0
    assert "leaves: from" not in capsys.readouterr().out


def test_json_is_one_document(
    export_file: Path, refuted_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(export_file), "--json"]) == 0
    verdict: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert verdict["ok"] is True
    assert verdict["first_fault"] is None
    assert verdict["unwitnessed"] is True
    assert verdict["size"] == 12
    assert main([str(refuted_file), "--json"]) == 1
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["ok"] is False
    assert verdict["first_fault"]["kind"] == "leaf_changed"
    assert (verdict["first_fault"]["line"], verdict["first_fault"]["leaf_index"]) == (4, 0)
    assert verdict["first_fault"]["message"].startswith("line 4: leaf 0: its content")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not an export of a ledger: it is empty"),
        (b"\x7fELF", "is not an export of a ledger: it does not begin with a log line"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_is_no_export_is_told_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, words: str
) -> None:
    path = tmp_path / "other"
    if content is not None:
        path.write_bytes(content)
    assert main([str(path), "--json"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert words in told.err


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("--receipt", b"{", "cannot be read as JSON"),
        ("--receipt", b"[" * 100_000, "cannot be read as JSON"),
        ("--receipt", b"\xff", "cannot be read as JSON"),
        ("--head", b"[]", "holds no JSON object"),
        ("--head", b"{}", "a key, receipt, head or root given here lacks at"),
        ("--receipt", None, "cannot be read as JSON"),
    ],
)
def test_a_document_that_is_none_is_told_on_standard_error(
    export_file: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    content: bytes | None,
    words: str,
) -> None:
    path = export_file.with_name("document.json")
    if content is not None:
        path.write_bytes(content)
    assert main([str(export_file), option, str(path)]) == 2
    assert words in capsys.readouterr().err


def test_a_key_that_is_none_or_not_trusted_is_told(
    export_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(export_file), "--key", "AAAA"]) == 2
    assert "a public_key that is not 32 bytes in base64" in capsys.readouterr().err
    assert main([str(export_file), "--key", STRANGER.public]) == 1
    assert f"signed by key {OWNER.key_id}, which is not trusted" in capsys.readouterr().out


@pytest.mark.parametrize("sample", ["some", "-1", "1.5", "²"])
def test_a_sample_that_is_no_number_is_wrong_usage(export_file: Path, sample: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main([str(export_file), f"--receipts={sample}"])
    assert caught.value.code == 2


def test_no_control_character_of_a_file_reaches_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hostile"
    export = valid_export(0)
    export.heads = []
    path.write_bytes(export.written().replace(b"log-main", rb"\u001b[31mlog"))
    assert main([str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out
