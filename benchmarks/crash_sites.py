"""The services under test: started here, started again when they die, and found by their pids."""

import asyncio
import json
import os
import re
import select
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.crash_book import Faults, tell
from tutela.database.dying import with_parent

START_SECONDS = 90.0
STOP_SECONDS = 60.0
#: What was started by a process that was killed must be gone by then.
ORPHAN_SECONDS = 30.0
LOOK_SECONDS = 0.05
#: The command `tutela`, by the interpreter that runs this.
TUTELA = "from tutela.cli.main import main; main()"
_CLIENT_BACKEND = re.compile(r"^postgres: .*\[local\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How a service is started: a name for the reader, and the arguments of `tutela up`."""

    name: str
    data_folder: Path
    arguments: tuple[str, ...]


class Site:
    """One `tutela up`, which is started again whenever its supervisor dies."""

    def __init__(self, command: Command, *, log: Path, faults: Faults) -> None:
        self.command = command
        self._log = log
        self._faults = faults
        self._process: asyncio.subprocess.Process | None = None
        self._is_ending = False
        self._keeping: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    @property
    def supervisor(self) -> int | None:
        """The process id of the supervisor while it runs."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    async def start(self) -> None:
        """Runs when this returns, and is kept running."""
        self._keeping = asyncio.create_task(self._keep())
        waiting = asyncio.create_task(self.ready.wait())
        done, _ = await asyncio.wait([waiting, self._keeping], timeout=START_SECONDS,
                                     return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        if waiting not in done:
            raise SystemExit(f"{self.command.name} did not start: see {self._log}")

    async def stop(self) -> None:
        """Asks it to end; what does not is killed, and told."""
        self._is_ending = True
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                self._faults.add("did not stop", text=self.command.name)
                for pid in reversed(machine.descendants(process.pid)):
                    kill(pid, belongs=self.owns)
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    def processes(self, kind: str) -> list[int]:
        """The running processes of a kind that this service started itself."""
        try:
            files = sorted(self.command.data_folder.glob("processes*.json"))
            written = [json.loads(file.read_text()) for file in files]
        except (OSError, ValueError):
            return []
        rows = [row for each in written for row in each["processes"]]
        pids = [row["pid"] for row in rows if row["kind"] == kind]
        return [pid for pid in pids if self.owns(pid)]

    def backends(self) -> list[int]:
        """The processes of its database that serve one connection each."""
        return [
            pid
            for postmaster in self.processes("postgres")
            for pid in machine.descendants(postmaster)
            if _CLIENT_BACKEND.match(machine.command_line(pid))
        ]

    def owns(self, pid: int) -> bool:
        """Whether a process was started by this service, directly or not."""
        supervisor = self.supervisor
        return supervisor is not None and pid in machine.descendants(supervisor)

    async def _keep(self) -> None:
        while not self._is_ending:
            await self._run_once()
            self.ready.clear()
            if not self._is_ending:
                tell(f"{self.command.name} ended; it is started again")
                await asyncio.sleep(LOOK_SECONDS)

    async def _run_once(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-c", TUTELA, "up", *self.command.arguments,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=log,
                preexec_fn=with_parent("SIGTERM"),
            )  # fmt: skip
        started = self._process
        assert started.stdout is not None
        async for line in started.stdout:
            if line.startswith(b"ready"):
                self.ready.set()
        await started.wait()


def kill(pid: int, *, belongs: Callable[[int], bool]) -> bool:
    """Whether the process was killed: only where it still is what it was found to be."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if pid == os.getpid() or not belongs(pid):
            return False
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)


def left_over(folder: Path) -> list[str]:
    """What still runs of services under `folder`: pid and command line of each."""
    return [
        f"{pid} {machine.command_line(pid)[:120]}"
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and (pid := int(entry.name)) != os.getpid()
        and _works_in(entry, folder=folder)
    ]  # fmt: skip


def _works_in(entry: Path, *, folder: Path) -> bool:
    try:
        if (entry / "cwd").readlink().is_relative_to(folder):
            return True
        return str(folder).encode() in (entry / "environ").read_bytes()
    except OSError:
        return False


class Watched:
    """Processes as they were at one instant, whatever their ids mean later."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._open: dict[int, tuple[int, str]] = {}
        for pid in pids:
            with suppress(ProcessLookupError):
                self._open[os.pidfd_open(pid)] = pid, machine.command_line(pid)

    async def wait_until_gone(self, *, seconds: float) -> list[str]:
        """Those that live on after the time, by pid and command line; none is the hope."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._open and loop.time() < end:
            for descriptor in select.select(list(self._open), [], [], 0)[0]:
                os.close(descriptor)
                del self._open[descriptor]
            await asyncio.sleep(LOOK_SECONDS)
        living = [f"{pid} {words}" for pid, words in self._open.values()]
        self.forget()
        return living

    def forget(self) -> None:
        """Watches them no longer."""
        for descriptor in self._open:
            os.close(descriptor)
        self._open.clear()
