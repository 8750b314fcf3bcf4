"""`tutela decisions bulk`: files as they come, and who may send them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Done
from tests.cli.sending import write_lines
from tests.fixtures.bulk import account, head
from tutela.decisions.bulk.uploading import LINE_MAX_BYTES

BulkCommand = Callable[..., Done]


@pytest.fixture
def decide(database_url: str, command: Command, tmp_path: Path) -> BulkCommand:
    """Runs `tutela decisions` for a role, on a database that no service runs on."""
    where = ("--database", database_url, "--keys", tmp_path / "keys")

    def run(*words: str | Path, role: str = "lead") -> Done:
        token = command("token", "create", "--role", role, "--name", "t", *where).last_line
        return command("decisions", *words, "--token", token, *where)

    return run


def test_bad_lines_of_any_encoding_are_refused_alone(decide: BulkCommand, tmp_path: Path) -> None:
    lines = [
        b"\xef\xbb\xbf" + json.dumps(head()).encode(),
        account("one"),
        b'{"facts": "\xff"}',
        json.dumps(account("two")).encode("utf-16"),
        b"",
        b"x" * (LINE_MAX_BYTES + 10),
        account("one", facts="other words"),
        json.dumps(account("three")).encode() + b"\r",
    ]
    file = write_lines(tmp_path / "accounts.jsonl", lines=lines)
    sent = decide("bulk", file, "--rejects", tmp_path / "r", "--json")
    told = json.loads(sent.out)
    assert (sent.status, told["lines"]["taken"], told["bulk"]["state"]) == (1, 2, "previewed")
    rejected = [json.loads(line) for line in (tmp_path / "r").read_text().splitlines()]
    assert {(each["line"], each["code"]) for each in rejected} >= {(3, "not_json")}
    assert [each["text"] for each in rejected if each["code"] == "too_large"] == [None]
    assert "duplicate_subject" in sent.err


def test_without_a_service_the_command_decides_and_takes_back(
    decide: BulkCommand, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "a.jsonl", lines=[head(), account("one"), account("two")])
    ran = decide("bulk", file, "--run", "--json")
    shown = json.loads(ran.out)["bulk"]
    assert (ran.status, shown["state"], shown["counts"]["decided"]) == (0, "done", 2)
    again = decide("bulk", file)
    assert (again.status, again.out.splitlines()[0]) == (
        0,
        "2 lines: 0 taken, 2 repeated, 0 refused",
    )
    undone = decide("bulk-undo", shown["id"], "--reason", "a wrong list")
    assert undone.out == f"{shown['id']} undone\n"
    refused = decide("bulk-run", shown["id"])
    assert (refused.status, "undone" in refused.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "role", "status", "said"),
    [
        (("bulk", "absent.jsonl"), "lead", 2, "absent.jsonl: No such file"),
        (("bulk-status", "0199d1f3-0000-7000-8000-000000000000"), "lead", 2, "no such decision"),
        (("bulk-status", "0199d1f3-0000-7000-8000-000000000000"), "reviewer", 1, "no right"),
    ],
)
def test_what_cannot_be_done_is_said(
    decide: BulkCommand, words: tuple[str, ...], role: str, status: int, said: str
) -> None:
    done = decide(*words, role=role)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
