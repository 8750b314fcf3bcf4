"""`tutela statements check`: files of statements, answered as the database would."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.compliance.samples import a_statement
from tests.fixtures.service import TUTELA
from tutela.compliance.transparency import files

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "dsa" / "sor-cases.jsonl"
TAKEN = "The platform identifier(s) are not all unique within this call."


def write(path: Path, *lines: object) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def answers(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference cases are not beside the clone")
def test_every_reference_case_is_answered_as_by_the_database(command: Command) -> None:
    done = command("statements", "check", REFERENCE, "--json")
    cases = [json.loads(line) for line in REFERENCE.read_text(encoding="utf-8").splitlines()]
    expected = [
        {"name": case["name"], "valid": case["expect"] == "valid", "errors": case["errors"]}
        for case in cases
    ]
    given = answers(done.out)
    assert given == expected
    assert [list(each["errors"]) for each in given] == [list(each["errors"]) for each in cases]
    assert (done.status, done.err) == (1, "")


def test_each_line_is_answered_in_order(command: Command, tmp_path: Path) -> None:
    file = write(
        tmp_path / "statements.jsonl",
        a_statement(),
        "",
        {"name": "b", "payload": a_statement(category=None), "endpoint": "POST /api/v1/statement"},
        {"statements": [a_statement(), a_statement(puid="p-2")]},
        {
            "name": "d",
            "payload": {"statements": [a_statement()]},
            "endpoint": "/api/v1/statements",
            "seen_puids": ["p-1"],
        },
    )
    done = command("statements", "check", file, "--json")
    assert done.status == 1
    assert answers(done.out) == [
        {"valid": True, "errors": {}},
        {"name": "b", "valid": False, "errors": {"category": "The category field is required."}},
        {"valid": True, "errors": {}},
        {"name": "d", "valid": False, "errors": {"puid": TAKEN}},
    ]


def test_a_file_of_valid_statements_is_done(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(a_statement()).encode())
    done = command("statements", "check", file)
    assert (done.status, done.out) == (0, "1 lines: 1 valid, 0 invalid\n")


def test_invalid_lines_are_named_in_words_up_to_a_number(command: Command, tmp_path: Path) -> None:
    lines = [{"name": f"n-{number}", "payload": a_statement(puid=None)} for number in range(25)]
    done = command("statements", "check", write(tmp_path / "statements.jsonl", *lines))
    assert done.status == 1
    assert done.out.startswith("line 1 (n-0)\n  puid: The puid field is required.\nline 2 (n-1)\n")
    assert done.out.endswith("and 5 more; --json names all\n25 lines: 0 valid, 25 invalid\n")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{a", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        ("[]", "not an object"),
        ('{"puid": NaN}', "NaN is no number of JSON"),
        ('{"payload": {}, "name": 1}', "field name must be text"),
        ('{"payload": {}, "endpoint": []}', "field endpoint must be text"),
        ('{"payload": {}, "seen_puids": "a"}', "field seen_puids must be a list"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_line_that_is_no_statement_is_named(
    command: Command, tmp_path: Path, line: str, wrong: str
) -> None:
    file = write(tmp_path / "statements.jsonl", a_statement(), line, a_statement())
    done = command("statements", "check", file, "--json")
    assert done.status == 2
    assert answers(done.out) == [{"valid": True, "errors": {}}]
    assert done.err == f"tutela: {file}, line 2: {wrong}.\n"


def test_a_line_in_another_encoding_is_named(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    file.write_bytes('{"decision_facts": "ä"}\n'.encode("latin-1"))
    done = command("statements", "check", file)
    assert (done.status, done.err) == (2, f"tutela: {file}, line 1: not UTF-8 at byte 20.\n")


def test_a_line_beyond_all_bounds_is_named(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LINE_MAX_BYTES", 1000)
    file = write(tmp_path / "statements.jsonl", a_statement(), a_statement(nobody="x" * 1000))
    done = command("statements", "check", file)
    assert (done.status, done.err) == (2, f"tutela: {file}, line 2: longer than 1,000 bytes.\n")


def test_a_pipe_is_read_as_well() -> None:
    lines = "".join(json.dumps(a_statement(puid=f"p-{number}")) + "\n" for number in range(200))
    done = subprocess.run(
        [TUTELA, "statements", "check", "/dev/stdin"],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "200 lines: 200 valid, 0 invalid\n")


def test_a_file_that_is_not_there_is_named(command: Command, tmp_path: Path) -> None:
    done = command("statements", "check", tmp_path / "none.jsonl")
    assert done.status == 2
    assert done.err == f"tutela: {tmp_path}/none.jsonl: No such file or directory.\n"
