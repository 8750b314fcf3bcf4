"""`tutela notices import --mapping`: files of others, an answer a line, nothing sent too early."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cli.sending import a_notice, write_lines
from tests.fixtures.service import RunningTutela

MAPPING = """
[file]
delimiter = ";"
encoding = "iso-8859-1"
[fields]
external_id = { column = "No" }
category = { column = "Type", table = "types" }
explanation = { column = "Gründe" }
[[subjects]]
kind = { value = "url" }
url = { column = "URL 1" }
[[subjects]]
kind = { value = "url" }
url = { column = "URL 2" }
[tables.types]
"fraud" = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
"""
SUBJECT = ["[[subjects]]", 'kind = { value = "url" }', 'url = { column = "Where" }']


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A mapping, and a file of three rows of which the last names nothing."""
    mapping, file = tmp_path / "map.toml", tmp_path / "list.csv"
    mapping.write_text(MAPPING, encoding="utf-8")
    mark = tmp_path.name[-8:]
    rows = [
        "No;Type;Gründe;URL 1;URL 2",
        f'{mark}-1;fraud;"über;\r\nzwei";https://a.example/{mark}/1;https://a.example/{mark}/2',
        f"{mark}-2;rumour;;https://a.example/{mark}/3;",
        f"{mark}-3;fraud;;;",
    ]
    file.write_bytes("\r\n".join([*rows, ""]).encode("iso-8859-1"))
    return mapping, file


def lines_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_rows_of_a_table_go_in_under_a_mapping_with_an_answer_each(
    beside: Command, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    mapping, file = files
    answers, rejects = tmp_path / "answers.jsonl", tmp_path / "rejects.jsonl"
    asked = ("notices", "import", file, "--mapping", mapping, "--channel", "hotline")
    done = beside(*asked, "--answers", answers, "--rejects", rejects)
    assert done.status == 1, done.err
    assert done.out == "3 lines: 2 accepted, 0 duplicate, 1 refused, 1 with remarks\n"
    first, second, third = lines_in(answers)
    assert (first["line"], first["status"], len(first["items"])) == (2, "accepted", 2)
    assert first["receipt"]["code"]
    assert (second["line"], second["external_id"]) == (4, f"{tmp_path.name[-8:]}-2")
    assert second["remarks"] == [
        {"field": "fields.category", "message": "'rumour' is not in table types"}
    ]
    assert (third["line"], third["status"], third["code"]) == (5, "refused", "no_subject")
    assert lines_in(rejects)[0]["text"].endswith("-3;fraud;;;")
    assert stat.S_IMODE(answers.stat().st_mode) == 0o600
    again = beside(*asked, "--json")
    assert json.loads(again.out) == {
        "lines": 3,
        "accepted": 0,
        "duplicate": 2,
        "refused": 1,
        "remarked": 1,
    }


def test_a_dry_run_sends_nothing_and_needs_no_service(
    command: Command, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    mapping, file = files
    answers = tmp_path / "answers.jsonl"
    asked = ("notices", "import", file, "--mapping", mapping, "--dry-run")
    done = command(*asked, "--answers", answers)
    assert done.status == 1
    assert done.out == ("3 lines: 2 would be taken, 1 refused, 1 with remarks; nothing was sent\n")
    assert [each["status"] for each in lines_in(answers)] == [
        "would_be_accepted",
        "would_be_accepted",
        "refused",
    ]
    assert json.loads(command(*asked, "--json").out)["dry_run"] is True


def test_a_dry_run_of_notices_as_they_are(command: Command, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "n.jsonl", lines=[a_notice(), a_notice(nope=1)])
    done = command("notices", "import", file, "--dry-run")
    assert (done.status, done.out) == (
        1,
        "2 lines: 1 would be taken, 1 refused; nothing was sent\n",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "csv"), "needs --mapping"),
        (("--mapping", "absent.toml"), "absent.toml: No such file"),
        (("--mapping", "wrong.toml"), "wrong.toml, line 5, subjects[0].url.column"),
        (("--mapping", "map.toml", "--format", "jsonl"), "map.toml says csv"),
        (("--sender", "a b"), "The sender must be"),
    ],
)
def test_an_import_that_can_not_work_is_refused_before_anything_is_sent(
    beside: Command,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    mapping, file = files
    monkeypatch.chdir(mapping.parent)
    wrong = ["[file]", 'encoding = "iso-8859-1"', *SUBJECT]
    Path("wrong.toml").write_text("\n".join(wrong))
    done = beside("notices", "import", file, *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_a_mapping_is_checked_on_the_first_rows_of_a_file(
    command: Command, files: tuple[Path, Path]
) -> None:
    mapping, file = files
    done = command("notices", "mapping", "check", mapping, "--sample", file)
    assert done.status == 1
    first, second, third, *rest = done.out.splitlines()
    assert first == f"{mapping}: can be used"
    assert '"STATEMENT_CATEGORY_SCAMS_AND_FRAUD"' in second
    assert '"STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"' in third
    assert rest == [
        "line 4: fields.category: 'rumour' is not in table types",
        "line 5: refused: subjects[0].url empty",
        "line 5: refused: subjects[1].url empty",
    ]
    told = json.loads(
        command("notices", "mapping", "check", mapping, "--sample", file, "--json").out
    )
    assert [row["line"] for row in told["rows"]] == [2, 4, 5]
    assert told["rows"][0]["notice"]["explanation"] == "über;\r\nzwei"
    assert command("notices", "mapping", "check", mapping, "--rows", "1").status == 0


def test_the_example_is_a_mapping(command: Command, tmp_path: Path) -> None:
    done = command("notices", "mapping", "example")
    (tmp_path / "map.toml").write_text(done.out)
    assert command("notices", "mapping", "check", tmp_path / "map.toml").status == 0
    assert json.loads(command("notices", "mapping", "example", "--json").out)["mapping"] == done.out


def test_a_sender_named_at_the_terminal_sees_its_notices_with_its_token(
    beside: Command, running_tutela: RunningTutela, tmp_path: Path
) -> None:
    notice = a_notice()
    file = write_lines(tmp_path / "n.jsonl", lines=[notice])
    named = ("--channel", "hotline", "--sender", tmp_path.name[-8:])
    assert beside("notices", "import", file, *named).status == 0
    asked = ("--name", tmp_path.name[-8:], "--role", "service", "--channel", "hotline")
    token = beside("token", "create", *asked).last_line
    with running_tutela.client(token) as client:
        (shown,) = client.get("/v1/notices").json()["notices"]
    assert shown["external_id"] == notice["external_id"]
