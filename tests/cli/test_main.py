import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.fixtures.service import TUTELA
from tutela.cli import main

#: Lines of a terminal that nobody has to scroll.
ONE_SCREEN_LINES = 44


def test_the_help_shows_every_group_in_one_screen(command: Command) -> None:
    done = command("--help")
    assert done.status == 0
    groups = ["up", "demo", "doctor", "reconcile", "token", "user", "notices", "ledger"]
    assert [name for name in groups if f" {name} " not in done.out] == []
    assert len(done.out.splitlines()) <= ONE_SCREEN_LINES


@pytest.mark.parametrize("group", [(), ("token",), ("notices",), ("ledger",), ("user",)])
def test_a_group_without_a_command_shows_its_help(command: Command, group: tuple[str, ...]) -> None:
    done = command(*group)
    assert done.status == 2
    assert "Usage: tutela" in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("up", "--nonsense"), "No such option: --nonsense"),
        (("ledger", "export"), "'file'"),
        (("doctor", "extra"), "extra"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(
    command: Command, arguments: tuple[str, ...], said: str
) -> None:
    done = command(*arguments)
    assert done.status == 2
    assert done.out == ""
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_the_program_is_the_same(tmp_path: Path) -> None:
    done = subprocess.run(
        [TUTELA, "token", "create", "--role", "king", "--name", "a", "--data", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("tutela: ")


def test_what_the_database_says_is_passed_on(command: Command, tmp_path: Path) -> None:
    url = f"postgresql://tutela@/tutela?host={tmp_path}"
    done = command("token", "create", "--role", "admin", "--name", "a", "--database", url)
    assert done.status == 1
    assert str(tmp_path / ".s.PGSQL.5432") in done.err
    assert len(done.err.splitlines()) == 1


def test_what_the_database_refuses_is_one_line(
    command: Command, empty_database_url: str, tmp_path: Path
) -> None:
    url = f"{empty_database_url}&options=-c%20default_transaction_read_only%3Don"
    where = ("--database", url, "--keys", tmp_path / "keys")
    done = command("token", "create", "--role", "admin", "--name", "a", *where)
    assert done.status == 1
    assert "read-only" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_fault_in_the_program_is_told_without_a_traceback(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_: str | None) -> None:
        raise ZeroDivisionError("secret-91c")

    monkeypatch.setattr(main, "application", break_down)
    done = command("doctor")
    assert done.status == 1
    assert done.err.splitlines()[-1] == "tutela: a fault in the program: ZeroDivisionError"
    assert "command_broke" in done.err
    assert "secret-91c" not in done.err
