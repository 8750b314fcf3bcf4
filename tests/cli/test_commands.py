"""A command imports what it alone needs: `tutela --help` nothing of the rooms."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from tests.fixtures.service import RunningTutela
from tutela.cli.commands import application, whole_application
from tutela.cli.main import first_word

#: What takes long to import, and what each command can do without.
HEAVY = frozenset(
    {"aiohttp", "babel", "granian", "jinja2", "numpy", "pyarrow", "scipy", "sklearn", "starlette"}
)
DATABASE = frozenset({"psycopg", "psycopg_pool", "cryptography", "httpx"})
PRINT_IMPORTED = """
import json, sys
from tutela.cli.main import run
status = run(sys.argv[1:])
print(json.dumps([status, sorted(sys.modules)]))
"""


def imported(*arguments: str | Path) -> tuple[int, frozenset[str]]:
    """The exit status of a command in a process of its own, and every module that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT_IMPORTED, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = json.loads(done.stdout.splitlines()[-1])
    return status, frozenset(modules)


def test_the_help_imports_no_room_and_no_library_of_one() -> None:
    status, modules = imported("--help")
    assert status == 0
    assert modules & (HEAVY | DATABASE) == set()
    rooms = {each.split(".")[1] for each in modules if each.startswith("tutela.")}
    assert {each for each in rooms if not each.startswith(("setting", "care_", "guard_"))} <= {
        *("cli", "errors", "logs"),
        *("login_settings", "oversight_settings", "page_settings"),
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("token", "create", "--role", "admin", "--name", "a"),
        ("user", "create", "a", "--role", "lead", "--generate"),
    ],
    ids=" ".join,
)
def test_a_command_about_access_imports_neither_detectors_nor_pages(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    nowhere = f"postgresql://tutela@/tutela?host={tmp_path}"
    status, modules = imported(*arguments, "--database", nowhere, "--keys", str(tmp_path / "keys"))
    assert status == 1
    assert "psycopg" in modules
    assert modules & HEAVY == set()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="no list of what is mapped")
def test_a_process_that_looks_at_nothing_has_no_detectors_in_memory(
    running_tutela: RunningTutela,
) -> None:
    mapped = {
        name: "/numpy/" in Path(f"/proc/{process_id}/maps").read_text()
        for name, process_id in running_tutela.process_ids().items()
        if name in {"web-0", "worker", "courier", "sequencer"}
    }
    assert mapped == {"web-0": True, "worker": True, "courier": False, "sequencer": False}


def test_every_line_of_the_help_is_what_its_command_says() -> None:
    assert helped(application(None)) == helped(whole_application())


def test_a_command_is_found_behind_whatever_stands_before_it() -> None:
    assert first_word(["--", "token", "create"]) == "token"
    assert first_word(["--help"]) is None


def helped(line: typer.Typer) -> dict[str, str]:
    """The line of each command in the help."""
    commands: dict[str, Any] = get_command(line).commands  # type: ignore[attr-defined]
    return {name: each.get_short_help_str(200) for name, each in commands.items()}
