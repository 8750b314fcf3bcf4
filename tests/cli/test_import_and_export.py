import json
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Command, Done
from tests.cli.sending import a_notice, has_its_place, send, write_lines
from tests.fixtures.service import RunningTutela, until
from tutela.intake.channels import file as notice_file

TOO_LONG = b"x" * (notice_file.LINE_MAX_BYTES + 1)


def test_good_lines_go_in_and_bad_ones_go_to_the_rejects(beside: Command, tmp_path: Path) -> None:
    bad = a_notice(nope=1)
    lines = [a_notice(), bad, b"no json", a_notice(external_id=None), TOO_LONG, b"", a_notice()]
    file = write_lines(tmp_path / "notices.jsonl", lines=lines)
    done = beside("notices", "import", file, "--rejects", tmp_path / "rejects.jsonl")
    assert done.status == 1
    assert done.out == "7 lines: 3 accepted, 0 duplicate, 4 refused\n"
    rejected = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert [each["line"] for each in rejected] == [2, 3, 5, 6]
    assert rejected[0]["errors"] == [{"pointer": "/nope", "message": "unknown field"}]
    assert json.loads(rejected[0]["text"]) == bad
    assert [each["code"] for each in rejected[1:]] == ["not_json", "too_large", "not_json"]
    assert rejected[2]["text"] is None
    assert stat.S_IMODE((tmp_path / "rejects.jsonl").stat().st_mode) == 0o600


def test_the_same_file_again_is_all_duplicates_whether_its_lines_have_ids_or_not(
    beside: Command, tmp_path: Path
) -> None:
    without_id = {key: value for key, value in a_notice().items() if key != "external_id"}
    file = write_lines(tmp_path / "n.jsonl", lines=[a_notice(), without_id, without_id])
    first, again = (beside("notices", "import", file, "--json") for _ in range(2))
    assert first.status == again.status == 0
    assert json.loads(first.out) == {"lines": 3, "accepted": 3, "duplicate": 0, "refused": 0}
    assert json.loads(again.out) == {"lines": 3, "accepted": 0, "duplicate": 3, "refused": 0}


def test_an_id_that_was_used_for_another_notice_is_refused(beside: Command, tmp_path: Path) -> None:
    one = a_notice()
    file = write_lines(tmp_path / "n.jsonl", lines=[one, {**one, "explanation": "other"}])
    done = beside("notices", "import", file, "--rejects", tmp_path / "r")
    assert done.status == 1
    assert json.loads((tmp_path / "r").read_text())["code"] == "key_reused"


def test_refused_lines_are_rows_as_well(
    database_url: str, command: Command, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "n.jsonl", lines=[a_notice(nope=1)])
    where = ("--database", database_url, "--keys", tmp_path / "keys")
    assert command("notices", "import", file, *where).status == 1
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT door, code, pointers, line FROM refused_call").fetchall()
    assert rows == [("file", "invalid_body", ["/nope"], 1)]


def test_a_file_that_is_not_utf_8_throughout_is_refused_whole(
    beside: Command, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "n.jsonl", lines=[a_notice(), a_notice(), b"\xff", a_notice()])
    done = beside("notices", "import", file)
    assert done.status == 2
    assert f"{file}, line 3: not UTF-8" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("absent.jsonl",), "absent.jsonl: No such file"),
        (("n.jsonl", "--service", "typo"), "There is no main/typo"),
        (("n.jsonl", "--tenant", "typo"), "There is no typo/main"),
        (("n.jsonl", "--channel", "rumour"), "'--channel'"),
        (("n.jsonl", "--rejects", "absent/r"), "absent/r: No such file"),
    ],
)
def test_an_import_that_can_not_begin_says_why(
    beside: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "n.jsonl", lines=[a_notice()])
    done = beside("notices", "import", *arguments)
    assert done.status == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(
    beside: Command, tmp_path: Path
) -> None:
    file = tmp_path / "n.jsonl"
    text = "\r\n".join(json.dumps(a_notice()) for _ in range(2))
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert beside("notices", "import", file).out.startswith("2 lines: 2 accepted")


