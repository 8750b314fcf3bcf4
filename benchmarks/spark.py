"""The engine of Spark beside the local one, on the same 1 M accounts and 20 M edges.

``python -m benchmarks.spark [--accounts 1000000] [--edges 20000000] [--strings] [--joins]
[--ranked]`` (`make bench-spark`) reads the same file with both, walks six steps from the same
seeds, divides by degree, and holds the first 1,000 accounts of the one against those of the other:
exit 1 where fewer than 99 % are the same. Time, and the most memory that each process held, are
told as they are. `--strings` takes ids that are strings. `--joins` also walks one step the usual
way of DataFrames: a join of edges with the vector and a sum by account. `--ranked` compares whole
rankings by fused scorers in place of one walk: some hundred steps.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks import machine
from benchmarks.walks_graph import made
from tutela.networks.choosing.rank import Asked as Seeded
from tutela.networks.choosing.rank import rank
from tutela.networks.engines.engine import Engine
from tutela.networks.engines.local import LocalEngine
from tutela.networks.engines.spark import Session, running
from tutela.networks.engines.spark_start import SparkOptions
from tutela.networks.files import edges, spark_edges

SEEDS, STEPS, FIRST, SAME_BAR = 50, 6, 1_000, 0.99
MASTER, MEMORY_MIB = "local[2]", 4_096
PACKAGES = ("numpy", "pyarrow", "pyspark", "scipy")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured."""

    accounts: int
    edges: int
    strings: bool
    joins: bool
    ranked: bool


def main() -> int:
    """0 where both engines find the same, else 1."""
    asked = _asked()
    with tempfile.TemporaryDirectory() as folder:
        for name, value in machine.described(Path(folder), packages=PACKAGES).items():
            print(f"{name}: {value}")
        print(f"load before: {machine.load_average():.1f}")
        world = made(Path(folder), accounts=asked.accounts, edges=asked.edges)
        path = world.strings if asked.strings else world.numbers
        print(f"{asked.edges:,} edges among {asked.accounts:,} accounts: {_mib(path):,.0f} MiB")
        same = (
            len(np.intersect1d(locally(path, asked=asked), with_spark(path, asked=asked))) / FIRST
        )
    print(f"the same among the first {FIRST:,}: {same:.1%} (bar {SAME_BAR:.0%})")
    return 0 if same >= SAME_BAR else 1


def locally(path: Path, *, asked: Asked) -> NDArray[np.int64]:
    """The first accounts as the local engine finds them; prints what it took."""
    engine = timed("local: file to graph", act=lambda: LocalEngine(edges.read_edges(path)))
    return timed("local: the first accounts", act=lambda: first(engine, asked=asked))


def with_spark(path: Path, *, asked: Asked) -> NDArray[np.int64]:
    """The first accounts as Spark finds them; prints what it took."""
    begun = time.perf_counter()
    with running(SparkOptions(master=MASTER, memory_mib=MEMORY_MIB)) as session:
        print(f"Spark: start: {time.perf_counter() - begun:.1f} s")
        graph = timed(
            "Spark: file to graph", act=lambda: spark_edges.read_edges(path, session=session)
        )
        found = timed("Spark: the first accounts", act=lambda: first(graph.engine, asked=asked))
        x = np.random.default_rng(2).random((asked.accounts, 8), np.float32)
        timed("Spark: a step of 8 columns", act=lambda: graph.engine.spread(x, kind="edge"))
        for name, mib in memory().items():
            print(f"memory at most: {name} {mib:,.0f} MiB")
        if asked.joins:
            timed("Spark: a step by joins", act=lambda: by_joins(session, path=path, x=x[:, 0]))
    return found


def first(engine: Engine, *, asked: Asked) -> NDArray[np.int64]:
    """The first accounts of a ranking, or of a walk of six steps from the seeds."""
    if asked.ranked:
        return rank(engine, asked=Seeded(seeds=np.arange(3))).places[:FIRST]
    degrees = np.maximum(engine.degrees("edge"), 1)
    seeds = np.random.default_rng(3).choice(1_000, SEEDS, replace=False)
    x = np.zeros(engine.accounts, np.float32)
    x[seeds] = 1 / SEEDS
    total = np.zeros_like(x)
    for _ in range(STEPS):
        x = engine.spread(np.divide(x, degrees, dtype=np.float32), kind="edge")
        total += x
    return np.argsort(-total / degrees, kind="stable")[:FIRST]


def by_joins(session: Session, *, path: Path, x: NDArray[np.float32]) -> int:
    """How many accounts a step reaches that joins edges with a vector, both in DataFrames."""
    names = sorted(set(pq.read_table(path, columns=["src"]).column("src").to_pylist()))
    vector = session.createDataFrame(pa.table({"dst": names, "x": x[: len(names)]}))
    rows = session.read.parquet(str(path)).select("src", "dst")
    both = rows.union(rows.selectExpr("dst as src", "src as dst"))
    reached: int = both.join(vector, "dst").groupBy("src").agg({"x": "sum"}).count()
    return reached


def memory() -> dict[str, float]:
    """The most memory in MiB that this process, Java and the workers of Spark held each."""
    held: dict[str, float] = {"driver": 0.0, "Java": 0.0, "workers": 0.0}
    mine, *others = machine.descendants(os.getpid())
    held["driver"] = _peak_mib(mine)
    for process_id in others:
        kind = "Java" if "java" in machine.command_line(process_id).split(" ")[0] else "workers"
        held[kind] += _peak_mib(process_id)
    return held


def timed(what: str, *, act: Callable[[], Answer]) -> Answer:
    """What it gives; prints how long it took."""
    begun = time.perf_counter()
    answer = act()
    print(f"{what}: {time.perf_counter() - begun:.1f} s", flush=True)
    return answer


def _peak_mib(process_id: int) -> float:
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _mib(path: Path) -> float:
    return path.stat().st_size / 2**20


def _asked() -> Asked:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--edges", type=int, default=20_000_000)
    parser.add_argument("--strings", action="store_true")
    parser.add_argument("--joins", action="store_true")
    parser.add_argument("--ranked", action="store_true")
    return Asked(**vars(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
