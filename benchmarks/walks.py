"""Walks over 1 M accounts and 20 M edges, beside scipy's bare product, scikit-network and igraph.

``python -m benchmarks.walks [--accounts 1000000] [--edges 20000000] [--rounds 7]`` (`make
bench-walks`) makes a graph of communities with heavy-tailed degrees, and all in one run: a whole
step of personalised PageRank beside the bare product, sides taking turns; the full vector and the
push beside the peers, each with its distance (L1) to a solution in double precision; from file to
graph, of numbers and of strings; and from file to ranked file as the command does it. Exit 1 where
a bar is missed.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import machine
from benchmarks.walks_graph import RESTART, SEEDS, World, exact, made
from benchmarks.walks_peers import peers
from tutela.networks.engines.local import LocalEngine
from tutela.networks.engines.page_rank import page_rank
from tutela.networks.engines.push import Walk
from tutela.networks.files.edges import read_edges
from tutela.networks.graph import Graph

ACCOUNTS, EDGES, ROUNDS = 1_000_000, 20_000_000, 7
ERROR, PUSH_ERROR, FIRST = 1e-5, 1e-6, 1_000
#: What ours is told it may be off by at most, so that it is off by less than `ERROR`.
BOUND = 1e-4
STEP_BAR, PEER_BAR, PUSH_BAR = 1.2, 4.0, 10.0
PACKAGES = ("igraph", "numpy", "pyarrow", "scikit-network", "scipy")
Numbers = NDArray[np.float64]


def spent(act: Callable[[], object]) -> float:
    """Seconds by the clock."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def step_beside_product(graph: Graph, *, rounds: int) -> bool:
    """A step of personalised PageRank through the engine, and scipy's `A @ x` alone."""
    matrix, engine = graph.adjacency["edge"], LocalEngine(graph)
    x = np.random.default_rng(2).random(engine.accounts, np.float32)
    scale = np.float32(1 - RESTART) / np.maximum(engine.degrees("edge"), 1)

    def step() -> None:
        new = engine.spread(x, kind="edge")
        new *= scale
        new[:SEEDS] += np.float32(RESTART)

    pairs = [(spent(lambda: matrix @ x), spent(step)) for _ in range(rounds)]
    bare, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"a step: {ours:.3f} s, scipy's bare product {bare:.3f} s: {ours / bare:.2f} of it")
    wide = np.random.default_rng(3).random((engine.accounts, 8), np.float32)
    print(f"8 columns at once: {spent(lambda: engine.spread(wide, kind='edge')):.3f} s")
    return bool(ours / bare <= STEP_BAR)


def vectors(graph: Graph, *, seeds: NDArray[np.int64]) -> bool:
    """The full vector beside the peers, and the push beside the full vector."""
    matrix, engine = graph.adjacency["edge"], LocalEngine(graph)
    share = np.full(len(seeds), 1 / len(seeds))
    walk = Walk(seeds=seeds, shares=share, restart=RESTART, error=PUSH_ERROR, kinds={"edge": 1.0})
    right = exact(graph, walk=walk)
    first = _first(right, engine=engine)
    full = _median(lambda: page_rank(engine, walk=walk, error=BOUND))
    off = float(np.abs(page_rank(engine, walk=walk, error=BOUND) - right).sum())
    print(f"full vector: {full:.3f} s, L1 {off:.1e}")
    start = np.zeros(engine.accounts)
    start[seeds] = share
    faster = []
    for done in peers(matrix, start=start, restart=RESTART, error=ERROR):
        lacks = float(np.abs(done.shares - right).sum())
        faster.append(done.seconds / full)
        print(
            f"{done.name}: {done.seconds:.3f} s (its graph {done.built:.1f} s), L1 {lacks:.1e}: "
            f"ours is {faster[-1]:.1f} times as fast"
        )
    pushed, near = _median(lambda: engine.push(walk)), engine.push(walk)
    shares = np.zeros(engine.accounts)
    shares[near.places] = near.shares
    lacks = float(np.max((right - shares) / np.maximum(engine.degrees("edge"), 1)))
    both = len(np.intersect1d(first, _first(shares, engine=engine)))
    print(
        f"push: {pushed:.3f} s, {full / pushed:.0f} times as fast as the full vector; "
        f"{len(near.places):,} accounts, too low by {lacks:.1e} of their degree at most, "
        f"{both} of the first {FIRST:,} the same"
    )
    is_exact = off <= ERROR
    return is_exact and min(faster) >= PEER_BAR and full / pushed >= PUSH_BAR


def _first(shares: Numbers, *, engine: LocalEngine) -> NDArray[np.int64]:
    closeness = shares / np.maximum(engine.degrees("edge"), 1)
    return np.argsort(-closeness, kind="stable")[:FIRST]


def _median(act: Callable[[], object], *, times: int = 3) -> float:
    return statistics.median(spent(act) for _ in range(times))


def measured(code: str, *given: str) -> None:
    """Tells the seconds and the peak memory of a process of its own; raises where it fails."""
    peak = "print(*[l for l in open('/proc/self/status') if l.startswith('VmHWM')])"
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; {peak}", *given],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds = time.perf_counter() - begun
    print(f"{seconds:.1f} s, {int(done.stdout.split()[-2]) / 1024:,.0f} MiB")


def files(world: World) -> None:
    """From file to graph and from file to ranked file: time and peak memory."""
    for path in (world.numbers, world.strings):
        print(f"file of {path.stem} to graph: ", end="", flush=True)
        reading = "from pathlib import Path; from tutela.networks.files.edges import read_edges"
        measured(f"{reading}; read_edges(Path(sys.argv[1]))", str(path))
    out = world.numbers.with_name("ranked.parquet")
    given = ("--edges", str(world.numbers), "--seeds", str(world.seeds), "--out", str(out))
    print("file to ranked file, the whole command: ", end="", flush=True)
    command = "from tutela.cli.main import run; assert run(sys.argv[1:]) in (0, None)"
    measured(command, "networks", "rank", *given)


def main() -> int:
    """0 where every bar is met, else 1."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--accounts", type=int, default=ACCOUNTS)
    asked.add_argument("--edges", type=int, default=EDGES)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, value in machine.described(Path(folder), packages=PACKAGES).items():
            print(f"{name}: {value}")
        world = made(Path(folder), accounts=given.accounts, edges=given.edges)
        graph = read_edges(world.numbers)
        print(f"{len(graph.names):,} accounts, {graph.adjacency['edge'].nnz // 2:,} edges")
        met = [step_beside_product(graph, rounds=given.rounds)]
        seeds = np.searchsorted(graph.names.to_numpy(), world.ids)
        met.append(vectors(graph, seeds=seeds))
        del graph
        files(world)
    print(f"load average: {machine.load_average():.1f}")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
