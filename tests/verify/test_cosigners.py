"""Cosignatures in an export: whose count, and what is found when somebody tampers with them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verify.cosigning import (
    ORIGIN,
    cosigned,
    note_of,
    signature,
    text_of,
    verifier_key,
    with_lines,
)
from tests.verify.exporting import (
    OWNER,
    STRANGER,
    Export,
    Line,
    Signer,
    fault_of,
    leaf,
    stamp,
    valid_export,
)
from tutela_verify import Fault, FaultKind, Malformed, Verdict
from tutela_verify.cli import main

A, B = Signer(11), Signer(12)
KEY_A, KEY_B = (
    verifier_key("example.org/a", signer=A),
    verifier_key("example.org/b", signer=B),
)
EXPORT = valid_export(12)
HEADS = {head["size"]: head for head in EXPORT.heads}

Verify = Callable[..., Verdict]


def checkpoint(size: int, *, signer: Signer = OWNER, origin: str = ORIGIN) -> Line:
    return "checkpoint", {"note": note_of(HEADS[size], signer=signer, origin=origin)}


def by_a(size: int, *, at: float | None = None) -> Line:
    line = cosigned(HEADS[size], name="example.org/a", signer=A, at=size + 2 if at is None else at)
    return "cosignature", {"line": line}


def by_b(size: int) -> Line:
    line = cosigned(HEADS[size], name="example.org/b", signer=B, at=size + 2)
    return "cosignature", {"line": line}


def whole(**counts: int) -> bytes:
    behind = {
        4: [checkpoint(4), by_a(4), by_b(4)],
        8: [checkpoint(8), by_a(8)],
        12: [checkpoint(12)],
    }
    return with_lines(EXPORT, behind=behind, **counts)


def test_cosignatures_count_by_the_keys_given(verify: Verify) -> None:
    verdict = verify(whole(), trusted_keys=[KEY_A, KEY_B])
    assert verdict.ok, verdict.first_fault
    assert verdict.witnessed
    assert (verdict.checkpoints, verdict.cosignatures, verdict.witnesses_given) == (3, 3, 2)
    told = [(each.name, each.vouched, each.size, each.at) for each in verdict.cosigners]
    assert told == [
        ("example.org/a", True, 8, stamp(10)),
        ("example.org/b", True, 4, stamp(6)),
    ]


def test_without_a_key_a_cosignature_is_a_claim(verify: Verify) -> None:
    verdict = verify(whole())
    assert (verdict.ok, verdict.witnessed) == (True, False)
    assert [each.vouched for each in verdict.cosigners] == [False, False]
    assert not verify(whole(), trusted_keys=[verifier_key("w", signer=A)]).witnessed


def test_the_key_of_the_log_may_be_told_as_a_verifier_key(verify: Verify) -> None:
    key = verifier_key("tutela/log-main", signer=OWNER, algorithm=1)
    verdict = verify(whole(), trusted_keys=[key, KEY_A])
    assert (verdict.ok, verdict.keys_from_file, verdict.witnessed) == (True, False, True)


def test_an_export_of_before_the_witnesses_still_verifies(verify: Verify) -> None:
    verdict = verify(EXPORT, trusted_keys=[KEY_A])
    assert (verdict.ok, verdict.witnessed, verdict.cosigners) == (True, False, [])


OTHER_ROOT = Export(leaves=[leaf(number, at=99) for number in range(4)]).head(4, at=5, signer=OWNER)

TAMPERINGS: dict[str, tuple[dict[int, list[Line]], FaultKind, str]] = {
    "a cosignature by another key under the name and hash of a given one": (
        {
            4: [
                checkpoint(4),
                (
                    "cosignature",
                    {
                        "line": signature(
                            "example.org/a",
                            key_hash=bytes.fromhex(KEY_A.split("+")[1]),
                            signed=bytes(8) + STRANGER.private.sign(b"x"),
                        )
                    },
                ),
            ]
        },
        FaultKind.BAD_SIGNATURE,
        "the cosignature of example.org/a for size 4: its signature does not verify",
    ),
    "a cosignature of another head": (
        {8: [checkpoint(8), by_a(4)]},
        FaultKind.BAD_SIGNATURE,
        "the cosignature of example.org/a for size 8: its signature does not verify",
    ),
    "a cosignature of before its head": (
        {8: [checkpoint(8), by_a(8, at=-900)]},
        FaultKind.MISDATED,
        "is dated",
    ),
    "a checkpoint with another root": (
        {4: [("checkpoint", {"note": note_of(OTHER_ROOT, signer=OWNER)})]},
        FaultKind.WRONG_ROOT,
        "the checkpoint of size 4 has another size or root than the head of size 4",
    ),
    "a checkpoint of another size": (
        {8: [checkpoint(4)]},
        FaultKind.WRONG_ROOT,
        "the checkpoint of size 4 has another size or root than the head of size 8",
    ),
    "a checkpoint of another log": (
        {4: [checkpoint(4, origin="tutela/log-b")]},
        FaultKind.FOREIGN_LOG,
        "the checkpoint of size 4 is of another log",
    ),
    "a checkpoint by a foreign key": (
        {4: [checkpoint(4, signer=STRANGER)]},
        FaultKind.FOREIGN_KEY,
        "the checkpoint of size 4 is signed by no key that is trusted for its time",
    ),
    "a cosignature without a checkpoint": (
        {4: [by_a(4)]},
        FaultKind.MALFORMED,
        "a cosignature line cannot stand behind a head line",
    ),
    "two checkpoints of one head": (
        {4: [checkpoint(4), checkpoint(4)]},
        FaultKind.MALFORMED,
        "a checkpoint line cannot stand behind a checkpoint line",
    ),
    "a cosignature that is none": (
        {4: [checkpoint(4), ("cosignature", {"line": "\u2014 example.org/a AAAA"})]},
        FaultKind.MALFORMED,
        "has a signature line that is none",
    ),
    "a cosignature without its time": (
        {4: [checkpoint(4), ("cosignature", {"line": "\u2014 example.org/a AAAAAAAA"})]},
        FaultKind.MALFORMED,
        "has a cosignature that is not a time and a signature",
    ),
    "a cosignature at the end of time": (
        {
            4: [
                checkpoint(4),
                ("cosignature", {"line": signature("w", key_hash=b"abcd", signed=b"\xff" * 72)}),
            ]
        },
        FaultKind.MALFORMED,
        "has a cosignature whose time no calendar has",
    ),
    "a note that is none": (
        {4: [("checkpoint", {"note": text_of(HEADS[4])})]},
        FaultKind.MALFORMED,
        "has a note that is no checkpoint",
    ),
    "a note that is a number": (
        {4: [("checkpoint", {"note": 4})]},
        FaultKind.MALFORMED,
        "has a note that is no text",
    ),
}


@pytest.mark.parametrize("named", TAMPERINGS)
def test_what_was_tampered_with_is_found(verify: Verify, named: str) -> None:
    behind, kind, words = TAMPERINGS[named]
    fault = fault_of(verify(with_lines(EXPORT, behind=behind), trusted_keys=[KEY_A]))
    assert isinstance(fault, Fault)
    assert (fault.kind, words in fault.words) == (kind, True), fault


def test_a_checkpoint_that_the_log_did_not_sign_is_found(verify: Verify) -> None:
    note = note_of(HEADS[4], signer=OWNER)
    other = note_of(HEADS[8], signer=OWNER)
    mixed = note.rpartition(" ")[0] + " " + other.rpartition(" ")[2]
    fault = fault_of(verify(with_lines(EXPORT, behind={4: [("checkpoint", {"note": mixed})]})))
    assert fault.kind is FaultKind.BAD_SIGNATURE
    assert "a signature of tutela/log-main that does not verify" in fault.words


@pytest.mark.parametrize("count", ["checkpoints", "cosignatures"])
def test_cosignatures_that_were_cut_out_are_missed(verify: Verify, count: str) -> None:
    fault = fault_of(verify(whole(**{count: 4})))
    assert (fault.kind, f"counts 4 {count}" in fault.words) == (FaultKind.CUT, True)


@pytest.mark.parametrize("key", [KEY_A[:-1], KEY_A.replace("a+", "b+"), "x+y+" + "A" * 44])
def test_a_witness_key_that_is_none_is_told(verify: Verify, key: str) -> None:
    with pytest.raises(Malformed):
        verify(whole(), trusted_keys=[key])


def test_the_command_says_who_witnessed_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "export"
    path.write_bytes(whole())
    third = verifier_key("example.org/c", signer=Signer(13))
    assert main([str(path), "--witness", KEY_A, "--witness", KEY_B, "--witness", third]) == 0
    told = capsys.readouterr().out
    assert f"  witnessed by 2 of 3, up to size 8 at {stamp(10)}\n" in told
    assert f"    example.org/b: up to size 4 at {stamp(6)}\n" in told
    assert "unwitnessed" not in told
    assert main([str(path)]) == 0
    told = capsys.readouterr().out
    assert f"    example.org/a: up to size 8 at {stamp(10)}; a claim, nobody vouches" in told
    assert "  unwitnessed:" in told
    assert main([str(path), "--witness", third]) == 0
    assert "  witnessed by 0 of 1\n" in capsys.readouterr().out


def fork_files(tmp_path: Path, *, second: str | bytes) -> list[str]:
    paths = [tmp_path / "a", tmp_path / "b"]
    paths[0].write_text(note_of(HEADS[4], signer=OWNER))
    paths[1].write_bytes(second if isinstance(second, bytes) else second.encode())
    return ["--fork", *map(str, paths), "--key", OWNER.public]


@pytest.mark.parametrize("second", [note_of(OTHER_ROOT, signer=OWNER), json.dumps(OTHER_ROOT)])
def test_two_roots_of_one_size_prove_a_fork(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], second: str
) -> None:
    arguments = fork_files(tmp_path, second=second)
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert told.startswith("fork proven: tutela/log-main signed two roots of size 4")
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["proven"] is True


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (note_of(HEADS[4], signer=OWNER), "the two say the same"),
        (note_of(HEADS[8], signer=OWNER), "of sizes 4 and 8"),
        (note_of(OTHER_ROOT, signer=OWNER, origin="tutela/log-b"), "of different logs"),
    ],
)
def test_what_proves_no_fork_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], second: str, words: str
) -> None:
    assert main(fork_files(tmp_path, second=second)) == 1
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (note_of(OTHER_ROOT, signer=STRANGER), "signed by none of the keys"),
        (json.dumps(OTHER_ROOT | {"root": "0" * 64}), "signed by none of the keys"),
        ("{", "is no JSON"),
        (b"\xff", "is not UTF-8"),
        ("nonsense", "is no checkpoint"),
    ],
)
def test_a_statement_that_the_log_did_not_sign_proves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], second: str | bytes, words: str
) -> None:
    assert main(fork_files(tmp_path, second=second)) == 2
    assert words in capsys.readouterr().err


def test_no_file_and_no_fork_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "give a FILE" in capsys.readouterr().err
    assert main(["--fork", "/nowhere/a", "/nowhere/b"]) == 2
    assert "cannot be read" in capsys.readouterr().err
