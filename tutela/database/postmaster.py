"""What a running server leaves on disk, and which of it is only what a killed one left."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from tutela.database.placement import PORT, Placement

#: How long a server that nobody owns any more may take to end in order.
ORDERLY_SECONDS = 10.0


class Leaving:
    """A server that another owner left, on its way out: it is given a while, then no longer.

    PostgreSQL 18.6 can stay for ever where it was asked to end while it recovered from the loss of
    a process. What it had acknowledged is in its log, so ending it at once loses nothing.
    """

    def __init__(self, cluster: Path) -> None:
        self._cluster = cluster
        self._since: float | None = None

    def look(self, process_id: int | None, *, is_leaving: bool) -> None:
        """Ends the server at once where it went on leaving from look to look for too long."""
        now = time.monotonic()
        if process_id is None or not is_leaving:
            self._since = None
            return
        self._since = now if self._since is None else self._since
        if now - self._since < ORDERLY_SECONDS or not is_serving(process_id, cluster=self._cluster):
            return
        self._since = now
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGQUIT)


def written_process_id(placement: Placement) -> int | None:
    """The process that the cluster's `postmaster.pid` names; None where there is no such file."""
    return _first_number(placement.cluster / "postmaster.pid")


def is_serving(process_id: int, *, cluster: Path) -> bool:
    """Whether that process is there and works in that cluster: process ids are used again."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{process_id}/cwd").readlink() == cluster.resolve()
    except OSError:
        return _command_names(process_id, cluster=cluster)


def clear_stale_locks(placement: Placement) -> bool:
    """True when no other server works in the cluster; the lock files it left are then gone.

    PostgreSQL itself refuses to start where the process id in such a file was given to another
    process of the same user, which is the rule in containers. It still checks the shared memory
    of the cluster, so that a survivor of the old server is found in any case.
    """
    locks = (
        placement.cluster / "postmaster.pid",
        placement.socket_folder / f".s.PGSQL.{PORT}.lock",
    )
    for lock in locks:
        process_id = _first_number(lock)
        if process_id is not None and is_serving(process_id, cluster=placement.cluster):
            return False
    for lock in locks:
        with contextlib.suppress(FileNotFoundError):
            lock.unlink()
    return True


def end_survivors(cluster: Path) -> int:
    """How many processes of a killed server were told to end; none but on Linux.

    One that is in the middle of a statement doesn't notice that its server has gone, and until it
    has ended no new server may start. Call it only where no server works in the cluster.
    """
    told = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == cluster.resolve():
                os.kill(int(entry.name), signal.SIGQUIT)
                told += 1
        except OSError:
            continue
    return told


def read_own_file(path: Path) -> str:
    """The text of a file that the server wrote, never through a link; empty where it is missing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as file:
        return file.read().decode("utf-8", "replace")


def _first_number(path: Path) -> int | None:
    words = read_own_file(path).split()
    if not words or not words[0].lstrip("-").isdigit():
        return None
    return abs(int(words[0]))


def _command_names(process_id: int, *, cluster: Path) -> bool:
    done = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(process_id)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return "postgres" in done.stdout and str(cluster) in done.stdout
