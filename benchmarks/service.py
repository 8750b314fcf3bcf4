"""The service on one database, started for one run and gone after it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine

READY = "ready http://127.0.0.1:"
STOP_SECONDS = 60.0
UP = [sys.executable, "-c", "from tutela.cli.main import main; main()", "up", "--port", "0"]
KINDS = frozenset({"web", "worker", "courier", "sequencer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that answers on `port` here; `process_id` is that of its first process."""

    port: int
    process_id: int

    def process_ids(self) -> list[int]:
        """Every process of the service."""
        return machine.descendants(self.process_id)

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time so far, by kind of process."""
        spent: dict[str, float] = {}
        for process_id in self.process_ids():
            kind = _kind(process_id)
            spent[kind] = spent.get(kind, 0.0) + machine.cpu_seconds([process_id])
        return spent


@contextmanager
def running(url: str, *, key_folder: Path) -> Iterator[Service]:
    """`tutela up` on the database at `url`: all its processes, until the context ends."""
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen(
            UP, env=_environment(url, key_folder=key_folder, folder=folder), stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        try:
            said = child.stdout.readline().decode().strip()
            if not said.startswith(READY):
                raise SystemExit(f"tutela up did not start: {said}")
            yield Service(port=int(said.removeprefix(READY)), process_id=child.pid)
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(STOP_SECONDS)


@contextmanager
def profiled(url: str, *, key_folder: Path, profile_to: Path) -> Iterator[Service]:
    """The web process alone, under the profiler."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "cProfile", "-o", str(profile_to)),
                *("-m", "tutela.cli.process", "web", "web-0"),
            ],
            env={
                **_environment(url, key_folder=key_folder, folder=folder),
                "TUTELA_PORT": str(port),
            },
        )
        try:
            _wait_for(port)
            yield Service(port=port, process_id=child.pid)
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(STOP_SECONDS)


def _environment(url: str, *, key_folder: Path, folder: str) -> dict[str, str]:
    return {
        **os.environ,
        "TUTELA_DATABASE": url,
        "TUTELA_KEYS": str(key_folder),
        "TUTELA_DATA": folder,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            continue
        return


def _kind(process_id: int) -> str:
    words = machine.command_line(process_id).split()
    return next((word for word in words if word in KINDS), "supervisor")
