"""How much memory there is: of the machine and of the cgroups that this process is in."""

from pathlib import Path

import pytest

from tutela.networks.files.memory import Size, free_bytes

MEMINFO = "MemTotal: 9000 kB\nMemAvailable: 8000 kB\n"
STAT = "anon 5\ninactive_file 300\ntotal_inactive_file 700\n"


def machine(root: Path, *, files: dict[str, str]) -> Path:
    for name, content in {"proc/meminfo": MEMINFO, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


GROUPS = {
    "none": ({}, 8_000 * 1024),
    "version 2": (
        {
            "proc/self/cgroup": "0::/jobs/one\n",
            "sys/fs/cgroup/jobs/one/memory.max": "max\n",
            "sys/fs/cgroup/jobs/one/memory.current": "10\n",
            "sys/fs/cgroup/jobs/memory.max": "5000\n",
            "sys/fs/cgroup/jobs/memory.current": "1000\n",
            "sys/fs/cgroup/jobs/memory.stat": STAT,
        },
        5_000 - 1_000 + 300,
    ),
    "version 1": (
        {
            "proc/self/cgroup": "4:cpu,memory:/one\n3:pids:/\n",
            "sys/fs/cgroup/memory/one/memory.limit_in_bytes": "9000\n",
            "sys/fs/cgroup/memory/one/memory.usage_in_bytes": "2000\n",
            "sys/fs/cgroup/memory/one/memory.stat": STAT,
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "2000\n",
        },
        9_000 - 2_000 + 700,
    ),
    "more used than allowed": (
        {
            "proc/self/cgroup": "0::/\n",
            "sys/fs/cgroup/memory.max": "100\n",
            "sys/fs/cgroup/memory.current": "200\n",
        },
        0,
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_the_narrowest_bound_holds(tmp_path: Path, name: str) -> None:
    files, free = GROUPS[name]
    assert free_bytes(machine(tmp_path, files=files)) == free


def test_there_is_some_memory_here() -> None:
    assert 1 << 20 < free_bytes() < 1 << 50


def test_text_and_weights_need_more() -> None:
    sizes = [Size(edges=100, text_ids=text, weighted=True) for text in (False, True)]
    plain = Size(edges=100).needed_bytes
    assert plain < sizes[0].needed_bytes < sizes[1].needed_bytes
    assert Size(edges=100, accounts=10).needed_bytes > plain
