"""Commands run in this process, as the program runs them."""

import logging
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from tests.fixtures.logging_here import log_plainly
from tests.fixtures.service import TUTELA, RunningTutela
from tutela.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left: its exit status and what it said."""

    status: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.out.splitlines()[-1]


Command = Callable[..., Done]


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment says of tutela is no part of a test."""
    for name in list(os.environ):
        if name.startswith("TUTELA_") and name != "TUTELA_REQUIRE_BROWSER":
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    kept_handlers, kept_level = list(root.handlers), root.level
    yield
    root.handlers[:] = kept_handlers
    root.setLevel(kept_level)
    log_plainly()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs `tutela` with the given arguments, in this process."""

    def run(*arguments: str | Path) -> Done:
        capfd.readouterr()
        status = main.run([str(each) for each in arguments])
        out, err = capfd.readouterr()
        return Done(status, out, err)

    return run


@pytest.fixture
def beside(command: Command, running_tutela: RunningTutela) -> Command:
    """Runs `tutela` on the folder of the running service."""

    def run(*arguments: str | Path) -> Done:
        return command(*arguments, *running_tutela.where)

    return run


@pytest.fixture
def alone(command: Command, tutela_folder: Path) -> Command:
    """Runs `tutela` on a new folder that nobody serves."""

    def run(*arguments: str | Path) -> Done:
        where = ("--data", tutela_folder / "data", "--keys", tutela_folder / "keys")
        return command(*arguments, *where)

    return run


@pytest.fixture
def verify() -> Callable[..., Done]:
    """Runs `tutela-verify` on a file."""

    def run(*arguments: str | Path) -> Done:
        done = subprocess.run(
            [TUTELA.with_name("tutela-verify"), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run