def test_lines_are_read_in_bounded_memory(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "n", lines=[b"a", TOO_LONG * 3, b"b"])
    lines = list(notice_file.read_lines(file))
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.is_too_long for line in lines] == [False, True, False]
    assert max(len(line.raw) for line in lines) <= notice_file.LINE_MAX_BYTES + 2
    assert notice_file.survey(file).line_count == 3


def test_an_export_of_the_running_service_is_verified_by_a_stranger(
    running_tutela: RunningTutela,
    beside: Command,
    verify: Callable[..., Done],
    tmp_path: Path,
) -> None:
    with running_tutela.client(running_tutela.token()) as client:
        acknowledged = send(client, notice=a_notice())
        assert acknowledged is not None
        until(lambda: has_its_place(client, acknowledged=acknowledged), what="the notice's place")
        head = client.get("/v1/ledger/head", params={"log_id": log_of(acknowledged)}).json()
    (tmp_path / "receipt.json").write_text(json.dumps(acknowledged["receipt"]))
    (tmp_path / "head.json").write_text(json.dumps(head))
    done = beside("ledger", "export", tmp_path / "log.txt", "--json")
    assert done.status == 0, done.err
    exported = json.loads(done.out)
    assert exported["log_id"] == log_of(acknowledged)
    assert exported["leaves"] >= head["size"]
    verdict = verify(
        tmp_path / "log.txt",
        *("--receipt", tmp_path / "receipt.json", "--head", tmp_path / "head.json"),
    )
    assert verdict.status == 0, verdict.out
    assert [each.name for each in tmp_path.glob(".log.txt*")] == []


def log_of(acknowledged: dict[str, dict[str, str]]) -> str:
    return acknowledged["receipt"]["log_id"]


def test_what_was_imported_without_a_service_can_be_exported_and_verified(
    alone: Command, verify: Callable[..., Done], tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "n.jsonl", lines=[a_notice() for _ in range(300)])
    assert alone("notices", "import", file).status == 0
    done = alone("ledger", "export", tmp_path / "log.txt")
    assert done.status == 0, done.err
    assert "300 leaves, 300 receipts" in done.out
    verdict = verify(tmp_path / "log.txt", "--json")
    assert verdict.status == 0, verdict.out


def test_each_tenant_has_its_own_export(
    running_tutela: RunningTutela,
    beside: Command,
    verify: Callable[..., Done],
    tmp_path: Path,
) -> None:
    token = running_tutela.token(tenant="exporter")
    with running_tutela.client(token) as client:
        acknowledged = send(client, notice=a_notice())
        assert acknowledged is not None
        until(lambda: has_its_place(client, acknowledged=acknowledged), what="the notice's place")
    done = beside("ledger", "export", tmp_path / "x", "--tenant", "exporter", "--json")
    assert json.loads(done.out)["log_id"] == log_of(acknowledged)
    (tmp_path / "receipt.json").write_text(json.dumps(acknowledged["receipt"]))
    assert verify(tmp_path / "x", "--receipt", tmp_path / "receipt.json").status == 0


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (("x", "--tenant", "nobody"), (2, "There is no nobody")),
        (("absent/x",), (2, "absent/x: No such file")),
        (("x", "--tenant", "silent"), (1, "Nothing is in the log of silent yet")),
    ],
)
def test_an_export_that_can_not_be_made_leaves_no_file(
    alone: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    refused: tuple[int, str],
) -> None:
    monkeypatch.chdir(tmp_path)
    alone("token", "create", "--role", "service", "--name", "a", "--tenant", "silent")
    alone("notices", "import", write_lines(tmp_path / "n.jsonl", lines=[a_notice()]))
    done = alone("ledger", "export", *arguments)
    status, said = refused
    assert done.status == status
    assert said in done.err
    assert [each.name for each in tmp_path.iterdir()] == ["n.jsonl"]
