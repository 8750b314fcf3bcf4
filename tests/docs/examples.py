"""Examples of a page: fenced blocks that run in one shell, and what they print.

`bash test` and `python test` run, in their order, in one folder; a `text output` block behind one
is what it prints, with `…` for what differs each time. `bash by-hand` does not run and says why in
a comment above it. A block in either language that says nothing of this is a fault of the page.
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LIMIT_SECONDS = 300
#: Ports that pages name and that another program may have.
PORTS = ("8766", "8767")
RUNS, BY_HAND, OUTPUT = "test", "by-hand", "output"
_FENCE = re.compile(
    r"(?P<why><!-- by hand: .+? -->\n)?^```(?P<language>\w+)(?P<words>[^\n]*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_MARK = "\x1e"


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, what is to be done with it, its text and its line."""

    language: str
    purpose: str
    text: str
    line: int
    is_excused: bool


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        yield Block(
            language=found["language"],
            purpose=found["words"].strip(),
            text=found["text"],
            line=text.count("\n", 0, found.start("text")),
            is_excused=found["why"] is not None,
        )


def faults(page: Path) -> Iterator[str]:
    """Blocks of which nobody knows whether they run."""
    before: Block | None = None
    for block in blocks(page):
        where = f"{page.name}:{block.line}"
        if block.language in {"bash", "python"} and block.purpose not in {RUNS, BY_HAND}:
            yield f"{where}: a block of {block.language} is marked test or by-hand"
        if block.purpose == BY_HAND and not block.is_excused:
            yield f"{where}: a block that does not run says why in a comment above it"
        if block.purpose == OUTPUT and (before is None or before.purpose != RUNS):
            yield f"{where}: an output stands behind the block that prints it"
        before = block


def run(page: Path, *, folder: Path, environment: Mapping[str, str]) -> None:
    """Runs all examples of the page in the folder; fails where one does, or prints otherwise."""
    running = [block for block in blocks(page) if block.purpose == RUNS]
    script = "\n".join(["set -eu", *(_step(block, folder=folder) for block in running)])
    script = free_ports(script)
    status, out, err = _shell(script, folder=folder, environment=environment)
    printed = out.split(_MARK)[:-1]
    told = f"{page.name}: status {status}\n{out[-4000:]}\n{err[-4000:]}\n{_logs(folder)}"
    assert status == 0, told
    assert len(printed) == len(running), told
    _compare(page, printed=printed)


def _shell(
    script: str, *, folder: Path, environment: Mapping[str, str]
) -> tuple[int | None, str, str]:
    out, err = folder / ".out", folder / ".err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env={**_own_environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            shell.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            stderr.write(f"not done in {LIMIT_SECONDS} seconds".encode())
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
    return shell.returncode, out.read_text(), err.read_text()


def _logs(folder: Path) -> str:
    return "\n".join(f"{log.name}: {log.read_text()[-4000:]}" for log in folder.glob("*.log"))


def _step(block: Block, *, folder: Path) -> str:
    if block.language == "bash":
        return f"{block.text}printf '{_MARK}'"
    program = folder / f".line-{block.line}.py"
    program.write_text(block.text, encoding="utf-8")
    return f"python {program.name}\nprintf '{_MARK}'"


def _compare(page: Path, *, printed: list[str]) -> None:
    place = -1
    for block in blocks(page):
        if block.purpose == RUNS:
            place += 1
        elif block.purpose == OUTPUT:
            wanted = ".*?".join(re.escape(part) for part in block.text.strip().split("…"))
            where = f"{page.name}:{block.line}"
            assert re.fullmatch(wanted, printed[place].strip(), re.DOTALL), (
                f"{where}: printed was\n{printed[place]}"
            )


def path() -> str:
    """Where the programs are found that a reader has on the path."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def free_ports(text: str) -> str:
    """The text with each port that a page names free on this machine."""
    for named in PORTS:
        if named in text:
            text = text.replace(named, str(_free_port()))
    return text


def _free_port() -> int:
    """A port that nobody has, below those that the system hands out to calls in the meantime."""
    while True:
        port = random.randint(15_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _own_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA")}
    return {**kept, "PATH": path(), "NO_COLOR": "1"}
