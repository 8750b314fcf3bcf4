"""How long a world takes, what memory, and whether an older processor gives the same bytes.

``python -m benchmarks.world [--accounts 1000000] [--seed 1]`` (`make bench-world`) makes the same
world twice, each in a process of its own: as this machine does it, and without the newer
instructions of its processor. It ends with 1 where a file of theirs differs, where there are not
about 20 edges an account, or where one took longer than five minutes or more than 2 GiB.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import msgspec

from benchmarks import machine
from tutela.drills.world.files import File, digest

ACCOUNTS, SEED = 1_000_000, 1
MOST_SECONDS, MOST_GIB = 300, 2
EDGES_AN_ACCOUNT, OFF_BY = 20, 1
DISABLED = "NPY_DISABLE_CPU_FEATURES"


@dataclass(frozen=True, slots=True)
class Made:
    """A world that was made, and what it took."""

    folder: Path
    seconds: float
    cpu_seconds: float
    peak_gib: float

    @property
    def document(self) -> dict[str, object]:
        """What it says of itself."""
        found: dict[str, object] = msgspec.json.decode((self.folder / "world.json").read_bytes())
        return found

    @property
    def digests(self) -> dict[str, str]:
        """The SHA-256 of its files."""
        return {file: digest(self.folder / file) for file in File}


def newer_instructions() -> str:
    """What the processor has of what numpy uses beyond the oldest processor that it runs on."""
    core = import_module("numpy._core._multiarray_umath")
    return " ".join(name for name in core.__cpu_dispatch__ if core.__cpu_features__[name])


def made(folder: Path, *, accounts: int, seed: int, without: str) -> Made:
    """A world, made by the command in a process of its own."""
    command = [str(Path(sys.executable).with_name("tutela")), "world", "make"]
    options = ["--accounts", str(accounts), "--seed", str(seed), "--out", str(folder)]
    begun = time.perf_counter()
    process = subprocess.Popen([*command, *options], env={**os.environ, DISABLED: without})
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Made(
        folder=folder,
        seconds=time.perf_counter() - begun,
        cpu_seconds=used.ru_utime + used.ru_stime,
        peak_gib=used.ru_maxrss / 2**20,
    )


def faults(one: Made, *, other: Made) -> Iterator[str]:
    """What falls short."""
    digests = other.digests
    for file, of_file in one.digests.items():
        if digests[file] != of_file:
            yield f"{file}: other bytes without the newer instructions"
    edges = one.document["edges_an_account"]
    assert isinstance(edges, float)
    if abs(edges - EDGES_AN_ACCOUNT) > OFF_BY:
        yield f"{edges} edges an account"
    for each in (one, other):
        if each.seconds > MOST_SECONDS or each.peak_gib > MOST_GIB:
            yield f"{each.seconds:.0f} s, {each.peak_gib:.2f} GiB"


def main() -> int:
    """0 where the world is as it should be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    without = newer_instructions()
    with tempfile.TemporaryDirectory() as place:
        for name, value in machine.described(Path(place)).items():
            print(f"{name:20} {value}")
        print(f"{'numpy, pyarrow':20} {version('numpy')}, {version('pyarrow')}")
        runs = {"as this machine": "", f"without {without}": without}
        worlds = []
        for number, (how, less) in enumerate(runs.items()):
            folder = Path(place) / str(number)
            world = made(folder, accounts=asked.accounts, seed=asked.seed, without=less)
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            print(
                f"{how}: {world.seconds:.1f} s, {world.cpu_seconds:.1f} s of processor, peak "
                f"{world.peak_gib:.2f} GiB, {size / 1e6:.0f} MB"
            )
            worlds.append(world)
        for name in ("edges", "edges_an_account", "kinds", "statistics", "removed", "recreated"):
            print(f"{name:20} {worlds[0].document[name]}")
        wrong = list(faults(worlds[0], other=worlds[1]))
        print("\n".join(wrong) or "the same bytes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
