"""How much memory a graph needs, and how much there is."""

import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tutela.networks.files.errors import GraphTooLarge

#: What reading takes at its peak, by 20 million edges measured; a walk takes less.
_BYTES_AN_EDGE: Final = 48
_BYTES_MORE_FOR_TEXT: Final = 24
_BYTES_MORE_FOR_WEIGHT: Final = 32
#: Its name and the vectors of the scorers.
_BYTES_AN_ACCOUNT: Final = 400
_GIB: Final = 1 << 30
#: By version of cgroups: its folder, the limit, what is used, and what of that can be let go.
_CGROUPS: Final = (
    ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    (
        "sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of a graph is known before it is read."""

    edges: int
    #: Those that are known without the edges.
    accounts: int = 0
    text_ids: bool = False
    weighted: bool = False

    @property
    def needed_bytes(self) -> int:
        """What reading it takes at its peak, about."""
        an_edge = _BYTES_AN_EDGE
        an_edge += _BYTES_MORE_FOR_TEXT * self.text_ids + _BYTES_MORE_FOR_WEIGHT * self.weighted
        return self.edges * an_edge + self.accounts * _BYTES_AN_ACCOUNT


def refuse_too_large(size: Size, *, path: Path, free: int | None = None) -> None:
    """Raises GraphTooLarge where the graph needs more memory than there is.

    `free`: so many bytes in place of those that are free on this machine.
    """
    free = free_bytes() if free is None else free
    if size.needed_bytes > free:
        raise GraphTooLarge(
            f"{path}: {size.edges:,} edges need about {size.needed_bytes / _GIB:,.1f} GiB of "
            f"memory, and {free / _GIB:,.1f} GiB are free here: take --engine spark.",
            evidence={"needed_bytes": size.needed_bytes, "free_bytes": free},
        )


def free_bytes(root: Path = Path("/")) -> int:
    """Bytes that this process may still take: of the machine, its cgroups and its own limit."""
    return max(0, min(_bounds(root), default=1 << 62))


def _bounds(root: Path) -> Iterator[int]:
    machine = _fields(root / "proc/meminfo")
    if "MemAvailable:" in machine:
        yield machine["MemAvailable:"] * 1024
    for folder, limit, used, can_go in _CGROUPS:
        for group in _groups(root, folder=folder):
            bound, taken = _number(group / limit), _number(group / used)
            if bound is not None and taken is not None:
                yield bound - taken + _fields(group / "memory.stat").get(can_go, 0)
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        yield most - _fields(root / "proc/self/status").get("VmSize:", 0) * 1024


def _groups(root: Path, *, folder: str) -> Iterator[Path]:
    """The cgroups of this process that can be seen, up to the outermost."""
    top = root / folder
    try:
        told = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    wanted = "memory" if folder.endswith("memory") else ""
    for line in told:
        _, controllers, own = line.split(":", 2)
        if wanted in controllers.split(","):
            group = top / own.strip("/")
            yield from (each for each in (group, *group.parents) if each.is_relative_to(top))


def _fields(path: Path) -> dict[str, int]:
    """Lines of a name and a whole number; none where there is no such file."""
    try:
        rows = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return {}
    return {row[0]: int(row[1]) for row in rows if row[1:] and row[1].isdigit()}


def _number(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
